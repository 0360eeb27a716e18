#pragma once

#include <cstdint>

namespace lockstep {

using OrderId = std::uint64_t;
using Ticks = std::int64_t;
using Lots = std::uint64_t;

enum class Side { Buy, Sell };

constexpr Side opposite(Side side) { return side == Side::Buy ? Side::Sell : Side::Buy; }

enum class OrderKind {
  /** Takes what is there up to its price; the rest waits at its price. */
  Limit,
  /** Takes what is there up to its price; the rest is cancelled. */
  ImmediateOrCancel,
  /** Waits at its price; cancelled whole when it would take anything. */
  PostOnly,
  /** Waits unseen at the midpoint of the best limit orders, as long as that is no worse than its price. */
  MidpointPeg,
};

struct Order {
  /** Unique; a later order has a higher one. */
  OrderId id = 0;
  std::uint32_t trader = 0;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  /** The worst it trades at, above 0. */
  Ticks price = 0;
  /** At least 1. */
  Lots quantity = 0;
};

/** An order in the book, and the lots of it not yet filled. */
struct Waiting {
  Order order;
  Lots left = 0;
};

}  // namespace lockstep
