// Proves: options come from arguments, then from the environment, then from defaults, and senseless ones are refused.
// Does not prove: what the engine does with them.
#include "options.h"

#include <cstdlib>

#include "files.h"

namespace lockstep {
namespace {

class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    for (const char* name : {"REDIS_URL", "MARKET", "TRADE_COUNT", "TRADE_RATE", "RETRY_JOURNAL"}) unsetenv(name);
  }
};

const std::vector<std::string> PLACE = {"--redis", "redis://h", "--market=m"};

std::string code_with(const std::vector<std::string>& more) {
  std::vector<std::string> all = PLACE;
  all.insert(all.end(), more.begin(), more.end());
  return code_of([&] { parse_options(all); });
}

TEST_F(OptionsTest, HaveDefaults) {
  const Options options = parse_options(PLACE);
  EXPECT_EQ(options.redis, "redis://h");
  EXPECT_EQ(options.market, "m");
  EXPECT_EQ(options.seed, "1");
  EXPECT_EQ(options.traders, 64U);
  EXPECT_EQ(options.taker_bps, 10U);
  EXPECT_FALSE(options.rate || options.count || options.journal || options.orders);
}

TEST_F(OptionsTest, ComeFromTheEnvironmentUnlessGiven) {
  setenv("REDIS_URL", "redis://e", 1);
  setenv("MARKET", "e", 1);
  setenv("TRADE_COUNT", "7", 1);
  setenv("TRADE_RATE", "5", 1);
  setenv("RETRY_JOURNAL", "file", 1);
  const Options options = parse_options({"--count", "8"});
  EXPECT_EQ(options.market, "e");
  EXPECT_EQ(options.count, 8U);
  EXPECT_EQ(options.rate, 5U);
  EXPECT_EQ(options.journal, "file");
}

TEST_F(OptionsTest, ThatMakeNoSenseAreRefused) {
  EXPECT_EQ(code_with({}), "");
  EXPECT_EQ(code_of([] { parse_options({"--redis", "redis://h"}); }), "OPTION_INVALID");
  const std::vector<std::vector<std::string>> senseless = {
      {"--what", "1"},         {"what"},           {"--seed"},         {"--count", "0"}, {"--count", "1e3"},
      {"--rate", "0"},         {"--rate", "fast"}, {"--traders", "1"}, {"--tick", "0"},  {"--lot", "0.000000001"},
      {"--taker-bps", "10001"}};
  for (const auto& arguments : senseless) EXPECT_EQ(code_with(arguments), "OPTION_INVALID") << arguments.front();
}

}  // namespace
}  // namespace lockstep
