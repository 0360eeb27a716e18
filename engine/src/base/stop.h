#pragma once

#include <chrono>
#include <optional>

namespace lockstep {

/**
 * Whether SIGINT or SIGTERM has come. Both are held back from the moment this exists and only looked for here, so
 * nothing is ever interrupted halfway.
 */
class Stop {
 public:
  Stop();

  bool is_requested();
  /** @throws Stopped */
  void throw_if_requested();
  /** Once told to end, a Redis that is silent is waited for this long and no longer. @throws Stopped */
  void throw_if_overdue();
  /** @throws Stopped as soon as it is requested */
  void sleep(std::chrono::milliseconds duration);

 private:
  using Clock = std::chrono::steady_clock;

  /** Waits for a signal, at most so long. */
  void look(std::chrono::milliseconds duration);

  std::optional<Clock::time_point> requested_at_;
};

}  // namespace lockstep
