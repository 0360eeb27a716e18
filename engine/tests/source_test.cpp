// Proves: a pass has the journal's retries in their places, also one that is journaled while it is under way or after
// its end; and a source that gives anything else than ids in turn is refused. Does not prove: that a retry is in the
// journal before the stream (tests/engine-contract).
#include "engine/pace.h"
#include "engine/trade_cursor.h"
#include "files.h"
#include "source/journaled_source.h"

namespace lockstep {
namespace {

/** Trades of these ids, with the id as price. */
class Listed : public Source {
 public:
  explicit Listed(std::vector<TradeId> ids) : ids_(std::move(ids)) {}
  std::string origin() const override { return "a list"; }
  std::unique_ptr<TradePass> trades() const override { return std::make_unique<Pass>(ids_); }

 private:
  class Pass : public TradePass {
   public:
    explicit Pass(const std::vector<TradeId>& ids) : ids_(ids) {}
    std::optional<EngineTrade> next() override {
      if (at_ == ids_.size()) return std::nullopt;
      EngineTrade trade;
      trade.id = trade.price = ids_[at_++];
      return trade;
    }

   private:
    const std::vector<TradeId>& ids_;
    std::size_t at_ = 0;
  };

  std::vector<TradeId> ids_;
};

EngineTrade retry(TradeId id, TradeId replaces) {
  EngineTrade trade;
  trade.id = id;
  trade.price = replaces;
  trade.replaces = replaces;
  return trade;
}

std::vector<std::uint64_t> prices(const std::vector<EngineTrade>& trades) {
  std::vector<std::uint64_t> all;
  for (const EngineTrade& trade : trades) all.push_back(trade.price);
  return all;
}

TEST(JournaledSource, HasRetriesInTheirPlaces) {
  JournaledSource source(std::make_unique<Listed>(std::vector<TradeId>{1, 2, 3}),
                         std::make_unique<Journal>(fresh_file(), "market"));
  source.open();
  source.journal()->add_retry(retry(2, 1));
  TradeCursor cursor(source);
  EXPECT_EQ(prices(cursor.take(2)), (std::vector<std::uint64_t>{1, 1}));
  source.journal()->add_retry(retry(3, 1));
  EXPECT_EQ(prices(cursor.take(9)), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_TRUE(cursor.take(1).empty());
  source.journal()->add_retry(retry(6, 2));
  EXPECT_EQ(prices(cursor.take(9)), (std::vector<std::uint64_t>{2}));
  TradeCursor again(source);
  EXPECT_EQ(prices(again.take(9)), (std::vector<std::uint64_t>{1, 1, 1, 2, 3, 2}));
}

TEST(TradeCursor, RefusesIdsOutOfTurnAndAnEarlyEnd) {
  const Listed gap({1, 3});
  EXPECT_EQ(code_of([&] { TradeCursor(gap).take(2); }), "SOURCE_CHANGED");
  const Listed two({1, 2});
  EXPECT_EQ(code_of([&] { TradeCursor(two).take_all(3); }), "SOURCE_CHANGED");
  EXPECT_EQ(code_of([&] { TradeCursor(two).skip_to(3, [] {}); }), "SOURCE_CHANGED");
}

TEST(TradeCursor, PassesTradesOverUpToAnId) {
  const Listed three({1, 2, 3});
  TradeCursor cursor(three);
  int looks = 0;
  cursor.skip_to(2, [&] { ++looks; });
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(prices(cursor.take(5)), (std::vector<std::uint64_t>{3}));
}

TEST(Pace, WritesInStepsOfAFractionOfASecond) {
  EXPECT_EQ(step_of(std::nullopt, 500), 500U);
  EXPECT_EQ(step_of(1, 500), 1U);
  EXPECT_EQ(step_of(2'000, 500), 100U);
  EXPECT_EQ(step_of(1'000'000, 500), 500U);
  EXPECT_EQ(Pace(std::nullopt).wait().count(), 0);
}

}  // namespace
}  // namespace lockstep
