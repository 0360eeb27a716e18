#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/error.h"

namespace lockstep {

/** A file of this test's own, absent at first. */
inline std::string fresh_file() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const auto folder = std::filesystem::path(testing::TempDir()) / ("engine-tests-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto path = folder / (std::string(test->test_suite_name()) + "." + test->name());
  std::filesystem::remove(path);
  return path.string();
}

inline std::string content_of(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/** The code of the Error it throws; empty when it throws none. */
template <typename Act>
std::string code_of(const Act& act) {
  try {
    act();
    return "";
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace lockstep
