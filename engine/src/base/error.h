#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace lockstep {

/** Why the engine does not go on. `code` is for programs and never changes, `advice` says what to do about it. */
class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message, std::string advice)
      : std::runtime_error(message), code_(std::move(code)), advice_(std::move(advice)) {}

  const std::string& code() const { return code_; }
  const std::string& advice() const { return advice_; }

 private:
  std::string code_;
  std::string advice_;
};

/** The engine was told to end; not a failure. */
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "told to end"; }
};

}  // namespace lockstep
