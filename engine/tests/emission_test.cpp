// Proves: what is written in which schema, by builds that speak both and by one that speaks the first alone, and what
// is refused. Does not prove: that the entries in Redis are so (tests/engine-contract).
#include "engine/emission.h"

#include "files.h"
#include "trade/event.h"

namespace lockstep {
namespace {

class EmissionTest : public testing::Test {
 protected:
  EmissionTest() : journal(fresh_file(), "market") { journal.open(std::nullopt); }

  static std::vector<EngineTrade> trades(TradeId from, TradeId to) {
    std::vector<EngineTrade> made;
    for (TradeId id = from; id <= to; ++id) {
      EngineTrade trade;
      trade.id = id;
      trade.order_type = 2;
      made.push_back(trade);
    }
    return made;
  }

  Journal journal;
};

TEST_F(EmissionTest, WithoutAJournalOnlySchemaOneIsSpoken) {
  Emission emission(nullptr, {2, 1});
  EXPECT_EQ(emission.spoken(), std::vector<Schema>{1});
  EXPECT_NE(emission.refusal_of(2).find("journal"), std::string::npos);
  EXPECT_EQ(emission.refusal_of(1), "");
}

TEST_F(EmissionTest, ASwitchHoldsFromTheNextTradeOn) {
  Emission emission(&journal, {2, 1});
  emission.switch_to(2, 10);
  const auto written = emission.in_schema(trades(10, 11));
  EXPECT_EQ(written[0].schema, 1U);
  EXPECT_EQ(written[1].schema, 2U);
  EXPECT_EQ(emission.current(), 2U);
  EXPECT_EQ(emission.last_id(), 10U);
}

TEST_F(EmissionTest, TheSchemaInEffectIsNoSwitch) {
  Emission emission(&journal, {2, 1});
  emission.switch_to(1, 10);
  EXPECT_EQ(journal.schemas().size(), 0U);
}

TEST_F(EmissionTest, AnUnspokenSchemaIsRefusedByName) {
  Emission emission(&journal, {2, 1});
  EXPECT_NE(emission.refusal_of(3).find("schema 3 is not spoken; this engine speaks 1, 2"), std::string::npos);
}

TEST_F(EmissionTest, ABuildThatSpeaksLessGoesOnWithTheMostItSpeaksAndRemembersIt) {
  Emission(&journal, {2, 1}).switch_to(2, 4);
  Emission earlier(&journal, {1});
  earlier.take_over(9);
  EXPECT_EQ(earlier.current(), 1U);
  EXPECT_EQ(journal.schemas().at(9), 2U);
  const auto again = earlier.in_schema(trades(3, 9));
  EXPECT_EQ(again[0].schema, 1U);
  EXPECT_EQ(again[6].schema, 1U);
  EXPECT_EQ(Emission(&journal, {2, 1}).in_schema(trades(9, 9))[0].schema, 1U);
}

TEST_F(EmissionTest, KnowsWhatAnEngineOfThisJournalWrote) {
  Emission emission(&journal, {2, 1});
  emission.switch_to(2, 4);
  const EngineTrade trade = trades(5, 5).front();
  const StreamedTrade first{1, encode_trade_event(trade, 1)};
  const StreamedTrade second{2, encode_trade_event(trade, 2)};
  EXPECT_TRUE(emission.is_own(trade, second));
  EXPECT_FALSE(emission.is_own(trade, first));
  EXPECT_TRUE(emission.is_known(trade, second));
  EXPECT_TRUE(emission.is_known(trade, first));
  EXPECT_FALSE(emission.is_known(trade, {2, "junk"}));
  EXPECT_FALSE(emission.is_known(trade, {3, "anything"}));
  EXPECT_FALSE(emission.is_known(trades(4, 4).front(), {2, encode_trade_event(trades(4, 4).front(), 2)}));
  emission.switch_to(3, 6);
  EXPECT_TRUE(emission.is_known(trades(7, 7).front(), {3, "bytes nobody here can read"}));
}

}  // namespace
}  // namespace lockstep
