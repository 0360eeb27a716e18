#include "stream/pen.h"

#include "stream/keys.h"
#include "stream/refusals.h"
#include "stream/scripts.h"
#include "trade/event.h"

namespace lockstep {

StreamPen::StreamPen(Writer writer, std::uint64_t generation, std::uint64_t pointed_at, TradeId last_id)
    : writer_(std::move(writer)), generation_(generation), pointed_at_(pointed_at), last_id_(last_id) {}

void StreamPen::find_last_id() {
  // No stream ends with '': the script answers what it ends with, and adds nothing.
  const Answer answer = append("", {});
  if (answer.what != "last") throw refusal_of(answer, writer_.market, entry_id(last_id_));
  last_id_ = std::stoull(answer.found);
}

void StreamPen::publish(const std::vector<EngineTrade>& trades) {
  if (trades.empty()) return;
  const Answer answer = append(entry_id(last_id_), trades);
  // After a broken connection a write is sent again, and finds what it wrote the first time.
  if (answer.what != "appended" && answer.what != "repeated")
    throw refusal_of(answer, writer_.market, entry_id(last_id_));
  last_id_ = trades.back().id;
}

Answer StreamPen::append(const std::string& after, const std::vector<EngineTrade>& trades) {
  std::vector<std::string> arguments = {writer_.token, std::to_string(pointed_at_), after};
  for (const EngineTrade& trade : trades) {
    arguments.push_back(entry_id(trade.id));
    arguments.push_back(std::to_string(trade.schema));
    arguments.push_back(encode_trade_event(trade, trade.schema));
    arguments.push_back(trade.replaces ? std::to_string(*trade.replaces) : "");
  }
  const std::vector<std::string> keys = {keys::stream(writer_.market, generation_), keys::generation(writer_.market),
                                         keys::engine(writer_.market)};
  return run_script(*writer_.redis, scripts::append_lua, keys, arguments);
}

}  // namespace lockstep
