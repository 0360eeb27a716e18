#pragma once

#include <map>
#include <optional>
#include <string>

#include "journal/file.h"
#include "journal/line.h"
#include "journal/schemas.h"
#include "trade/trade.h"

namespace lockstep {

/**
 * Which trades were emitted again, and as what; and from which trade on which schema was written: all that an engine
 * whose trades follow from its input has to remember. The file is the feeder's too.
 */
class Journal {
 public:
  /** @param market address: a journal is of one market, and of one source of trades */
  Journal(std::string path, std::string market);

  /**
   * Reads the file, or begins it. Only for the engine that has claimed the market.
   * @param first the source's first trade, by which it is known: another seed, file or number of traders gives another
   * one
   * @throws Error JOURNAL_UNREADABLE, JOURNAL_FOREIGN, JOURNAL_UNWRITABLE
   */
  void open(const std::optional<EngineTrade>& first);

  /** The highest id of a retry; 0 before the first. */
  TradeId last_retry() const;
  const SchemaHistory& schemas() const { return schemas_; }
  /** The retry that has this id. */
  std::optional<EngineTrade> at(TradeId id) const;
  /** The id a trade was retried as. */
  std::optional<TradeId> retried_as(TradeId id) const;
  /** Both return when it will be there after any crash. @throws Error JOURNAL_UNWRITABLE */
  void add_retry(const EngineTrade& retry) { add(retry); }
  void add_switch(const SchemaSwitch& change) { add(change); }

 private:
  void add(const JournalLine& line);
  void keep(const JournalLine& line);

  std::string path_;
  std::string market_;
  std::optional<LineFile> file_;
  /** By their own ids. */
  std::map<TradeId, EngineTrade> retries_;
  /** Retry by the trade it replaces. */
  std::map<TradeId, TradeId> retried_as_;
  SchemaHistory schemas_;
};

}  // namespace lockstep
