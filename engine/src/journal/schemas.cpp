#include "journal/schemas.h"

#include <algorithm>

namespace lockstep {

namespace {

bool holds(const std::vector<Schema>& schemas, Schema schema) {
  return std::find(schemas.begin(), schemas.end(), schema) != schemas.end();
}

}  // namespace

void SchemaHistory::clear() { *this = SchemaHistory(); }

void SchemaHistory::add(const SchemaSwitch& change) {
  said_.push_back(change);
  if (change.from > 0) last_id_ = std::max(last_id_, change.from - 1);
  while (!in_force_.empty() && in_force_.back().from >= change.from) in_force_.pop_back();
  in_force_.push_back(change);
}

Schema SchemaHistory::latest() const { return in_force_.empty() ? SCHEMA_V1 : in_force_.back().schema; }

Schema SchemaHistory::at(TradeId id) const {
  const auto next = after(id);
  return next == in_force_.begin() ? SCHEMA_V1 : std::prev(next)->schema;
}

bool SchemaHistory::has_said(TradeId id, Schema schema) const {
  if (schema == SCHEMA_V1) return true;
  return std::any_of(said_.begin(), said_.end(),
                     [&](const SchemaSwitch& change) { return change.schema == schema && change.from <= id; });
}

std::optional<TradeId> SchemaHistory::first_outside(const std::vector<Schema>& schemas, TradeId first) const {
  if (!holds(schemas, at(first))) return first;
  const auto found = std::find_if(after(first), in_force_.end(),
                                  [&](const SchemaSwitch& change) { return !holds(schemas, change.schema); });
  if (found == in_force_.end()) return std::nullopt;
  return found->from;
}

SchemaHistory::Switches::const_iterator SchemaHistory::after(TradeId id) const {
  return std::upper_bound(in_force_.begin(), in_force_.end(), id,
                          [](TradeId wanted, const SchemaSwitch& change) { return wanted < change.from; });
}

}  // namespace lockstep
