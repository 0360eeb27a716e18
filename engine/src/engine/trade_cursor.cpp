#include "engine/trade_cursor.h"

#include <algorithm>

namespace lockstep {

namespace {

/** Trades passed over between two looks at the control keys. */
constexpr std::uint64_t SKIP_STEP = 2'000;

}  // namespace

Error changed(const std::string& origin, const std::string& what) {
  return Error("SOURCE_CHANGED", origin + " " + what,
               "Start the engine with the very input, seed, market terms and journal it had before: what an id means "
               "never changes.");
}

TradeCursor::TradeCursor(const Source& source) : origin_(source.origin()), trades_(source.trades()) {}

std::vector<EngineTrade> TradeCursor::take(std::uint64_t count) {
  std::vector<EngineTrade> taken;
  while (taken.size() < count) {
    const std::optional<EngineTrade> trade = trades_->next();
    if (!trade) break;
    if (trade->id != last_id_ + 1) {
      throw changed(origin_, "gives " + std::to_string(trade->id) + " after " + std::to_string(last_id_));
    }
    last_id_ = trade->id;
    taken.push_back(*trade);
  }
  return taken;
}

std::vector<EngineTrade> TradeCursor::take_all(std::uint64_t count) {
  std::vector<EngineTrade> taken = take(count);
  if (taken.size() < count) {
    throw changed(origin_, "ends after " + std::to_string(last_id_) + ", and more was published from it");
  }
  return taken;
}

void TradeCursor::skip_to(TradeId id, const std::function<void()>& on_step) {
  while (last_id_ < id) {
    take_all(std::min(SKIP_STEP, id - last_id_));
    on_step();
  }
}

}  // namespace lockstep
