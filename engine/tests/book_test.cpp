// Proves: price-time priority, partial fills, the waiting order's price, immediate-or-cancel, post-only, midpoint pegs,
// cancelling, nobody trading with himself, and that lots are neither made nor lost. Does not prove: anything about the
// flow of orders (order_flow_test.cpp).
#include "market/book.h"

#include <gtest/gtest.h>

#include <tuple>

#include "market/random.h"

namespace lockstep {
namespace {

/** Buyer, seller, price, lots. */
using Short = std::tuple<std::uint32_t, std::uint32_t, Ticks, Lots>;

std::vector<Short> in_short(const std::vector<Fill>& fills) {
  std::vector<Short> all;
  for (const Fill& fill : fills) all.emplace_back(fill.buyer, fill.seller, fill.price, fill.quantity);
  return all;
}

class Book : public testing::Test {
 protected:
  Execution submit(Side side, std::uint32_t trader, Ticks price, Lots quantity, OrderKind kind = OrderKind::Limit) {
    return book.submit({++last_id, trader, side, kind, price, quantity});
  }
  Execution buy(std::uint32_t trader, Ticks price, Lots quantity, OrderKind kind = OrderKind::Limit) {
    return submit(Side::Buy, trader, price, quantity, kind);
  }
  Execution sell(std::uint32_t trader, Ticks price, Lots quantity, OrderKind kind = OrderKind::Limit) {
    return submit(Side::Sell, trader, price, quantity, kind);
  }

  OrderBook book;
  OrderId last_id = 0;
};

constexpr OrderKind IOC = OrderKind::ImmediateOrCancel;
constexpr OrderKind POST = OrderKind::PostOnly;
constexpr OrderKind PEG = OrderKind::MidpointPeg;

TEST_F(Book, AnOrderWithoutCounterpartWaits) {
  EXPECT_EQ(buy(1, 100, 5).resting, 5U);
  EXPECT_EQ(book.best(Side::Buy), 100);
  EXPECT_FALSE(book.best(Side::Sell));
}

TEST_F(Book, TheBestPriceTradesFirstAtTheWaitingPrice) {
  sell(1, 102, 5);
  sell(2, 101, 5);
  sell(3, 103, 5);
  const Execution done = buy(9, 102, 20);
  EXPECT_EQ(in_short(done.fills), (std::vector<Short>{{9, 2, 101, 5}, {9, 1, 102, 5}}));
  EXPECT_EQ(done.resting, 10U);
  EXPECT_TRUE(done.fills.front().taker_is_buyer);
  EXPECT_EQ(done.fills.front().order_type, OrderType::Limit);
}

TEST_F(Book, AtOnePriceTheEarlierOrderTradesFirst) {
  buy(1, 100, 5);
  buy(2, 100, 5);
  buy(3, 101, 1);
  const Execution done = sell(9, 100, 8);
  EXPECT_EQ(in_short(done.fills), (std::vector<Short>{{3, 9, 101, 1}, {1, 9, 100, 5}, {2, 9, 100, 2}}));
  EXPECT_FALSE(done.fills.front().taker_is_buyer);
}

TEST_F(Book, AnOrderFilledInPartKeepsItsPlace) {
  sell(1, 100, 5);
  sell(2, 100, 5);
  buy(9, 100, 3);
  EXPECT_EQ(in_short(buy(9, 100, 4).fills), (std::vector<Short>{{9, 1, 100, 2}, {9, 2, 100, 2}}));
}

TEST_F(Book, ImmediateOrCancelTakesWhatIsThereAndNeverWaits) {
  sell(1, 100, 3);
  const Execution done = buy(9, 100, 10, IOC);
  EXPECT_EQ(done.cancelled, 7U);
  EXPECT_EQ(done.fills.front().order_type, OrderType::ImmediateOrCancel);
  EXPECT_EQ(buy(9, 100, 10, IOC).cancelled, 10U);
  EXPECT_EQ(book.size(), 0U);
}

TEST_F(Book, AnOrderStopsAtItsOwnTraderWhoseEarlierOrderStays) {
  sell(1, 100, 2);
  sell(9, 101, 2);
  sell(2, 102, 2);
  const Execution done = buy(9, 105, 6);
  EXPECT_EQ(in_short(done.fills), (std::vector<Short>{{9, 1, 100, 2}}));
  EXPECT_EQ(done.cancelled, 4U);
  EXPECT_EQ(book.best(Side::Sell), 101);
  EXPECT_FALSE(book.best(Side::Buy));
}

TEST_F(Book, ACancelledOrderDoesNotTradeAndCancellingAgainSaysSo) {
  sell(1, 100, 2);
  sell(2, 100, 2);
  EXPECT_EQ(book.oldest(), 1U);
  EXPECT_TRUE(book.cancel(1));
  EXPECT_FALSE(book.cancel(1));
  EXPECT_EQ(book.oldest(), 2U);
  EXPECT_EQ(in_short(buy(9, 100, 4).fills), (std::vector<Short>{{9, 2, 100, 2}}));
}

TEST_F(Book, PostOnlyWaitsWhereItTakesNothing) {
  sell(1, 101, 2);
  EXPECT_EQ(buy(2, 100, 5, POST).resting, 5U);
  EXPECT_EQ(in_short(sell(3, 100, 1).fills), (std::vector<Short>{{2, 3, 100, 1}}));
}

TEST_F(Book, PostOnlyThatWouldTakeIsCancelledWhole) {
  sell(1, 101, 2);
  const Execution done = buy(2, 101, 5, POST);
  EXPECT_TRUE(done.fills.empty());
  EXPECT_EQ(done.cancelled, 5U);
  EXPECT_EQ(book.size(), 1U);
}

TEST_F(Book, PostOnlyMeetsAPegToo) {
  buy(1, 100, 1);
  sell(2, 104, 1);
  sell(3, 90, 5, PEG);
  EXPECT_EQ(buy(4, 102, 5, POST).cancelled, 5U);
  EXPECT_EQ(buy(4, 101, 5, POST).resting, 5U);
}

TEST_F(Book, APegTradesAtTheMidpointBeforeAnyLimitOrderBehindIt) {
  buy(1, 100, 5);
  sell(2, 104, 5);
  EXPECT_EQ(buy(3, 110, 2, PEG).resting, 2U);
  EXPECT_EQ(book.best(Side::Buy), 100);
  EXPECT_EQ(in_short(sell(4, 100, 4).fills), (std::vector<Short>{{3, 4, 102, 2}, {1, 4, 100, 2}}));
}

TEST_F(Book, APegFollowsTheMidpoint) {
  buy(1, 100, 5);
  sell(2, 104, 5);
  buy(3, 110, 2, PEG);
  buy(1, 102, 5);
  EXPECT_EQ(in_short(sell(4, 103, 1).fills), (std::vector<Short>{{3, 4, 103, 1}}));
}

TEST_F(Book, HalfATickGoesAgainstThePeg) {
  buy(1, 100, 5);
  sell(2, 103, 5);
  buy(3, 110, 2, PEG);
  sell(4, 90, 2, PEG);
  EXPECT_EQ(in_short(sell(5, 100, 1, IOC).fills), (std::vector<Short>{{3, 5, 101, 1}}));
  EXPECT_EQ(in_short(buy(6, 103, 1, IOC).fills), (std::vector<Short>{{6, 4, 102, 1}}));
}

TEST_F(Book, AnUnseenPegComesAfterALimitOrderAtItsPrice) {
  buy(1, 100, 1);
  sell(2, 101, 5);
  buy(3, 110, 1, PEG);
  EXPECT_EQ(in_short(sell(4, 100, 1, IOC).fills), (std::vector<Short>{{1, 4, 100, 1}}));
}

TEST_F(Book, APegWaitsWhileTheMidpointIsWorseThanItsOwnPrice) {
  buy(1, 100, 5);
  sell(2, 104, 5);
  buy(3, 101, 2, PEG);
  EXPECT_EQ(in_short(sell(4, 100, 1).fills), (std::vector<Short>{{1, 4, 100, 1}}));
}

TEST_F(Book, PegsWaitWhileASideHasNoLimitOrder) {
  buy(1, 100, 5);
  EXPECT_EQ(buy(3, 110, 2, PEG).resting, 2U);
  EXPECT_EQ(sell(4, 90, 2, PEG).resting, 2U);
  EXPECT_EQ(in_short(sell(2, 104, 5).fills), (std::vector<Short>{{3, 4, 102, 2}}));
}

TEST_F(Book, PegsMeetAtAWholeMidpointAndTheLaterIsTheTaker) {
  buy(1, 100, 5);
  sell(2, 104, 5);
  sell(4, 90, 2, PEG);
  const Execution done = buy(3, 110, 3, PEG);
  EXPECT_EQ(in_short(done.fills), (std::vector<Short>{{3, 4, 102, 2}}));
  EXPECT_TRUE(done.fills.front().taker_is_buyer);
  EXPECT_EQ(done.fills.front().order_type, OrderType::Limit);
  EXPECT_EQ(done.resting, 1U);
}

TEST_F(Book, ACancellationThatMovesTheMidpointLetsPegsMeet) {
  buy(1, 100, 5);
  buy(1, 101, 5);
  sell(2, 104, 5);
  buy(3, 110, 1, PEG);
  sell(4, 90, 1, PEG);
  EXPECT_EQ(in_short(book.cancel(2).value()), (std::vector<Short>{{3, 4, 102, 1}}));
}

TEST_F(Book, APegThatMeetsItsOwnTraderIsCancelledAndTheEarlierStays) {
  buy(1, 100, 5);
  sell(2, 104, 5);
  sell(3, 90, 2, PEG);
  EXPECT_EQ(buy(3, 110, 2, PEG).cancelled, 2U);
  EXPECT_EQ(in_short(buy(4, 110, 1, PEG).fills), (std::vector<Short>{{4, 3, 102, 1}}));
}

TEST_F(Book, WhateverIsSubmittedNobodyTradesWithHimselfNoLotIsLostAndTheBookNeverCrosses) {
  SeededRandom random("book");
  for (OrderId id = 1; id <= 20'000; ++id) {
    const Side side = random.below(2) == 0 ? Side::Buy : Side::Sell;
    const auto kind = static_cast<OrderKind>(random.below(4));
    const Order order{id, random.below(5), side, kind, 95 + Ticks{random.below(11)}, 1 + random.below(20)};
    const Execution done = book.submit(order);
    // Its own fills come first; those of pegs that met because of it follow.
    Lots accounted = done.resting + done.cancelled;
    for (const Fill& fill : done.fills) {
      ASSERT_NE(fill.buyer, fill.seller);
      ASSERT_GT(fill.quantity, 0U);
      if (accounted == order.quantity) continue;
      ASSERT_EQ(side == Side::Buy ? fill.buyer : fill.seller, order.trader);
      ASSERT_TRUE(side == Side::Buy ? fill.price <= order.price : fill.price >= order.price);
      accounted += fill.quantity;
    }
    ASSERT_EQ(accounted, order.quantity);
    const auto bid = book.best(Side::Buy);
    const auto ask = book.best(Side::Sell);
    ASSERT_TRUE(!bid || !ask || *bid < *ask);
    if (id % 7 == 0) book.cancel(book.oldest().value_or(0));
  }
}

}  // namespace
}  // namespace lockstep
