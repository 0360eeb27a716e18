#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace lockstep {

/** Trades a second; nothing: as fast as Redis takes them. */
using Rate = std::optional<std::uint32_t>;

/** Trades that go out at once, so that a rate is even. */
std::uint64_t step_of(Rate rate, std::uint64_t most);

/** When the next trades of a rate are due. Time that was not used is not made up for. */
class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Pace(Rate rate) : rate_(rate), due_(Clock::now()) {}

  /** How long until then; 0 when it is now. */
  std::chrono::milliseconds wait() const;
  void wrote(std::uint64_t trades);

 private:
  Rate rate_;
  Clock::time_point due_;
};

}  // namespace lockstep
