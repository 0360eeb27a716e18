#pragma once

#include <optional>
#include <vector>

#include "trade/trade.h"

namespace lockstep {

/** From this id on trades have this schema, whatever was said of them before. Another build may speak more than this
 * one. */
struct SchemaSwitch {
  Schema schema = SCHEMA_V1;
  TradeId from = 0;
};

/** Which schema each trade id is written in: 1, until a switch says otherwise. */
class SchemaHistory {
 public:
  void clear();
  void add(const SchemaSwitch& change);

  /** Switches that were ever added. */
  std::size_t size() const { return said_.size(); }
  /** The schema of all ids behind the last switch. */
  Schema latest() const;
  /** The highest id known to have been written before a switch; 0 without one. */
  TradeId last_id() const { return last_id_; }
  Schema at(TradeId id) const;
  /** Whether an entry of this id may have been written so, now or before a later switch took it back. */
  bool has_said(TradeId id, Schema schema) const;
  /** The first of the ids from `first` on whose schema is none of these. */
  std::optional<TradeId> first_outside(const std::vector<Schema>& schemas, TradeId first) const;

 private:
  using Switches = std::vector<SchemaSwitch>;

  /** The first switch that is about ids above this one. */
  Switches::const_iterator after(TradeId id) const;

  Switches said_;
  /** What of it holds, in the order of ids. */
  Switches in_force_;
  TradeId last_id_ = 0;
};

}  // namespace lockstep
