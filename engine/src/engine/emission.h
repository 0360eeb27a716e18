#pragma once

#include <string>
#include <vector>

#include "journal/journal.h"
#include "stream/publisher.h"
#include "trade/trade.h"

namespace lockstep {

/** Which schema each trade is written in. A switch is in the journal before the first entry it is about. */
class Emission {
 public:
  /**
   * @param journal null: only schema 1 is written, for what is not remembered could not be written again with the same
   * bytes
   * @param spoken schemas this build speaks
   */
  Emission(Journal* journal, const std::vector<Schema>& spoken);

  /** What this engine could write, lowest first. */
  const std::vector<Schema>& spoken() const { return spoken_; }
  /** What the next new trade is written in. */
  Schema current() const { return schemas().latest(); }
  /** The highest id that was written before a switch. */
  TradeId last_id() const { return schemas().last_id(); }

  /** Why this schema is not written; empty when it can be. */
  std::string refusal_of(Schema wanted) const;
  /** Trades behind `head` are written in this schema. @throws Error JOURNAL_UNWRITABLE */
  void switch_to(Schema schema, TradeId head);
  /** A release that speaks less than the one before goes on with the most it speaks. @throws Error JOURNAL_UNWRITABLE
   */
  void take_over(TradeId head);

  /**
   * These trades as they are to be written; ids follow each other. What a release before wrote in a schema this one
   * does not speak is written in the most it speaks, from there on and for good. @throws Error JOURNAL_UNWRITABLE
   */
  std::vector<EngineTrade> in_schema(std::vector<EngineTrade> trades);

  /** Whether the entry is what this engine would write now. */
  bool is_own(const EngineTrade& trade, const StreamedTrade& entry) const;
  /** Whether it is what an engine of this journal wrote; of a schema that nobody here can read the journal's word is
   * enough. */
  bool is_known(const EngineTrade& trade, const StreamedTrade& entry) const;

 private:
  const SchemaHistory& schemas() const;
  Schema highest() const { return spoken_.back(); }
  Schema schema_of(TradeId id) const;

  Journal* journal_;
  std::vector<Schema> spoken_;
};

}  // namespace lockstep
