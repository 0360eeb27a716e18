#include "market/order_file.h"

#include <limits>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace lockstep {

namespace {

const std::string HEADER = "action,id,trader,side,type,price,quantity";
constexpr std::size_t COLUMNS = 7;
/** Twice a price must fit Ticks, for the midpoint. */
constexpr std::uint64_t MAX_TICKS = std::numeric_limits<Ticks>::max() / 2;

const std::map<std::string, Side> SIDES = {{"buy", Side::Buy}, {"sell", Side::Sell}};
const std::map<std::string, OrderKind> KINDS = {
    {"limit", OrderKind::Limit},
    {"ioc", OrderKind::ImmediateOrCancel},
    {"post-only", OrderKind::PostOnly},
    {"midpoint-peg", OrderKind::MidpointPeg},
};

bool read_line(std::ifstream& file, std::string& line) {
  if (!std::getline(file, line)) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

}  // namespace

OrderFile::OrderFile(OrderFileOptions options) : options_(std::move(options)), file_(options_.path) {
  std::string header;
  if (!read_line(file_, header)) refuse("it cannot be read, or is empty");
  if (header != HEADER) refuse("its header is not " + HEADER);
}

std::optional<Fill> OrderFile::next() {
  std::string line;
  while (fills_.empty()) {
    if (!read_line(file_, line)) return std::nullopt;
    ++line_;
    act(line);
  }
  const Fill fill = fills_.front();
  fills_.pop_front();
  return fill;
}

void OrderFile::act(const std::string& line) {
  const std::vector<std::string> fields = split(line, ',');
  if (fields.size() != COLUMNS) refuse("it has not " + std::to_string(COLUMNS) + " fields");
  std::vector<Fill> fills;
  if (fields[0] == "new") {
    const Order order = order_in(fields);
    last_id_ = order.id;
    fills = book_.submit(order).fills;
  } else if (fields[0] == "cancel") {
    const std::optional<OrderId> id = parse_u64(fields[1]);
    if (!id) refuse("id " + quoted(fields[1]) + " is no whole number");
    // An order that was filled meanwhile is no mistake: its trader could not know.
    fills = book_.cancel(*id).value_or(std::vector<Fill>());
  } else {
    refuse("action " + quoted(fields[0]) + " is neither new nor cancel");
  }
  fills_.insert(fills_.end(), fills.begin(), fills.end());
}

Order OrderFile::order_in(const std::vector<std::string>& fields) const {
  const std::optional<OrderId> id = parse_u64(fields[1]);
  if (!id || *id <= last_id_) refuse("id " + quoted(fields[1]) + " is no whole number above the last one");
  const std::optional<std::uint64_t> trader = parse_u64(fields[2]);
  if (!trader || *trader >= options_.traders) refuse("trader " + quoted(fields[2]) + " is none of the traders");
  const auto side = SIDES.find(fields[3]);
  if (side == SIDES.end()) refuse("side " + quoted(fields[3]) + " is neither buy nor sell");
  const auto kind = KINDS.find(fields[4]);
  if (kind == KINDS.end()) refuse("type " + quoted(fields[4]) + " is none of limit, ioc, post-only, midpoint-peg");
  const std::optional<Decimal> price = parse_decimal(fields[5]);
  const auto ticks = price ? whole_steps(*price, options_.instrument.tick) : std::nullopt;
  if (!ticks || *ticks == 0 || *ticks > MAX_TICKS) refuse("price " + quoted(fields[5]) + " is no number of ticks");
  const std::optional<Decimal> quantity = parse_decimal(fields[6]);
  const auto lots = quantity ? whole_steps(*quantity, options_.instrument.lot) : std::nullopt;
  if (!lots || *lots == 0) refuse("quantity " + quoted(fields[6]) + " is no number of lots");
  return {
      .id = *id,
      .trader = static_cast<std::uint32_t>(*trader),
      .side = side->second,
      .kind = kind->second,
      .price = static_cast<Ticks>(*ticks),
      .quantity = *lots,
  };
}

void OrderFile::refuse(const std::string& why) const {
  throw Error("ORDERS_INVALID", options_.path + ", line " + std::to_string(line_) + ": " + why,
              "Correct the file, as engine/README.md says.");
}

void check_order_file(const OrderFileOptions& options) {
  OrderFile file(options);
  while (file.next()) continue;
}

}  // namespace lockstep
