#include "journal/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"

namespace lockstep {

namespace {

/** The name of a new file is not durable before its folder is. */
bool sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor descriptor(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  return descriptor.number() >= 0 && fsync(descriptor.number()) == 0;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

LineFile::LineFile(std::string path)
    : path_(std::move(path)), descriptor_(open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor_.number() < 0 || !sync_folder_of(path_)) refuse_write(path_, std::strerror(errno));
  const std::string text = whole_text();
  const std::size_t end = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (end < text.size() && ftruncate(descriptor_.number(), static_cast<off_t>(end)) != 0) {
    refuse_write(path_, std::strerror(errno));
  }
  if (end > 0) lines_ = split(std::string_view(text).substr(0, end - 1), '\n');
}

void LineFile::append(const std::string& line) {
  const std::string text = line + '\n';
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(descriptor_.number(), text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_write(path_, std::strerror(errno));
    written += static_cast<std::size_t>(count);
  }
  if (fsync(descriptor_.number()) != 0) refuse_write(path_, std::strerror(errno));
}

std::string LineFile::whole_text() const {
  std::string text;
  std::array<char, 65'536> buffer;
  for (;;) {
    const ssize_t count = read(descriptor_.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_write(path_, std::strerror(errno));
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void refuse_write(const std::string& path, const std::string& why) {
  throw Error(
      "JOURNAL_UNWRITABLE", path + ": " + why,
      "Correct what is named, then start the engine again; nothing was emitted without being written there first.");
}

}  // namespace lockstep
