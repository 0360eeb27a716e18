#include "market/order_flow.h"

#include <algorithm>

namespace lockstep {

namespace {

/** Where the price starts: 40,000.00 at a tick of 0.01. */
constexpr Ticks START_TICKS = 4'000'000;
/** The price never falls below this: with it a limit order's price stays positive. */
constexpr Ticks LOWEST_TICKS = 1'000;
/** The reference price moves by at most this many ticks an order. */
constexpr std::uint32_t DRIFT_TICKS = 25;
/** Limit orders lie between this far on the passive side of the reference price … */
constexpr std::uint32_t PASSIVE_TICKS = 400;
/** … and this far on the aggressive side, where they take. */
constexpr std::uint32_t AGGRESSIVE_TICKS = 120;
/** Of a hundred orders, how many are immediate-or-cancel. */
constexpr std::uint32_t IOC_PERCENT = 25;
/** Quantities are 1 to this many lots times a power of ten up to MAX_LOTS_EXPONENT, so small orders are common. */
constexpr std::uint32_t MAX_LOTS = 99;
constexpr std::uint32_t MAX_LOTS_EXPONENT = 3;
/** When more orders wait, the oldest is cancelled, as its trader would. */
constexpr std::size_t MAX_WAITING_ORDERS = 1'000;

Lots power_of_ten(std::uint32_t exponent) {
  Lots power = 1;
  for (std::uint32_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

OrderFlow::OrderFlow(const std::string& seed, std::uint32_t traders)
    : traders_(traders), random_("flow:" + seed), reference_(START_TICKS) {}

std::optional<Fill> OrderFlow::next() {
  while (fills_.empty()) submit_next();
  const Fill fill = fills_.front();
  fills_.pop_front();
  return fill;
}

void OrderFlow::submit_next() {
  const Ticks drift = Ticks{random_.below(2 * DRIFT_TICKS + 1)} - DRIFT_TICKS;
  reference_ = std::max(LOWEST_TICKS, reference_ + drift);
  const Execution done = book_.submit(next_order());
  fills_.insert(fills_.end(), done.fills.begin(), done.fills.end());
  if (book_.size() > MAX_WAITING_ORDERS) book_.cancel(*book_.oldest());
}

/** The order in which numbers are drawn is part of the flow: one statement each. */
Order OrderFlow::next_order() {
  const Side side = random_.below(2) == 0 ? Side::Buy : Side::Sell;
  const bool is_ioc = random_.below(100) < IOC_PERCENT;
  const std::uint32_t passive = is_ioc ? 0 : PASSIVE_TICKS;
  const Ticks towards_taking = Ticks{random_.below(passive + AGGRESSIVE_TICKS + 1)} - passive;
  const Lots lots = 1 + random_.below(MAX_LOTS);
  const Lots scale = power_of_ten(random_.below(MAX_LOTS_EXPONENT + 1));
  const std::uint32_t trader = random_.below(traders_);
  return {
      .id = ++last_id_,
      .trader = trader,
      .side = side,
      .kind = is_ioc ? OrderKind::ImmediateOrCancel : OrderKind::Limit,
      .price = reference_ + (side == Side::Buy ? towards_taking : -towards_taking),
      .quantity = lots * scale,
  };
}

}  // namespace lockstep
