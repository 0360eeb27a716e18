#include "trade/money.h"

namespace lockstep {

std::optional<std::uint64_t> quote_amount(std::uint64_t price, std::uint64_t quantity) {
  std::uint64_t amount = 0;
  if (__builtin_mul_overflow(price, quantity, &amount)) return std::nullopt;
  return amount;
}

std::uint64_t fee_of(std::uint64_t amount, std::uint32_t bps) {
  constexpr std::uint64_t SCALE = 10'000;
  return amount / SCALE * bps + (amount % SCALE * bps + SCALE - 1) / SCALE;
}

}  // namespace lockstep
