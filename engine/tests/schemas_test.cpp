// Proves: which schema an id has after any switches, and which an entry may have had.
// Does not prove: that an engine writes so (tests/engine-contract).
#include "journal/schemas.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Schemas, AreOneUntilASwitch) {
  const SchemaHistory history;
  EXPECT_EQ(history.latest(), 1U);
  EXPECT_EQ(history.at(7), 1U);
  EXPECT_EQ(history.last_id(), 0U);
}

TEST(Schemas, ChangeFromTheIdOfASwitchOn) {
  SchemaHistory history;
  history.add({2, 10});
  history.add({1, 20});
  EXPECT_EQ(history.at(9), 1U);
  EXPECT_EQ(history.at(10), 2U);
  EXPECT_EQ(history.at(19), 2U);
  EXPECT_EQ(history.at(20), 1U);
  EXPECT_EQ(history.latest(), 1U);
  EXPECT_EQ(history.last_id(), 19U);
}

TEST(Schemas, ALaterSwitchTakesBackWhatWasSaidOfTheIdsBehindIt) {
  SchemaHistory history;
  history.add({2, 10});
  history.add({3, 20});
  history.add({1, 5});
  EXPECT_EQ(history.at(30), 1U);
  EXPECT_EQ(history.last_id(), 19U);
  EXPECT_EQ(history.size(), 3U);
  EXPECT_TRUE(history.has_said(25, 3));
  EXPECT_FALSE(history.has_said(15, 3));
  EXPECT_TRUE(history.has_said(1, 1));
}

TEST(Schemas, KnowTheFirstIdOutsideOfWhatIsSpoken) {
  SchemaHistory history;
  history.add({2, 10});
  EXPECT_EQ(history.first_outside({1}, 3), 10U);
  EXPECT_EQ(history.first_outside({1}, 12), 12U);
  EXPECT_EQ(history.first_outside({1, 2}, 3), std::nullopt);
}

}  // namespace
}  // namespace lockstep
