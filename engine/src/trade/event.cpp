#include "trade/event.h"

#include "lockstep/trade_v1.pb.h"
#include "lockstep/trade_v2.pb.h"

namespace lockstep {

namespace {

template <typename Event>
Event event_of(const EngineTrade& trade) {
  Event event;
  event.set_trade_id(trade.id);
  event.set_buyer(trade.buyer);
  event.set_seller(trade.seller);
  event.set_price(trade.price);
  event.set_quantity(trade.quantity);
  event.set_taker_is_buyer(trade.taker_is_buyer);
  return event;
}

}  // namespace

std::string encode_trade_event(const EngineTrade& trade, Schema schema) {
  if (schema == SCHEMA_V1) return event_of<TradeEventV1>(trade).SerializeAsString();
  auto event = event_of<TradeEventV2>(trade);
  event.set_order_type(trade.order_type);
  event.set_fee_tier(trade.fee_tier);
  return event.SerializeAsString();
}

}  // namespace lockstep
