// Proves: events have exactly the golden bytes of both schemas, and what protoc made of proto/ reads and refuses what
// it must. Does not prove: that the feeder writes the same for the same orders (tests/engine-contract/cpp.test.ts).
#include "trade/event.h"

#include "golden.h"
#include "lockstep/trade_v1.pb.h"
#include "lockstep/trade_v2.pb.h"

namespace lockstep {
namespace {

EngineTrade trade_in(const golden::Case& event, Schema schema) {
  EngineTrade trade;
  trade.id = golden::u64(event, "trade_id");
  trade.buyer = golden::u32(event, "buyer");
  trade.seller = golden::u32(event, "seller");
  trade.price = golden::u64(event, "price");
  trade.quantity = golden::u64(event, "quantity");
  trade.taker_is_buyer = event.fields().at("taker_is_buyer").bool_value();
  if (schema == SCHEMA_V1) return trade;
  trade.order_type = golden::u32(event, "order_type");
  trade.fee_tier = golden::u32(event, "fee_tier");
  return trade;
}

template <typename Event>
void check(const std::string& file, Schema schema) {
  const golden::Case content = golden::read(file);
  for (const auto& value : golden::cases(content)) {
    const golden::Case& each = value.struct_value();
    SCOPED_TRACE(golden::text(each, "name"));
    const std::string canonical =
        encode_trade_event(trade_in(each.fields().at("event").struct_value(), schema), schema);
    Event event;
    ASSERT_TRUE(event.ParseFromString(golden::bytes(each)));
    event.DiscardUnknownFields();
    EXPECT_EQ(event.SerializeAsString(), canonical);
    if (each.fields().at("canonical").bool_value()) {
      EXPECT_EQ(canonical, golden::bytes(each));
    }
  }
  for (const auto& value : golden::cases(content, "rejected")) {
    SCOPED_TRACE(golden::text(value.struct_value(), "name"));
    EXPECT_FALSE(Event().ParseFromString(golden::bytes(value.struct_value())));
  }
}

TEST(Event, HasTheGoldenBytesOfSchema1) { check<TradeEventV1>("v1/trade_events.json", SCHEMA_V1); }

TEST(Event, HasTheGoldenBytesOfSchema2) { check<TradeEventV2>("v2/trade_events.json", SCHEMA_V2); }

TEST(Event, Schema1SaysNothingOfOrderTypeAndTier) {
  EngineTrade trade{.id = 1, .buyer = 2, .seller = 3, .price = 4, .quantity = 5, .replaces = std::nullopt};
  const std::string plain = encode_trade_event(trade, SCHEMA_V1);
  trade.order_type = 2;
  trade.fee_tier = 3;
  EXPECT_EQ(encode_trade_event(trade, SCHEMA_V1), plain);
  EXPECT_NE(encode_trade_event(trade, SCHEMA_V2), plain);
}

}  // namespace
}  // namespace lockstep
