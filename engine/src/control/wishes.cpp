#include "control/wishes.h"

#include <algorithm>
#include <functional>

#include "base/text.h"

namespace lockstep {

namespace {

constexpr std::size_t MAX_REQUEST_CHARACTERS = 64;
constexpr Schema MAX_SCHEMA = 999;

using Fields = std::map<std::string, std::string>;
template <typename T>
using Read = std::function<std::optional<T>(const std::string&)>;

bool is_request_id(const std::string& text) {
  const auto is_allowed = [](char each) {
    return (each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') ||
           each == '.' || each == '_' || each == ':' || each == '-';
  };
  return !text.empty() && text.size() <= MAX_REQUEST_CHARACTERS && std::all_of(text.begin(), text.end(), is_allowed);
}

const std::string* find(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &found->second;
}

std::string shown(const std::string* text) { return text == nullptr ? "missing" : quoted(*text); }

std::optional<Mode> read_mode(const std::string& text) {
  if (text == "run") return Mode::Run;
  if (text == "pause") return Mode::Pause;
  return std::nullopt;
}

std::optional<Schema> read_schema(const std::string& text) {
  const auto number = parse_u64(text);
  if (!number || *number == 0 || *number > MAX_SCHEMA) return std::nullopt;
  return static_cast<Schema>(*number);
}

/** One kind of request. @param lack what a value that cannot be read is not; `ignored` grows by a request without
 * usable id */
template <typename T>
std::optional<Asked<T>> ask(const Fields& fields, const std::string& name, const std::string& request_name,
                            const Read<T>& read, const std::string& lack, std::string& ignored) {
  const std::string* value = find(fields, name);
  const std::string* request = find(fields, request_name);
  if (value == nullptr && request == nullptr) return std::nullopt;
  if (request == nullptr || !is_request_id(*request)) {
    if (!ignored.empty()) ignored += "; ";
    ignored += request_name + " is " + shown(request) + ", no request id (1 to 64 of A-Z a-z 0-9 . _ : -)";
    return std::nullopt;
  }
  if (value == nullptr) return Asked<T>{*request, std::nullopt, name + " is missing"};
  const std::optional<T> wanted = read(*value);
  return Asked<T>{*request, wanted, wanted ? "" : name + " is " + quoted(*value) + ", " + lack};
}

}  // namespace

Wishes read_wishes(const Fields& fields) {
  Wishes wishes;
  if (fields.empty()) return wishes;
  const std::string* version = find(fields, "v");
  if (version == nullptr || *version != CONTROL_VERSION) {
    wishes.ignored = "v is " + shown(version) + "; this engine reads version " + CONTROL_VERSION;
    return wishes;
  }
  std::string& ignored = wishes.ignored;
  wishes.mode = ask<Mode>(fields, "mode", "mode_request", read_mode, "neither run nor pause", ignored);
  wishes.emit = ask<Schema>(fields, "emit", "emit_request", read_schema, "no schema number", ignored);
  wishes.replay = ask<TradeId>(fields, "replay_from", "replay_request", parse_u64, "no trade id", ignored);
  wishes.retry = ask<TradeId>(fields, "retry_id", "retry_request", parse_u64, "no trade id", ignored);
  return wishes;
}

}  // namespace lockstep
