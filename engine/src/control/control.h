#pragma once

#include <map>
#include <string>

#include "base/stop.h"
#include "control/status.h"
#include "control/wishes.h"
#include "redis/connection.h"

namespace lockstep {

/** An engine's side of the control keys, and its right to write the market. */
class Control {
 public:
  Control(Connection& redis, std::string market, Stop& stop);

  /** Names this engine; every write carries it. */
  const std::string& token() const { return token_; }

  /**
   * Becomes the engine that may write, waiting for the lease of one that died to run out.
   * @throws Error ENGINE_RUNNING when another is alive; Stopped
   */
  void claim();
  /** What the engine before said, continued from `fresh`. */
  EngineStatus previous(const EngineStatus& fresh);
  /** What is wanted now, whatever somebody wrote there. */
  Wishes wishes();
  /** Says what is in effect, and that this engine is alive. @throws Error PUBLISH_CONFLICT, PUBLISH_LOST */
  void report(const EngineStatus& status);
  /** The hash a report would write, for a script that writes it together with something else. */
  StatusFields encode(const EngineStatus& status) const;
  void release();

 private:
  Connection& redis_;
  std::string market_;
  Stop& stop_;
  std::string token_;
};

}  // namespace lockstep
