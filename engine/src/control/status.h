#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/wishes.h"
#include "stream/publisher.h"
#include "trade/trade.h"

namespace lockstep {

/** The last request of a kind that was dealt with; a request with the same id is the same request. */
struct Answered {
  std::string request;
  /** Why it was not done; empty when it was. */
  std::string refused;
};

/** How far the engine is. */
struct Position {
  /** The highest id it has ever written. */
  TradeId head = 0;
  std::uint64_t generation = 1;
};

/** What `engine:<market>` says. */
struct EngineStatus {
  Mode mode = Mode::Run;
  Answered mode_answer;
  /** Schema of new trades. */
  Schema emit = SCHEMA_V1;
  /** Schemas it could write, lowest first. */
  std::vector<Schema> spoken;
  Answered emit_answer;
  Answered replay_answer;
  Answered retry_answer;
  /** What the trade of the retry's answer was emitted as. */
  std::optional<TradeId> retried_as;
  Position position;
  /** What of `control:<market>` was passed over because it has no id to answer to. */
  std::string ignored;
};

/** The hash as HSET takes it. @param owner token of the engine @param seen_ms milliseconds since 1970 */
StatusFields encode_status(const EngineStatus& status, const std::string& owner, std::int64_t seen_ms);

/**
 * What an engine that starts takes over from the one before: its mode, and which requests are dealt with; its emission
 * is in the journal. Anything unreadable counts as never said: a request that is answered twice does no harm.
 */
EngineStatus continued_status(const std::map<std::string, std::string>& hash, EngineStatus fresh);

}  // namespace lockstep
