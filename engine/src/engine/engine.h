#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/log.h"
#include "base/stop.h"
#include "control/control.h"
#include "engine/attendant.h"
#include "engine/emission.h"
#include "engine/pace.h"
#include "engine/trade_cursor.h"
#include "source/source.h"
#include "stream/publisher.h"

namespace lockstep {

/** What an engine works with; all of it outlives the engine. */
struct EngineParts {
  Source& source;
  Connection& redis;
  Stop& stop;
  /** Address of the market it writes. */
  std::string market;
  Rate rate;
  /** Schemas this build speaks. */
  std::vector<Schema> spoken;
  /** Told what is ignored, refused, obeyed, lost: one line each. */
  Log log;
};

/** Keeps the engine contract (docs/reference/engine.md) for one market: each turn looks at the control keys and does
 * one step of whatever comes first. */
class Engine {
 public:
  explicit Engine(const EngineParts& parts);

  /**
   * Runs until it is told to end; answers the last id written. It continues after the last id in the stream, and writes
   * again what Redis lost. Memory does not grow with the number of trades.
   * @throws Error ENGINE_RUNNING, PUBLISH_CONFLICT, SOURCE_CHANGED, GENERATION_INVALID, JOURNAL_*, REDIS_REFUSED
   */
  TradeId run();

 private:
  // engine.cpp: a turn, and new trades.
  void start();
  void turn();
  void step();
  void emit();

  // engine_retry.cpp: a trade once more.
  bool retry();
  void write_down(TradeId wanted);
  std::string refusal_of_retry(const Asked<TradeId>& asked) const;

  // engine_replay.cpp: what was written, again.
  void replay(const Asked<TradeId>& asked);
  void restore();
  bool is_own_last(TradeCursor& cursor);

  // engine_recovery.cpp: what Redis lost, and what somebody else wrote.
  void overcome(const Error& cause);
  void recover(const Error& cause);
  void take_for_written(TradeId last);
  void move_on(const Error& cause);

  Position position() const { return {head_, publisher_.generation()}; }
  std::optional<Asked<TradeId>> attend();
  TradeId emitted_once() const;
  TradeId last_retry() const;

  Source& source_;
  Stop& stop_;
  Log log_;
  Control control_;
  Publisher publisher_;
  Emission emission_;
  Attendant attendant_;
  Pace pace_;
  std::uint64_t step_;
  TradeCursor cursor_;
  /** The highest id ever written; ahead of the stream's last only while Redis has lost some. */
  TradeId head_ = 0;
  /** Taken from the source, not written yet. */
  std::vector<EngineTrade> pending_;
  bool is_exhausted_ = false;
  /** What the last turn came upon; dealt with first. */
  std::optional<Error> trouble_;
};

/** Trades of one write on the way from `id` to `end`; 0 when that is reached. */
std::uint64_t chunk_between(TradeId id, TradeId end);

/** How often an engine with nothing to write looks at its control keys. */
inline constexpr std::chrono::milliseconds LOOK_STEP{50};

}  // namespace lockstep
