#pragma once

#include <map>
#include <optional>
#include <vector>

#include "market/fill.h"
#include "market/levels.h"
#include "market/order.h"
#include "market/pegs.h"

namespace lockstep {

/** What became of a submitted order, and what followed from it. */
struct Execution {
  /** Its own, in order, then those of pegs that met because it moved the midpoint. */
  std::vector<Fill> fills;
  /** Lots of it now waiting in the book. */
  Lots resting = 0;
  /** Lots of it cancelled. */
  Lots cancelled = 0;
};

/**
 * One market's order book. Best price first, at a price the earliest order first, limit orders before pegs; a fill has
 * the waiting order's price. An order that meets one of its own trader stops there and its rest is cancelled: nobody
 * trades with himself, and the earlier order keeps its place. The midpoint is that of the book as it stands, also while
 * an order is being filled; pegs wait without a price while a side has no limit order.
 */
class OrderBook {
 public:
  Execution submit(const Order& order);

  /** The fills of pegs that met because of it; nothing when no such order waits. */
  std::optional<std::vector<Fill>> cancel(OrderId id);

  /** Orders waiting. */
  std::size_t size() const { return waiting_.size(); }
  /** The earliest order still waiting. */
  std::optional<OrderId> oldest() const;
  /** Best price of a side's limit orders. */
  std::optional<Ticks> best(Side side) const;

 private:
  /** A waiting order, and what it trades at now. */
  struct Offer {
    Waiting* waiting;
    Ticks price;
  };

  Execution take(const Order& order);
  Execution post(const Order& order);
  Execution peg(const Order& order);
  std::optional<Offer> best_offer(Side side);
  std::optional<Ticks> peg_price(Side side) const;
  void match_pegs(std::vector<Fill>& fills);
  void fill(Waiting& waiting, Lots quantity);
  void rest(const Order& order, Lots left);
  void remove(const Order& order);
  Levels& levels(Side side) { return side == Side::Buy ? bids_ : asks_; }
  Pegs& pegs(Side side) { return side == Side::Buy ? buy_pegs_ : sell_pegs_; }
  const Pegs& pegs(Side side) const { return side == Side::Buy ? buy_pegs_ : sell_pegs_; }

  Levels bids_{Side::Buy};
  Levels asks_{Side::Sell};
  Pegs buy_pegs_{Side::Buy};
  Pegs sell_pegs_{Side::Sell};
  /** Every order in levels or pegs. */
  std::map<OrderId, Order> waiting_;
};

}  // namespace lockstep
