#include "engine/engine.h"

namespace lockstep {

/**
 * Does one step of a retry: refuses it, or writes it down as the next trade, or answers when that is in the stream.
 * False when there was no such step; then what the source has next comes first, the retry in its turn.
 */
bool Engine::retry() {
  if (last_retry() > head_) {
    is_exhausted_ = false;
    return false;
  }
  const std::optional<Asked<TradeId>> asked = attendant_.retry();
  if (!asked) return false;
  Journal* journal = source_.journal();
  if (asked->wanted && journal != nullptr) {
    if (const auto as = journal->retried_as(*asked->wanted)) {
      attendant_.fulfil_retry(asked->request, *as, position());
      return true;
    }
  }
  const std::string refused = refusal_of_retry(*asked);
  if (refused.empty()) {
    write_down(*asked->wanted);
  } else {
    attendant_.refuse_retry(asked->request, refused);
  }
  return true;
}

/** From here on every pass over the source has the retry as its next trade, the one under way included. */
void Engine::write_down(TradeId wanted) {
  TradeCursor cursor(source_);
  cursor.skip_to(wanted - 1, [&] { attend(); });
  EngineTrade again = cursor.take_all(1).front();
  again.id = head_ + 1;
  again.replaces = wanted;
  source_.journal()->add_retry(again);
}

std::string Engine::refusal_of_retry(const Asked<TradeId>& asked) const {
  if (!asked.wanted) return asked.refused;
  if (source_.journal() == nullptr) return "this engine keeps no journal of retries";
  if (*asked.wanted > 0 && *asked.wanted <= head_) return "";
  return "there is no trade " + std::to_string(*asked.wanted) + "; the last one is " + std::to_string(head_);
}

}  // namespace lockstep
