// Proves: amounts and fees are the golden ones, and a trade is left out exactly where u64 atoms of a mint end.
// Does not prove: that the program takes the same fee (its own tests read the same files).
#include "trade/money.h"

#include <limits>

#include "golden.h"
#include "trade/funding.h"

namespace lockstep {
namespace {

constexpr std::uint64_t MAX = std::numeric_limits<std::uint64_t>::max();

EngineTrade trade(std::uint64_t price, std::uint64_t quantity, bool taker_is_buyer = true) {
  EngineTrade made;
  made.seller = 1;
  made.price = price;
  made.quantity = quantity;
  made.taker_is_buyer = taker_is_buyer;
  return made;
}

TEST(Money, AmountsAreTheGoldenOnes) {
  const golden::Case file = golden::read("v1/amounts.json");
  for (const auto& value : golden::cases(file)) {
    const golden::Case& each = value.struct_value();
    SCOPED_TRACE(golden::text(each, "name"));
    const auto amount = quote_amount(golden::u64(each, "price"), golden::u64(each, "quantity"));
    const auto& expected = each.fields().at("amount");
    ASSERT_EQ(amount.has_value(), expected.has_string_value());
    if (amount) {
      EXPECT_EQ(std::to_string(*amount), expected.string_value());
    }
  }
}

TEST(Money, FeesAreTheGoldenOnes) {
  const golden::Case file = golden::read("v1/fees.json");
  for (const auto& value : golden::cases(file)) {
    const golden::Case& each = value.struct_value();
    SCOPED_TRACE(golden::text(each, "name"));
    EXPECT_EQ(fee_of(golden::u64(each, "amount"), golden::u32(each, "bps")), golden::u64(each, "fee"));
  }
}

TEST(Funding, RefusesAnAmountThatPassesU64) {
  FundingPlan plan(2, 0, 1);
  EXPECT_FALSE(plan.add(trade(MAX, 2)));
  EXPECT_TRUE(plan.add(trade(MAX, 1)));
}

TEST(Funding, RefusesAnAmountThatPassesU64WithItsFee) {
  FundingPlan plan(2, 1, 1);
  EXPECT_FALSE(plan.add(trade(MAX, 1)));
  EXPECT_TRUE(plan.add(trade(MAX, 1, false)));
}

TEST(Funding, RefusesWhatWouldTakeMoreThanU64InDeposits) {
  FundingPlan plan(2, 0, 1);
  EXPECT_TRUE(plan.add(trade(1, MAX - 1)));
  // A refused trade changes nothing: one that fits still does.
  EXPECT_FALSE(plan.add(trade(1, 2)));
  EXPECT_TRUE(plan.add(trade(1, 1)));
}

TEST(Funding, CountsLotsInAtoms) {
  FundingPlan plan(2, 0, 10);
  EXPECT_FALSE(plan.add(trade(1, MAX / 10 + 1)));
  EXPECT_TRUE(plan.add(trade(1, MAX / 10)));
}

TEST(Funding, WhatWasReceivedPays) {
  FundingPlan plan(2, 0, 1);
  EXPECT_TRUE(plan.add(trade(1, MAX)));
  EngineTrade back = trade(1, MAX);
  back.buyer = 1;
  back.seller = 0;
  EXPECT_TRUE(plan.add(back));
}

}  // namespace
}  // namespace lockstep
