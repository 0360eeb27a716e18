#include "stream/refusals.h"

#include <cstdlib>

namespace lockstep {

namespace {

TradeId number_of(const std::string& entry) { return std::strtoull(entry.c_str(), nullptr, 10); }

}  // namespace

Error conflict(const std::string& what) {
  return Error("PUBLISH_CONFLICT", what,
               "Stop the other engine of this market, or start this one again so that it continues after the last id.");
}

Error lost(const std::string& what) {
  return Error("PUBLISH_LOST", what,
               "Nothing, when the engine runs on: it writes them again. Otherwise start it again. Run Redis with "
               "appendonly yes.");
}

Error disturbed(const std::string& what) {
  return Error("PUBLISH_DISTURBED", what,
               "Nothing: the engine goes on in a new generation. Find out who writes there; only the engine may.");
}

Error not_ours(TradeId id) {
  return disturbed("entry " + std::to_string(id) + " of the stream is not what this engine wrote");
}

bool is_lost(const Error& error) { return error.code() == "PUBLISH_LOST"; }

bool is_disturbed(const Error& error) {
  return error.code() == "PUBLISH_DISTURBED" || error.code() == "GENERATION_INVALID" || is_wrong_type(error.what());
}

Error refusal_of(const Answer& answer, const std::string& market, const std::string& last_entry) {
  const auto& [what, found] = answer;
  if (found.empty()) return lost(market + ": the " + what + " this engine set is gone from redis");
  if (what == "owner") return conflict(market + ": another engine has taken the market over (" + found + ")");
  if (what == "pointer")
    return disturbed(market + ": readers were pointed at generation " + found + " by somebody else");
  if (what == "foreign") return disturbed(market + ": this engine did not write entry " + found);
  const std::string text = market + ": the stream ends with " + found + " where this engine left it at " + last_entry;
  return number_of(found) < number_of(last_entry) ? lost(text) : disturbed(text);
}

}  // namespace lockstep
