#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "trade/trade.h"

namespace lockstep {

/** Layout of `control:<market>` and `engine:<market>`; the value of their field `v`. */
inline const std::string CONTROL_VERSION = "1";

enum class Mode { Run, Pause };

/** A request that can be answered: what it wants, or why nobody can tell. */
template <typename T>
struct Asked {
  std::string request;
  std::optional<T> wanted;
  /** Empty when `wanted` is there. */
  std::string refused;
};

/** What `control:<market>` asks for. A wish that is absent changes nothing. */
struct Wishes {
  std::optional<Asked<Mode>> mode;
  /** Schema to write; whether it is spoken is for the engine to say. */
  std::optional<Asked<Schema>> emit;
  /** Trades above this id are wanted again. */
  std::optional<Asked<TradeId>> replay;
  /** This trade is wanted once more, as a new one. */
  std::optional<Asked<TradeId>> retry;
  /** What was found that is no request and cannot be answered by id; empty when all is well. */
  std::string ignored;
};

/** The fields of `control:<market>` an engine reads; `owner` and `reason` are for people. */
inline const std::array<std::string, 9> WISH_FIELDS = {
    "v", "mode", "mode_request", "emit", "emit_request", "replay_from", "replay_request", "retry_id", "retry_request"};

/** @param fields those of WISH_FIELDS that are there */
Wishes read_wishes(const std::map<std::string, std::string>& fields);

}  // namespace lockstep
