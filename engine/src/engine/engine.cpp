#include "engine/engine.h"

#include <algorithm>

#include "stream/refusals.h"

namespace lockstep {

namespace {

/** For a last word that may go unheard: what cannot be said is not worth failing for. */
template <typename Act>
void if_possible(const Act& act) {
  try {
    act();
  } catch (const Error&) {
  } catch (const Stopped&) {
  }
}

}  // namespace

std::uint64_t chunk_between(TradeId id, TradeId end) {
  return end > id ? std::min<std::uint64_t>(MAX_TRADES_PER_WRITE, end - id) : 0;
}

Engine::Engine(const EngineParts& parts)
    : source_(parts.source),
      stop_(parts.stop),
      log_(parts.log),
      control_(parts.redis, parts.market, parts.stop),
      publisher_({&parts.redis, parts.market, control_.token()}),
      emission_(parts.source.journal(), parts.spoken),
      attendant_(control_, emission_, parts.log),
      pace_(parts.rate),
      step_(step_of(parts.rate, MAX_TRADES_PER_WRITE)),
      cursor_(parts.source) {}

TradeId Engine::run() {
  const auto release = [&] { if_possible([&] { control_.release(); }); };
  try {
    start();
    for (;;) turn();
  } catch (const Stopped&) {
    if_possible([&] { attendant_.report_at(position()); });
  } catch (const Error&) {
    if (!stop_.is_requested()) {
      release();
      throw;
    }
  }
  release();
  return head_;
}

void Engine::start() {
  control_.claim();
  source_.open();
  publisher_.resume();
  head_ = publisher_.last_id();
  emission_.take_over(head_);
  attendant_.take_over(position());
  log_(source_.origin() + ", generation " + std::to_string(publisher_.generation()) + ", after trade " +
       std::to_string(head_));
  if (head_ > 0 && !is_own_last(cursor_)) {
    throw changed(source_.origin(),
                  "gives another trade " + std::to_string(head_) + " than the one that was published");
  }
}

void Engine::turn() {
  const std::optional<Error> trouble = trouble_;
  try {
    if (trouble) {
      overcome(*trouble);
    } else {
      step();
    }
  } catch (const Error& error) {
    if (!is_lost(error) && !is_disturbed(error)) throw;
    trouble_ = error;
    if (trouble) stop_.sleep(LOOK_STEP);
  }
}

void Engine::step() {
  if (const auto asked = attend()) return replay(*asked);
  if (publisher_.last_id() < head_) return restore();
  if (attendant_.is_paused()) return stop_.sleep(LOOK_STEP);
  if (pending_.empty() && retry()) return;
  if (is_exhausted_) return stop_.sleep(LOOK_STEP);
  emit();
}

void Engine::emit() {
  if (pending_.empty()) {
    cursor_.skip_to(head_, [&] { attend(); });
    pending_ = cursor_.take(std::max(step_, chunk_between(head_, emitted_once())));
  }
  if (pending_.empty()) {
    is_exhausted_ = true;
    log_("all written, up to trade " + std::to_string(head_) + "; still here to pause and to replay");
    return;
  }
  // What was emitted once is no news, and keeps no pace.
  const bool is_new = pending_.back().id > emitted_once();
  if (is_new && pace_.wait().count() > 0) return stop_.sleep(std::min(pace_.wait(), LOOK_STEP));
  publisher_.publish(emission_.in_schema(pending_));
  if (is_new) pace_.wrote(pending_.size());
  pending_.clear();
  head_ = publisher_.last_id();
}

std::optional<Asked<TradeId>> Engine::attend() {
  stop_.throw_if_requested();
  return attendant_.attend(position());
}

/** Up to here trades are no news, though an engine that starts on an empty Redis finds none of them. */
TradeId Engine::emitted_once() const {
  return std::max({attendant_.emitted_once(), emission_.last_id(), last_retry()});
}

TradeId Engine::last_retry() const { return source_.journal() == nullptr ? 0 : source_.journal()->last_retry(); }

}  // namespace lockstep
