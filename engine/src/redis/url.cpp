#include "redis/url.h"

#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace lockstep {

namespace {

constexpr std::string_view SCHEME = "redis://";
constexpr std::uint64_t MAX_PORT = 65'535;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("REDIS_URL_INVALID", "the URL of redis is unusable: " + what,
              "Give it as redis://[user:password@]host[:port][/database]; TLS (rediss://) is not spoken here.");
}

/** With %XX undone. */
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    unsigned char byte = 0;
    const char* digits = text.data() + at + 1;
    if (at + 2 >= text.size() || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
      refuse("a % is not followed by two hex digits");
    }
    plain += static_cast<char>(byte);
    at += 2;
  }
  return plain;
}

int parse_port(std::string_view text) {
  const auto port = parse_u64(text);
  if (!port || *port == 0 || *port > MAX_PORT) refuse("the port is no number of 1 to 65535");
  return static_cast<int>(*port);
}

void read_place(std::string_view text, RedisUrl& url) {
  std::size_t colon = text.rfind(':');
  std::string_view host = text;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) refuse("a bracket is not closed");
    host = text.substr(1, end - 1);
    colon = end + 1 < text.size() ? end + 1 : std::string_view::npos;
  } else {
    host = text.substr(0, colon);
  }
  if (!host.empty()) url.host = host;
  if (colon != std::string_view::npos) url.port = parse_port(text.substr(colon + 1));
}

}  // namespace

RedisUrl parse_redis_url(std::string_view text) {
  if (!text.starts_with(SCHEME)) refuse("it does not begin with redis://");
  text.remove_prefix(SCHEME.size());
  text = text.substr(0, text.find('?'));
  RedisUrl url;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    url.database = text.substr(slash + 1);
    if (!url.database.empty() && !parse_u64(url.database)) refuse("the database is no number");
    text = text.substr(0, slash);
  }
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = text.substr(0, at);
    const std::size_t colon = login.find(':');
    url.user = decoded(login.substr(0, colon));
    if (colon != std::string_view::npos) url.password = decoded(login.substr(colon + 1));
    text.remove_prefix(at + 1);
  }
  read_place(text, url);
  return url;
}

}  // namespace lockstep
