#pragma once

#include <map>
#include <optional>

#include "market/order.h"

namespace lockstep {

/** Orders in the order they came: a later one has a higher id. */
using Queue = std::map<OrderId, Waiting>;

/** One side's limit orders: the best price first, at a price the earliest first. */
class Levels {
 public:
  explicit Levels(Side side) : side_(side) {}

  std::optional<Ticks> best() const;
  /** The first to trade; null when nobody waits. */
  Waiting* first();
  void add(const Waiting& waiting);
  void remove(const Order& order);

 private:
  /** Lowest first; its own inverse. */
  Ticks rank(Ticks price) const { return side_ == Side::Buy ? -price : price; }

  Side side_;
  /** By rank; no queue is empty. */
  std::map<Ticks, Queue> queues_;
};

}  // namespace lockstep
