#include "engine/pace.h"

#include <algorithm>

namespace lockstep {

namespace {

/** Trades go out in steps of at most this length. */
constexpr std::chrono::milliseconds STEP{50};

}  // namespace

std::uint64_t step_of(Rate rate, std::uint64_t most) {
  if (!rate) return most;
  return std::clamp<std::uint64_t>(std::uint64_t{*rate} * STEP.count() / 1'000, 1, most);
}

std::chrono::milliseconds Pace::wait() const {
  if (!rate_) return std::chrono::milliseconds(0);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_ - Clock::now());
  return std::max(std::chrono::milliseconds(0), left);
}

void Pace::wrote(std::uint64_t trades) {
  if (!rate_) return;
  const std::chrono::nanoseconds taken(trades * 1'000'000'000 / *rate_);
  due_ = std::max(due_, Clock::now() - STEP) + taken;
}

}  // namespace lockstep
