#pragma once

#include <cstdint>
#include <optional>

#include "market/order.h"
#include "trade/trade.h"

namespace lockstep {

struct Fill {
  std::uint32_t buyer = 0;
  std::uint32_t seller = 0;
  /** The waiting order's. */
  Ticks price = 0;
  Lots quantity = 0;
  bool taker_is_buyer = false;
  /** Of the taker's order. */
  OrderType order_type = OrderType::Limit;

  bool operator==(const Fill&) const = default;
};

/** One pass over the fills of some flow of orders. */
class Fills {
 public:
  virtual ~Fills() = default;
  /** The next one; nothing at the flow's end. */
  virtual std::optional<Fill> next() = 0;
};

}  // namespace lockstep
