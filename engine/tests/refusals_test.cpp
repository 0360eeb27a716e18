// Proves: each answer of a script that wrote nothing is taken for what it is: lost, another engine's, or a stranger's.
// Does not prove: what the engine does about it (tests/engine-contract).
#include "stream/refusals.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

std::string code(const Answer& answer) { return refusal_of(answer, "market", "10-0").code(); }

TEST(Refusals, WhatIsMissingOrShorterIsLost) {
  for (const char* what : {"owner", "pointer", "last"}) EXPECT_EQ(code({what, ""}), "PUBLISH_LOST");
  EXPECT_EQ(code({"last", "9-0"}), "PUBLISH_LOST");
  EXPECT_EQ(code({"last", "0-0"}), "PUBLISH_LOST");
}

TEST(Refusals, AnotherOwnerIsAConflict) { EXPECT_EQ(code({"owner", "other"}), "PUBLISH_CONFLICT"); }

TEST(Refusals, AllElseIsAStrangersDoing) {
  EXPECT_EQ(code({"pointer", "70"}), "PUBLISH_DISTURBED");
  EXPECT_EQ(code({"foreign", "10-0 with p = 00"}), "PUBLISH_DISTURBED");
  EXPECT_EQ(code({"last", "10-1"}), "PUBLISH_DISTURBED");
  EXPECT_EQ(code({"last", "1732221000000-0"}), "PUBLISH_DISTURBED");
}

TEST(Refusals, KeysOfAnotherTypeDisturb) {
  EXPECT_TRUE(is_disturbed(Error("REDIS_REFUSED", "redis refused a command: WRONGTYPE Operation against a key", "")));
  EXPECT_TRUE(is_disturbed(Error("GENERATION_INVALID", "", "")));
  EXPECT_FALSE(is_disturbed(Error("REDIS_REFUSED", "redis refused a command: OOM", "")));
  EXPECT_FALSE(is_disturbed(lost("")));
  EXPECT_TRUE(is_lost(lost("")));
}

}  // namespace
}  // namespace lockstep
