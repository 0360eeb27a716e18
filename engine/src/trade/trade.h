#pragma once

#include <cstdint>
#include <optional>

namespace lockstep {

/** Number of a trade within its market, from 1; 0 stands for none. */
using TradeId = std::uint64_t;

/** Number of a trade event's layout: field `v` of a stream's entry. 0 stands for a `v` that is no number. */
using Schema = std::uint32_t;
inline constexpr Schema SCHEMA_V1 = 1;
inline constexpr Schema SCHEMA_V2 = 2;

/** What the taker's order was, in the numbers of proto/lockstep/trade_v2.proto. */
enum class OrderType : std::uint32_t { Limit = 0, ImmediateOrCancel = 2 };

/** A trade as the engine emits it. */
struct EngineTrade {
  TradeId id = 0;
  /** Trader indices. */
  std::uint32_t buyer = 0;
  std::uint32_t seller = 0;
  /** Quote atoms per base lot. */
  std::uint64_t price = 0;
  /** Base lots. */
  std::uint64_t quantity = 0;
  bool taker_is_buyer = false;
  /** Number of an OrderType; a journal may hold others. Schema 1 says nothing of it, nor of the tier. */
  std::uint32_t order_type = 0;
  /** 0 to 3. */
  std::uint32_t fee_tier = 0;
  /** The trade this one is the retry of. */
  std::optional<TradeId> replaces;
  /** What it is written in. */
  Schema schema = SCHEMA_V1;

  bool operator==(const EngineTrade&) const = default;
};

}  // namespace lockstep
