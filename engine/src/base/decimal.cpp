#include "base/decimal.h"

#include <algorithm>
#include <limits>

namespace lockstep {

namespace {

/** More digits may pass what u128 holds. */
constexpr std::size_t MAX_DIGITS = 38;

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char each) { return each >= '0' && each <= '9'; });
}

/** The digits at a scale not below the decimal's own; nothing when u128 does not hold them. */
std::optional<u128> scaled(const Decimal& decimal, unsigned scale) {
  u128 digits = decimal.digits;
  for (unsigned at = decimal.scale; at < scale; ++at) {
    if (__builtin_mul_overflow(digits, u128{10}, &digits)) return std::nullopt;
  }
  return digits;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return std::nullopt;
  if (!are_digits(whole) || !are_digits(fraction)) return std::nullopt;
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (whole.size() + fraction.size() > MAX_DIGITS) return std::nullopt;
  Decimal decimal{0, static_cast<unsigned>(fraction.size())};
  for (const std::string_view part : {whole, fraction}) {
    for (const char each : part) decimal.digits = decimal.digits * 10 + static_cast<unsigned>(each - '0');
  }
  return decimal;
}

std::string format_decimal(const Decimal& decimal) {
  std::string text;
  for (u128 rest = decimal.digits; rest > 0; rest /= 10)
    text.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  while (text.size() <= decimal.scale) text.push_back('0');
  std::reverse(text.begin(), text.end());
  if (decimal.scale > 0) text.insert(text.size() - decimal.scale, ".");
  return text;
}

std::optional<std::uint64_t> whole_steps(const Decimal& value, const Decimal& step) {
  const unsigned scale = std::max(value.scale, step.scale);
  const std::optional<u128> dividend = scaled(value, scale);
  const std::optional<u128> divisor = scaled(step, scale);
  if (!dividend || !divisor || *divisor == 0 || *dividend % *divisor != 0) return std::nullopt;
  const u128 steps = *dividend / *divisor;
  if (steps > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return static_cast<std::uint64_t>(steps);
}

}  // namespace lockstep
