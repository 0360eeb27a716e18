#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "source/source.h"

namespace lockstep {

/** SOURCE_CHANGED: the input is not the one the market was written from. @param what it gives instead */
Error changed(const std::string& origin, const std::string& what);

/** One pass over a source, in steps. */
class TradeCursor {
 public:
  explicit TradeCursor(const Source& source);

  /** The next trades, fewer than `count` only where the source has no more. @throws Error SOURCE_CHANGED for an id out
   * of turn */
  std::vector<EngineTrade> take(std::uint64_t count);
  /** The next `count` trades, all of them. @throws Error SOURCE_CHANGED */
  std::vector<EngineTrade> take_all(std::uint64_t count);
  /** Passes trades over until the next one is the one after `id`. @throws Error SOURCE_CHANGED, what `on_step` throws
   */
  void skip_to(TradeId id, const std::function<void()>& on_step);

 private:
  std::string origin_;
  std::unique_ptr<TradePass> trades_;
  TradeId last_id_ = 0;
};

}  // namespace lockstep
