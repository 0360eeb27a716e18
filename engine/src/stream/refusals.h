#pragma once

#include <string>

#include "base/error.h"
#include "redis/script.h"
#include "trade/trade.h"

namespace lockstep {

/** Id of a trade's entry. */
inline std::string entry_id(TradeId id) { return std::to_string(id) + "-0"; }

/** PUBLISH_CONFLICT: another engine writes this market. */
Error conflict(const std::string& what);
/** PUBLISH_LOST: Redis has less than this engine wrote; writing it again from there on is harmless. */
Error lost(const std::string& what);
/** PUBLISH_DISTURBED: somebody else wrote what is this engine's. A new generation leaves it behind. */
Error disturbed(const std::string& what);

/** The same of one entry. */
Error not_ours(TradeId id);

bool is_lost(const Error& error);
/** Also keys of another type in place of the stream or the pointer. */
bool is_disturbed(const Error& error);

/**
 * Why a script wrote nothing: missing and shorter means lost, everything else is somebody else's doing.
 * @param last_entry id of the entry this engine left the stream at; empty where that does not matter
 */
Error refusal_of(const Answer& answer, const std::string& market, const std::string& last_entry);

}  // namespace lockstep
