#include "trade/instrument.h"

namespace lockstep {

namespace {

/** With 8 and 8 the quote mint has 16, and a trade can move 1,844 quote. */
constexpr unsigned MAX_DECIMALS = 8;
constexpr u128 MAX_STEP_DIGITS = 10'000'000'000'000'000;

}  // namespace

Instrument instrument_of(const Decimal& tick, const Decimal& lot) {
  u128 price_unit = tick.digits * lot.digits;
  for (unsigned scale = tick.scale + lot.scale; scale > 0 && price_unit % 10 == 0; --scale) price_unit /= 10;
  return {tick, lot, static_cast<std::uint64_t>(lot.digits), price_unit};
}

std::optional<Decimal> parse_step(std::string_view text) {
  const std::optional<Decimal> step = parse_decimal(text);
  if (!step || step->digits == 0 || step->scale > MAX_DECIMALS || step->digits >= MAX_STEP_DIGITS) return std::nullopt;
  return step;
}

}  // namespace lockstep
