#pragma once

#include <optional>

#include "market/levels.h"

namespace lockstep {

/** One side's midpoint pegs, the earliest first; all that trade at a moment trade at the same price. */
class Pegs {
 public:
  explicit Pegs(Side side) : side_(side) {}

  /**
   * Where this side's pegs are between the best limit orders: half a tick goes against the peg's own interest in
   * trading, so that it never meets a limit order by itself.
   */
  Ticks price_between(Ticks bid, Ticks ask) const;
  /** The first whose own limit allows this price; null when there is none. */
  Waiting* first_at(Ticks price);
  void add(const Waiting& waiting) { queue_.emplace(waiting.order.id, waiting); }
  void remove(const Order& order) { queue_.erase(order.id); }

 private:
  Side side_;
  Queue queue_;
};

}  // namespace lockstep
