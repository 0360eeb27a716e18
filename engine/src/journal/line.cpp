#include "journal/line.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "journal.pb.h"

namespace lockstep {

namespace {

constexpr std::uint32_t VERSION = 1;
const std::string NAME = "retries";
constexpr Schema MAX_SCHEMA = 999;
constexpr std::uint32_t MAX_ORDER_TYPE = 7;
constexpr std::uint32_t MAX_FEE_TIER = 3;

template <typename Message>
std::string json_of(const Message& message) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  // A zero that is said must be written: all fields have presence, so only what is set is.
  options.always_print_primitive_fields = false;
  static_cast<void>(google::protobuf::util::MessageToJsonString(message, &text, options));
  return text;
}

/** Nothing where the text is not of this message, all of whose fields but these must be there. */
template <typename Message>
std::optional<Message> message_in(const std::string& line, const std::vector<std::string>& optional = {}) {
  Message message;
  if (!google::protobuf::util::JsonStringToMessage(line, &message).ok()) return std::nullopt;
  const auto* fields = Message::descriptor();
  for (int i = 0; i < fields->field_count(); ++i) {
    const auto* field = fields->field(i);
    const bool may_lack = std::find(optional.begin(), optional.end(), field->name()) != optional.end();
    if (!may_lack && !message.GetReflection()->HasField(message, field)) return std::nullopt;
  }
  return message;
}

Error unreadable(const std::string& file, const std::string& line) {
  return Error("JOURNAL_UNREADABLE", file + ": a line is not as an engine writes it: " + line.substr(0, 80),
               "Give the journal this engine wrote, whole; a new one must not exist yet, or be empty.");
}

std::optional<SchemaSwitch> switch_in(const std::string& line) {
  const auto entry = message_in<journal::Switch>(line);
  if (!entry) return std::nullopt;
  const std::optional<std::uint64_t> schema = parse_u64(entry->emit());
  if (!schema || *schema == 0 || *schema > MAX_SCHEMA) return std::nullopt;
  return SchemaSwitch{static_cast<Schema>(*schema), entry->from()};
}

std::optional<EngineTrade> retry_in(const std::string& line) {
  const auto entry = message_in<journal::Retry>(line, {"order_type", "fee_tier"});
  if (!entry || entry->replaces() >= entry->id()) return std::nullopt;
  if (entry->order_type() > MAX_ORDER_TYPE || entry->fee_tier() > MAX_FEE_TIER) return std::nullopt;
  return EngineTrade{
      .id = entry->id(),
      .buyer = entry->buyer(),
      .seller = entry->seller(),
      .price = entry->price(),
      .quantity = entry->quantity(),
      .taker_is_buyer = entry->taker_is_buyer(),
      .order_type = entry->order_type(),
      .fee_tier = entry->fee_tier(),
      .replaces = entry->replaces(),
  };
}

std::string written(const EngineTrade& retry) {
  journal::Retry entry;
  entry.set_id(retry.id);
  entry.set_replaces(retry.replaces.value_or(0));
  entry.set_buyer(retry.buyer);
  entry.set_seller(retry.seller);
  entry.set_price(retry.price);
  entry.set_quantity(retry.quantity);
  entry.set_taker_is_buyer(retry.taker_is_buyer);
  entry.set_order_type(retry.order_type);
  entry.set_fee_tier(retry.fee_tier);
  return json_of(entry);
}

std::string written(const SchemaSwitch& change) {
  journal::Switch entry;
  entry.set_emit(std::to_string(change.schema));
  entry.set_from(change.from);
  return json_of(entry);
}

}  // namespace

std::string write_header(const JournalBinding& binding) {
  journal::Header header;
  header.set_journal(NAME);
  header.set_v(VERSION);
  header.set_market(binding.market);
  header.set_source(binding.source);
  return json_of(header);
}

std::string write_line(const JournalLine& line) {
  return std::visit([](const auto& entry) { return written(entry); }, line);
}

JournalBinding parse_header(const std::string& file, const std::string& line) {
  const auto header = message_in<journal::Header>(line);
  if (!header || header->journal() != NAME || header->v() != VERSION) throw unreadable(file, line);
  return {header->market(), header->source()};
}

JournalLine parse_line(const std::string& file, const std::string& line) {
  if (const auto change = switch_in(line)) return *change;
  if (const auto retry = retry_in(line)) return *retry;
  throw unreadable(file, line);
}

}  // namespace lockstep
