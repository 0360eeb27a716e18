#include "market/random.h"

#include <bit>

#include "base/sha256.h"

namespace lockstep {

namespace {

std::uint32_t little_endian(const Digest& digest, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t byte = 0; byte < 4; ++byte) word |= static_cast<std::uint32_t>(digest[at + byte]) << (8 * byte);
  return word;
}

}  // namespace

SeededRandom::SeededRandom(std::string_view seed) {
  const Digest digest = sha256(seed);
  a_ = little_endian(digest, 0);
  b_ = little_endian(digest, 4);
  c_ = little_endian(digest, 8);
  counter_ = little_endian(digest, 12);
}

std::uint32_t SeededRandom::word() {
  const std::uint32_t sum = a_ + b_ + counter_;
  counter_ += 1;
  a_ = b_ ^ b_ >> 9;
  b_ = c_ + (c_ << 3);
  c_ = std::rotl(c_, 21) + sum;
  return sum;
}

std::uint32_t SeededRandom::below(std::uint32_t limit) {
  constexpr std::uint64_t RANGE = 0x1'0000'0000;
  const std::uint64_t fair = RANGE - RANGE % limit;
  std::uint32_t drawn = word();
  while (drawn >= fair) drawn = word();
  return drawn % limit;
}

}  // namespace lockstep
