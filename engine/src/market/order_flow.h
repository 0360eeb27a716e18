#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "market/book.h"
#include "market/fill.h"
#include "market/random.h"

namespace lockstep {

/** Endless fills of invented traders' limit and immediate-or-cancel orders; the same seed gives the same fills as the
 * feeder's. */
class OrderFlow : public Fills {
 public:
  /** @param traders at least 2 */
  OrderFlow(const std::string& seed, std::uint32_t traders);

  std::optional<Fill> next() override;

 private:
  void submit_next();
  Order next_order();

  std::uint32_t traders_;
  SeededRandom random_;
  OrderBook book_;
  Ticks reference_;
  OrderId last_id_ = 0;
  std::deque<Fill> fills_;
};

}  // namespace lockstep
