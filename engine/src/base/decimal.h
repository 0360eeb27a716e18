#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/wide.h"

namespace lockstep {

/** An exact decimal, not below 0: digits × 10^-scale, without zeros at the end of its decimals. */
struct Decimal {
  u128 digits = 0;
  /** Decimals after the point. */
  unsigned scale = 0;

  bool operator==(const Decimal&) const = default;
};

/** Reads `12`, `0.50`. Nothing for anything else: signs, exponents, a bare point, more than 38 digits. Never goes
 * through a float. */
std::optional<Decimal> parse_decimal(std::string_view text);

std::string format_decimal(const Decimal& decimal);

/** How many whole steps make the value; nothing when it is no whole number of them, or none that a u64 holds. */
std::optional<std::uint64_t> whole_steps(const Decimal& value, const Decimal& step);

}  // namespace lockstep
