#pragma once

#include <memory>
#include <optional>
#include <string>

#include "journal/journal.h"
#include "trade/trade.h"

namespace lockstep {

/** One pass over a source, from its first trade on. */
class TradePass {
 public:
  virtual ~TradePass() = default;
  /** The next trade; nothing while there is none. */
  virtual std::optional<EngineTrade> next() = 0;
};

/**
 * Where an engine's trades come from, and come from again: every pass gives the same trades with ids from 1. It is all
 * the engine keeps to be able to replay, so what a source once gave it must give for as long as the market exists.
 */
class Source {
 public:
  virtual ~Source() = default;
  /** For people. */
  virtual std::string origin() const = 0;
  /** Only for the engine that has claimed the market, before it takes a trade. @throws Error JOURNAL_* */
  virtual void open() {}
  virtual std::unique_ptr<TradePass> trades() const = 0;
  /** Null: a request to emit a trade again is refused, and every schema but 1. */
  virtual Journal* journal() const { return nullptr; }
};

}  // namespace lockstep
