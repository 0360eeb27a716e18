#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/wide.h"

namespace lockstep {

/** What is traded, in the units of the chain. A price of n ticks is n × price_unit quote atoms per base lot. */
struct Instrument {
  /** Smallest step of a price, in quote per base. */
  Decimal tick;
  /** Smallest step of a quantity, in base. */
  Decimal lot;
  /** Atoms of the base mint in a lot. */
  std::uint64_t base_lot_atoms = 0;
  /** Quote atoms per base lot in a tick: the quote mint has as many decimals as tick × lot needs, and no more. */
  u128 price_unit = 0;
};

/** @param tick, lot of parse_step() */
Instrument instrument_of(const Decimal& tick, const Decimal& lot);

/** A declared tick or lot: above 0, at most 8 decimals and 16 digits. */
std::optional<Decimal> parse_step(std::string_view text);

}  // namespace lockstep
