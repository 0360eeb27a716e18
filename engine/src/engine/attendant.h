#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/log.h"
#include "control/control.h"
#include "control/status.h"
#include "engine/emission.h"

namespace lockstep {

/** Obeys the control keys and says so in `engine:<market>`. Asked again and again by whatever the engine does. */
class Attendant {
 public:
  /** Writes a report's fields in one step with something else. */
  using Write = std::function<void(const StatusFields& status)>;

  Attendant(Control& control, Emission& emission, Log log);

  bool is_paused() const { return status_.mode == Mode::Pause; }
  /** A request for a retry that has no answer yet, as of the last look. */
  std::optional<Asked<TradeId>> retry() const;
  /** The highest id a replay was asked from: nobody asks so of trades that were never emitted, whatever Redis has
   * forgotten. */
  TradeId emitted_once() const { return emitted_once_; }

  /**
   * Reads the wishes; answers mode and emission at once. What is returned is a request for a replay that has no answer
   * yet.
   * @throws Error PUBLISH_CONFLICT, PUBLISH_LOST, JOURNAL_UNWRITABLE
   */
  std::optional<Asked<TradeId>> attend(const Position& position);
  /** Continues what the engine before said, and says so. */
  void take_over(const Position& position);
  /** Says how far the engine is now. */
  void report_at(const Position& position);

  void refuse_replay(const std::string& request, const std::string& refused);
  void refuse_retry(const std::string& request, const std::string& refused);
  /** To be called when the retry is in the stream. */
  void fulfil_retry(const std::string& request, TradeId as, const Position& position);
  /** `write` gets the hash that says the replay is done, to be written in one step with the pointer. */
  void fulfil_replay(const std::string& request, const Position& position, const Write& write);
  /** `write` gets the hash to be written in one step with a pointer to a generation that only then has its number. */
  void move_on(TradeId head, const Write& write);

 private:
  using Clock = std::chrono::steady_clock;

  EngineStatus fresh(const Position& position) const;
  void report(const EngineStatus& status);
  bool obey_mode(const std::optional<Asked<Mode>>& asked, EngineStatus& status);
  bool obey_emit(const std::optional<Asked<Schema>>& asked, EngineStatus& status);
  Answered answer(const std::string& request, const std::string& refused);

  Control& control_;
  Emission& emission_;
  Log log_;
  EngineStatus status_;
  std::optional<Asked<TradeId>> retry_;
  TradeId emitted_once_ = 0;
  std::optional<Clock::time_point> reported_at_;
};

}  // namespace lockstep
