#pragma once

#include <string>
#include <vector>

namespace lockstep {

/** Closed with its owner. */
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  /** Negative: nothing was opened. */
  int number() const { return number_; }

 private:
  int number_;
};

/** A file of lines that only grows, each of them durable before anybody acts on it. */
class LineFile {
 public:
  /**
   * Opens the file, new if there is none. A last line without its end was never acted on, and is cut off.
   * @throws Error JOURNAL_UNWRITABLE
   */
  explicit LineFile(std::string path);

  const std::string& path() const { return path_; }
  /** The lines there were when it was opened, without their ends. */
  const std::vector<std::string>& lines() const { return lines_; }
  /** Returns when the line will be there after any crash. @throws Error JOURNAL_UNWRITABLE */
  void append(const std::string& line);

 private:
  std::string whole_text() const;

  std::string path_;
  Descriptor descriptor_;
  std::vector<std::string> lines_;
};

/** @param why what the system says */
[[noreturn]] void refuse_write(const std::string& path, const std::string& why);

}  // namespace lockstep
