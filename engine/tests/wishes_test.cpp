// Proves: every wish is read, refused by its id, or named as ignored; and what an engine takes over from the one
// before. Does not prove: that they are obeyed (tests/engine-contract).
#include "control/wishes.h"

#include <gtest/gtest.h>

#include "control/status.h"

namespace lockstep {
namespace {

TEST(Wishes, OfAnEmptyHashAreNone) {
  const Wishes wishes = read_wishes({});
  EXPECT_FALSE(wishes.mode || wishes.emit || wishes.replay || wishes.retry);
  EXPECT_EQ(wishes.ignored, "");
}

TEST(Wishes, AreReadWithTheirIds) {
  const Wishes wishes = read_wishes({{"v", "1"},
                                     {"mode", "pause"},
                                     {"mode_request", "a"},
                                     {"emit", "2"},
                                     {"emit_request", "b"},
                                     {"replay_from", "0"},
                                     {"replay_request", "c"},
                                     {"retry_id", "18446744073709551615"},
                                     {"retry_request", "d"}});
  EXPECT_EQ(wishes.mode->wanted, Mode::Pause);
  EXPECT_EQ(wishes.emit->wanted, 2U);
  EXPECT_EQ(wishes.replay->wanted, 0U);
  EXPECT_EQ(wishes.retry->wanted, 18'446'744'073'709'551'615U);
  EXPECT_EQ(wishes.retry->request, "d");
}

TEST(Wishes, ThatMakeNoSenseAreRefusedUnderTheirIds) {
  const std::map<std::string, std::vector<std::string>> senseless = {
      {"mode", {"", "PAUSE", "stop"}},
      {"emit", {"", "0", "01", "-1", "1.0", "one", "1000"}},
      {"replay_from", {"", "-1", "01", "1-0", "18446744073709551616"}},
      {"retry_id", {"", "x"}},
  };
  for (const auto& [field, values] : senseless) {
    const std::string kind = field.substr(0, field.find('_'));
    for (const std::string& value : values) {
      const Wishes wishes = read_wishes({{"v", "1"}, {field, value}, {kind + "_request", "r"}});
      const auto refused = [](const auto& asked) { return asked && !asked->wanted && !asked->refused.empty(); };
      EXPECT_TRUE(refused(wishes.mode) || refused(wishes.emit) || refused(wishes.replay) || refused(wishes.retry))
          << field << value;
    }
  }
  EXPECT_EQ(read_wishes({{"v", "1"}, {"mode_request", "r"}}).mode->refused, "mode is missing");
}

TEST(Wishes, WithoutAUsableIdOrVersionAreNamed) {
  EXPECT_NE(read_wishes({{"v", "2"}, {"mode", "pause"}}).ignored, "");
  EXPECT_NE(read_wishes({{"mode", "pause"}, {"mode_request", "r"}}).ignored, "");
  const std::string long_id(65, 'x');
  for (const std::string& id : {std::string(), std::string("no good\n"), long_id}) {
    const Wishes wishes = read_wishes({{"v", "1"}, {"mode", "pause"}, {"mode_request", id}});
    EXPECT_FALSE(wishes.mode);
    EXPECT_NE(wishes.ignored.find("mode_request"), std::string::npos);
  }
  EXPECT_NE(read_wishes({{"v", "1"}, {"mode", "pause"}}).ignored.find("missing"), std::string::npos);
}

TEST(Status, IsContinuedInModeAndAnswers) {
  EngineStatus fresh;
  fresh.emit = 2;
  const EngineStatus status = continued_status({{"v", "1"},
                                                {"mode", "pause"},
                                                {"mode_request", "a"},
                                                {"replay_request", "b"},
                                                {"replay_refused", "no"},
                                                {"retry_request", "c"},
                                                {"retried_as", "9"},
                                                {"emit", "1"}},
                                               fresh);
  EXPECT_EQ(status.mode, Mode::Pause);
  EXPECT_EQ(status.mode_answer.request, "a");
  EXPECT_EQ(status.replay_answer.refused, "no");
  EXPECT_EQ(status.retried_as, 9U);
  EXPECT_EQ(status.emit, 2U);
}

TEST(Status, TakesAnAnswerWithoutItsIdAndAnotherVersionForNone) {
  EXPECT_EQ(continued_status({{"v", "1"}, {"retry_request", "c"}}, {}).retry_answer.request, "");
  EXPECT_EQ(continued_status({{"v", "1"}, {"retry_request", "c"}, {"retry_refused", "no"}}, {}).retry_answer.request,
            "c");
  EXPECT_EQ(continued_status({{"v", "2"}, {"mode", "pause"}}, {}).mode, Mode::Run);
}

}  // namespace
}  // namespace lockstep
