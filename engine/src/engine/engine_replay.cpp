#include "engine/engine.h"
#include "stream/refusals.h"

namespace lockstep {

/** Builds the next generation; a newer request ends it, and what it built is never pointed at. */
void Engine::replay(const Asked<TradeId>& asked) {
  if (!asked.wanted) return attendant_.refuse_replay(asked.request, asked.refused);
  if (*asked.wanted > head_) {
    const std::string above = std::to_string(*asked.wanted) + " is above the last id " + std::to_string(head_);
    return attendant_.refuse_replay(asked.request, above);
  }
  StreamPen draft = publisher_.open_draft(*asked.wanted);
  TradeCursor cursor(source_);
  cursor.skip_to(draft.last_id(), [&] { attend(); });
  while (draft.last_id() < head_) {
    const std::optional<Asked<TradeId>> newer = attend();
    if (newer && newer->request != asked.request) return;
    draft.publish(emission_.in_schema(cursor.take_all(chunk_between(draft.last_id(), head_))));
  }
  attendant_.fulfil_replay(asked.request, {head_, draft.generation()},
                           [&](const StatusFields& status) { publisher_.switch_to(draft, head_, status); });
}

/** Writes again what Redis lost of this generation; even while paused, since none of it is new. */
void Engine::restore() {
  TradeCursor cursor(source_);
  if (publisher_.last_id() > 0 && !is_own_last(cursor)) {
    throw not_ours(publisher_.last_id());
  }
  while (publisher_.last_id() < head_) {
    if (attend()) return;
    publisher_.publish(emission_.in_schema(cursor.take_all(chunk_between(publisher_.last_id(), head_))));
  }
  log_("restored up to trade " + std::to_string(head_));
}

/** Takes the cursor to the stream's last id, above 0; whether its entry there, if it was not trimmed, is this engine's.
 */
bool Engine::is_own_last(TradeCursor& cursor) {
  cursor.skip_to(publisher_.last_id() - 1, [&] { attend(); });
  const EngineTrade last = cursor.take_all(1).front();
  const std::optional<StreamedTrade> written = publisher_.last_entry();
  return !written || emission_.is_known(last, *written);
}

}  // namespace lockstep
