#include "control/control.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <optional>
#include <random>

#include "base/error.h"
#include "redis/script.h"
#include "stream/keys.h"
#include "stream/refusals.h"
#include "stream/scripts.h"

namespace lockstep {

namespace {

/** A silent engine keeps its market this many milliseconds: three reports may get lost. */
const std::string LEASE_MS = "3000";
/** How often a starting engine looks whether the one before is alive. */
constexpr std::chrono::milliseconds CLAIM_STEP{50};

/** Never the same twice. */
std::string new_token() {
  std::array<char, HOST_NAME_MAX + 1> host{};
  gethostname(host.data(), host.size() - 1);
  std::random_device random;
  std::string token = std::string(host.data()) + ":" + std::to_string(getpid()) + ":";
  for (int word = 0; word < 4; ++word) token += std::to_string(random());
  return token;
}

struct Lease {
  std::string holder;
  /** Negative: it never ends. */
  long left_ms = 0;
};

Lease parse_lease(const std::string& text) {
  const std::size_t at = text.rfind(' ');
  return {text.substr(0, at), std::strtol(text.c_str() + at + 1, nullptr, 10)};
}

/** A lease only runs down unless its holder renews it. */
bool is_alive(const Lease& lease, const std::optional<Lease>& before) {
  if (lease.left_ms < 0) return true;
  return before && (lease.holder != before->holder || lease.left_ms > before->left_ms);
}

std::string text_of(const redisReply& reply) { return std::string(reply.str, reply.len); }

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Control::Control(Connection& redis, std::string market, Stop& stop)
    : redis_(redis), market_(std::move(market)), stop_(stop), token_(new_token()) {}

void Control::claim() {
  std::optional<Lease> before;
  for (;;) {
    stop_.throw_if_requested();
    const Answer answer =
        run_script(redis_, scripts::claim_lua, {keys::lease(market_), keys::engine(market_)}, {token_, LEASE_MS});
    if (answer.what == "claimed") return;
    const Lease lease = parse_lease(answer.found);
    if (is_alive(lease, before)) {
      throw Error("ENGINE_RUNNING", market_ + ": another engine is writing it (" + lease.holder + ")",
                  lease.left_ms < 0
                      ? "Its lease has no end, so no engine wrote it: redis-cli DEL " + keys::lease(market_)
                      : "Stop that one first; a market has one engine at a time.");
    }
    before = lease;
    stop_.sleep(CLAIM_STEP);
  }
}

EngineStatus Control::previous(const EngineStatus& fresh) {
  const Reply reply = redis_.call({"HGETALL", keys::engine(market_)});
  std::map<std::string, std::string> hash;
  for (std::size_t at = 0; at + 1 < reply->elements; at += 2) {
    hash.emplace(text_of(*reply->element[at]), text_of(*reply->element[at + 1]));
  }
  return continued_status(hash, fresh);
}

Wishes Control::wishes() {
  std::vector<std::string> command = {"HMGET", keys::control(market_)};
  command.insert(command.end(), WISH_FIELDS.begin(), WISH_FIELDS.end());
  try {
    const Reply reply = redis_.call(command);
    std::map<std::string, std::string> fields;
    for (std::size_t at = 0; at < reply->elements; ++at) {
      if (reply->element[at]->type == REDIS_REPLY_STRING)
        fields.emplace(WISH_FIELDS.at(at), text_of(*reply->element[at]));
    }
    return read_wishes(fields);
  } catch (const Error& error) {
    if (!is_wrong_type(error.what())) throw;
    Wishes none;
    none.ignored = keys::control(market_) + " is not a hash";
    return none;
  }
}

void Control::report(const EngineStatus& status) {
  std::vector<std::string> arguments = {token_, LEASE_MS};
  const StatusFields fields = encode(status);
  arguments.insert(arguments.end(), fields.begin(), fields.end());
  const Answer answer =
      run_script(redis_, scripts::report_lua, {keys::lease(market_), keys::engine(market_)}, arguments);
  if (answer.what != "reported") throw refusal_of(answer, market_, "");
}

StatusFields Control::encode(const EngineStatus& status) const { return encode_status(status, token_, now_ms()); }

void Control::release() { run_script(redis_, scripts::release_lua, {keys::lease(market_)}, {token_}); }

}  // namespace lockstep
