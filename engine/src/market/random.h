#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep {

/** The same numbers for the same seed on every machine, and in the feeder: 32-bit integers alone (sfc32). Not for
 * secrets. */
class SeededRandom {
 public:
  explicit SeededRandom(std::string_view seed);

  std::uint32_t word();

  /** Whole number of 0..limit-1, every one equally likely: words beyond the last full range are drawn again. */
  std::uint32_t below(std::uint32_t limit);

 private:
  std::uint32_t a_;
  std::uint32_t b_;
  std::uint32_t c_;
  std::uint32_t counter_;
};

}  // namespace lockstep
