#include <algorithm>

#include "engine/engine.h"
#include "stream/refusals.h"

namespace lockstep {

void Engine::overcome(const Error& cause) {
  if (is_lost(cause)) {
    recover(cause);
  } else {
    move_on(cause);
  }
  trouble_.reset();
}

void Engine::recover(const Error& cause) {
  log_(std::string("redis has lost writes: ") + cause.what());
  control_.claim();
  publisher_.resume();
  const TradeId highest = pending_.empty() ? head_ : pending_.back().id;
  if (publisher_.last_id() > highest) {
    throw disturbed("the stream ends with " + std::to_string(publisher_.last_id()) + "; this engine wrote " +
                    std::to_string(highest));
  }
  if (publisher_.last_id() > head_) take_for_written(publisher_.last_id());
  std::erase_if(pending_, [&](const EngineTrade& trade) { return trade.id <= head_; });
  attendant_.report_at(position());
}

/** The write that was under way may have arrived; or somebody else took its id. */
void Engine::take_for_written(TradeId last) {
  const std::optional<StreamedTrade> written = publisher_.last_entry();
  const auto own =
      std::find_if(pending_.begin(), pending_.end(), [&](const EngineTrade& trade) { return trade.id == last; });
  if (own == pending_.end() || !written || !emission_.is_own(*own, *written)) throw not_ours(last);
  head_ = last;
}

/** Somebody else's entries, pointer or keys are left behind; a reader that had not come so far asks for a replay. */
void Engine::move_on(const Error& cause) {
  attendant_.move_on(head_, [&](const StatusFields& status) { publisher_.move_on(head_, status); });
  log_("somebody else wrote here, going on in generation " + std::to_string(publisher_.generation()) + ": " +
       cause.what());
}

}  // namespace lockstep
