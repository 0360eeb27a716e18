// Proves: the digest is SHA-256, and the seeded numbers are those recorded in the feeder's own test.
// Does not prove: statistical quality.
#include "market/random.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace lockstep {
namespace {

TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(SeededRandom, GivesTheFeedersNumbers) {
  SeededRandom random("1");
  EXPECT_EQ(random.word(), 2'901'284'457U);
  EXPECT_EQ(random.word(), 4'216'319'594U);
  EXPECT_EQ(random.word(), 1'064'894'088U);
}

TEST(SeededRandom, StaysBelowItsLimit) {
  SeededRandom random("limits");
  for (const std::uint32_t limit : {1U, 2U, 3U, 100U, 0x8000'0001U, 0xffff'ffffU}) {
    for (int draw = 0; draw < 1'000; ++draw) EXPECT_LT(random.below(limit), limit);
  }
}

}  // namespace
}  // namespace lockstep
