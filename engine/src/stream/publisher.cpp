#include "stream/publisher.h"

#include <limits>

#include "base/text.h"
#include "stream/keys.h"
#include "stream/refusals.h"
#include "stream/scripts.h"

namespace lockstep {

namespace {

constexpr std::size_t MAX_GENERATION_DIGITS = 15;

std::string text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string() : std::string(reply.str, reply.len);
}

/** Value of a field of an entry; empty where it has none. */
std::string field_of(const redisReply& fields, const std::string& name) {
  for (std::size_t at = 0; at + 1 < fields.elements; at += 2) {
    if (text_of(*fields.element[at]) == name) return text_of(*fields.element[at + 1]);
  }
  return "";
}

std::uint64_t parse_generation(const std::string& key, const std::string& text) {
  const auto generation = parse_u64(text);
  if (generation && *generation > 0 && text.size() <= MAX_GENERATION_DIGITS) return *generation;
  throw Error("GENERATION_INVALID", key + " is " + quoted(text) + ", no generation number",
              "Find the newest complete stream of the market and set the key to its number.");
}

}  // namespace

Publisher::Publisher(Writer writer) : writer_(std::move(writer)), pen_(writer_, 1, 1, 0) {}

void Publisher::resume() {
  const std::string key = keys::generation(writer_.market);
  const std::string first = std::to_string(pen_.generation());
  writer_.redis->call({"SET", key, first, "NX"});
  const std::string found = text_of(*writer_.redis->call({"GET", key}));
  // Empty: somebody deleted it in between.
  const std::uint64_t generation = parse_generation(key, found.empty() ? first : found);
  StreamPen pen(writer_, generation, generation, 0);
  pen.find_last_id();
  pen_ = pen;
}

std::optional<StreamedTrade> Publisher::last_entry() {
  const std::string stream = keys::stream(writer_.market, pen_.generation());
  const Reply reply = writer_.redis->call({"XREVRANGE", stream, "+", "-", "COUNT", "1"});
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) return std::nullopt;
  const redisReply& entry = *reply->element[0];
  if (entry.elements != 2 || text_of(*entry.element[0]) != entry_id(pen_.last_id())) return std::nullopt;
  const redisReply& fields = *entry.element[1];
  const std::uint64_t schema = parse_u64(field_of(fields, "v")).value_or(0);
  const bool is_known_size = schema <= std::numeric_limits<Schema>::max();
  return StreamedTrade{is_known_size ? static_cast<Schema>(schema) : 0, field_of(fields, "p")};
}

StreamPen Publisher::open_draft(TradeId from) {
  const std::string opened =
      run(scripts::open_generation_lua, "opened", "", {std::to_string(pen_.generation() + 1), entry_id(from)});
  return StreamPen(writer_, std::stoull(opened), pen_.generation(), from);
}

void Publisher::switch_to(const StreamPen& draft, TradeId head, const StatusFields& status) {
  std::vector<std::string> arguments = {std::to_string(draft.generation()), entry_id(head)};
  arguments.insert(arguments.end(), status.begin(), status.end());
  run(scripts::switch_lua, "switched", entry_id(head), std::move(arguments));
  pen_ = StreamPen(writer_, draft.generation(), draft.generation(), head);
}

void Publisher::move_on(TradeId head, const StatusFields& status) {
  std::vector<std::string> arguments = {entry_id(head)};
  arguments.insert(arguments.end(), status.begin(), status.end());
  const std::uint64_t generation = std::stoull(run(scripts::move_on_lua, "moved", "", std::move(arguments)));
  pen_ = StreamPen(writer_, generation, generation, head);
}

std::string Publisher::run(const std::string& lua, const std::string& done, const std::string& last_entry,
                           std::vector<std::string> arguments) {
  const std::string& market = writer_.market;
  const std::vector<std::string> keys = {keys::stream_prefix(market), keys::generation(market), keys::engine(market)};
  arguments.insert(arguments.begin(), {writer_.token, std::to_string(pen_.generation())});
  const Answer answer = run_script(*writer_.redis, lua, keys, arguments);
  if (answer.what != done) throw refusal_of(answer, market, last_entry);
  return answer.found;
}

}  // namespace lockstep
