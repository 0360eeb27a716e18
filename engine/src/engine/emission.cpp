#include "engine/emission.h"

#include <algorithm>

#include "trade/event.h"

namespace lockstep {

Emission::Emission(Journal* journal, const std::vector<Schema>& spoken) : journal_(journal) {
  for (const Schema schema : spoken) {
    if (schema == SCHEMA_V1 || (journal != nullptr && is_schema(schema))) spoken_.push_back(schema);
  }
  std::sort(spoken_.begin(), spoken_.end());
}

std::string Emission::refusal_of(Schema wanted) const {
  if (std::find(spoken_.begin(), spoken_.end(), wanted) != spoken_.end()) return "";
  const std::string schema = "schema " + std::to_string(wanted);
  if (journal_ == nullptr) return schema + " takes a journal; this engine keeps none";
  std::string spoken;
  for (const Schema each : spoken_) spoken += (spoken.empty() ? "" : ", ") + std::to_string(each);
  return schema + " is not spoken; this engine speaks " + spoken;
}

void Emission::switch_to(Schema schema, TradeId head) {
  if (schema == current() || journal_ == nullptr) return;
  journal_->add_switch({schema, std::max(head, last_id()) + 1});
}

void Emission::take_over(TradeId head) {
  if (!refusal_of(current()).empty()) switch_to(highest(), head);
}

std::vector<EngineTrade> Emission::in_schema(std::vector<EngineTrade> trades) {
  if (trades.empty()) return trades;
  const std::optional<TradeId> from = schemas().first_outside(spoken_, trades.front().id);
  if (from && *from <= trades.back().id && journal_ != nullptr) journal_->add_switch({highest(), *from});
  for (EngineTrade& trade : trades) trade.schema = schema_of(trade.id);
  return trades;
}

bool Emission::is_own(const EngineTrade& trade, const StreamedTrade& entry) const {
  const Schema own = schema_of(trade.id);
  return entry.schema == own && encode_trade_event(trade, own) == entry.payload;
}

bool Emission::is_known(const EngineTrade& trade, const StreamedTrade& entry) const {
  if (!schemas().has_said(trade.id, entry.schema)) return false;
  return !is_schema(entry.schema) || encode_trade_event(trade, entry.schema) == entry.payload;
}

const SchemaHistory& Emission::schemas() const {
  static const SchemaHistory never_switched;
  return journal_ == nullptr ? never_switched : journal_->schemas();
}

Schema Emission::schema_of(TradeId id) const {
  const Schema schema = schemas().at(id);
  return is_schema(schema) ? schema : highest();
}

}  // namespace lockstep
