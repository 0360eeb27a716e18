#include "base/stop.h"

#include <csignal>
#include <ctime>

#include "base/error.h"

namespace lockstep {

namespace {

constexpr std::chrono::seconds PATIENCE{3};

sigset_t end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Stop::Stop() {
  const sigset_t signals = end_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
}

bool Stop::is_requested() {
  if (!requested_at_) look(std::chrono::milliseconds(0));
  return requested_at_.has_value();
}

void Stop::throw_if_requested() {
  if (is_requested()) throw Stopped();
}

void Stop::throw_if_overdue() {
  if (is_requested() && Clock::now() - *requested_at_ > PATIENCE) throw Stopped();
}

void Stop::sleep(std::chrono::milliseconds duration) {
  throw_if_requested();
  look(duration);
  throw_if_requested();
}

void Stop::look(std::chrono::milliseconds duration) {
  const sigset_t signals = end_signals();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  const timespec timeout{static_cast<time_t>(seconds.count()),
                         static_cast<long>(std::chrono::nanoseconds(duration - seconds).count())};
  if (sigtimedwait(&signals, nullptr, &timeout) > 0) requested_at_ = Clock::now();
}

}  // namespace lockstep
