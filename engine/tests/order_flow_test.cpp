// Proves: the flow is decided by its seed and stays in range.
// Does not prove: that it is the feeder's, trade by trade (tests/engine-contract/cpp.test.ts).
#include "market/order_flow.h"

#include <gtest/gtest.h>

#include <set>

namespace lockstep {
namespace {

std::vector<Fill> take(int count, const std::string& seed, std::uint32_t traders) {
  OrderFlow flow(seed, traders);
  std::vector<Fill> fills;
  while (count-- > 0) fills.push_back(flow.next().value());
  return fills;
}

TEST(OrderFlow, TheSameSeedGivesTheSameFillsAnotherSeedOthers) {
  EXPECT_EQ(take(500, "a", 64), take(500, "a", 64));
  EXPECT_NE(take(500, "a", 64), take(500, "b", 64));
}

TEST(OrderFlow, FillsAreBetweenDifferentKnownTradersAboveZeroAndTakenFromBothSides) {
  std::set<bool> sides;
  std::set<OrderType> types;
  for (const Fill& fill : take(5'000, "1", 64)) {
    EXPECT_NE(fill.buyer, fill.seller);
    EXPECT_TRUE(fill.buyer < 64 && fill.seller < 64 && fill.price > 0 && fill.quantity > 0);
    sides.insert(fill.taker_is_buyer);
    types.insert(fill.order_type);
  }
  EXPECT_EQ(sides.size(), 2U);
  EXPECT_EQ(types.size(), 2U);
}

TEST(OrderFlow, TwoTradersAreEnough) { EXPECT_EQ(take(200, "1", 2).size(), 200U); }

}  // namespace
}  // namespace lockstep
