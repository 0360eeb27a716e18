#include "base/text.h"

#include <charconv>

#include "base/sha256.h"

namespace lockstep {

namespace {

constexpr std::size_t QUOTED_CHARACTERS = 40;

}  // namespace

std::optional<std::uint64_t> parse_u64(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stopped != end) return std::nullopt;
  return value;
}

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  for (const char each : text.substr(0, QUOTED_CHARACTERS)) {
    if (each == '"' || each == '\\') shown += '\\';
    if (each >= ' ' && each <= '~') {
      shown += each;
    } else {
      shown += "\\x" + hex(std::string_view(&each, 1));
    }
  }
  return shown + '"';
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace lockstep
