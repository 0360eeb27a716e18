#pragma once

#include <cstdint>
#include <optional>

namespace lockstep {

/** What the buyer owes the seller before fees, in quote atoms; nothing where u64 does not hold it. */
std::optional<std::uint64_t> quote_amount(std::uint64_t price, std::uint64_t quantity);

/** The fee on an amount, rounded up, as the program takes it. @param bps hundredths of a percent, at most 10,000 */
std::uint64_t fee_of(std::uint64_t amount, std::uint32_t bps);

}  // namespace lockstep
