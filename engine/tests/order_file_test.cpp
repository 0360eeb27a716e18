// Proves: a file's orders reach the book in their exact units, and each kind of bad line is refused by its number.
// Does not prove: how they match (book_test.cpp).
#include "market/order_file.h"

#include "files.h"
#include "source/fill_source.h"

namespace lockstep {
namespace {

const std::string HEADER = "action,id,trader,side,type,price,quantity\n";

OrderFileOptions file_of(const std::string& lines) {
  const std::string path = fresh_file();
  write_file(path, lines);
  return {path, instrument_of(*parse_step("0.01"), *parse_step("0.001")), 8};
}

TEST(OrderFile, GivesTheFillsOfItsOrders) {
  OrderFile file(file_of(HEADER + "new,1,0,sell,limit,40000.01,0.5\r\n"
                                  "new,2,1,sell,post-only,40000.00,0.1\n"
                                  "new,5,2,sell,limit,39000,1\n"
                                  "cancel,5,,,,,\n"
                                  "cancel,99,,,,,\n"
                                  "new,7,3,buy,ioc,40000.01,0.2"));
  EXPECT_EQ(file.next(), (Fill{3, 1, 4'000'000, 100, true, OrderType::ImmediateOrCancel}));
  EXPECT_EQ(file.next(), (Fill{3, 0, 4'000'001, 100, true, OrderType::ImmediateOrCancel}));
  EXPECT_EQ(file.next(), std::nullopt);
}

TEST(OrderFile, RefusesBadLinesByTheirNumber) {
  for (const char* line :
       {"", "new,1,0,sell,limit,1", "stop,1,0,sell,limit,1,1", "new,x,0,sell,limit,1,1", "new,0,0,sell,limit,1,1",
        "new,1,8,sell,limit,1,1", "new,1,-1,sell,limit,1,1", "new,1,0,short,limit,1,1", "new,1,0,sell,market,1,1",
        "new,1,0,sell,limit,1.001,1", "new,1,0,sell,limit,0,1", "new,1,0,sell,limit,1,0", "new,1,0,sell,limit,1,0.0001",
        "new,1,0,sell,limit,99999999999999999999,1", "cancel,x,,,,,"}) {
    const OrderFileOptions options = file_of(HEADER + line + "\n");
    try {
      check_order_file(options);
      ADD_FAILURE() << line;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "ORDERS_INVALID");
      EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
    }
  }
  const std::string twice = HEADER + "new,1,0,sell,limit,1,1\nnew,1,0,sell,limit,1,1\n";
  EXPECT_EQ(code_of([&] { check_order_file(file_of(twice)); }), "ORDERS_INVALID");
}

TEST(OrderFile, RefusesAnotherHeaderAndNoFile) {
  EXPECT_EQ(code_of([] { check_order_file(file_of("id,price\n")); }), "ORDERS_INVALID");
  EXPECT_EQ(code_of([] { check_order_file({"/nowhere", {}, 8}); }), "ORDERS_INVALID");
}

TEST(FillSource, NumbersTheTradesThatCanBePaidForFromOneInEachPass) {
  const OrderFileOptions options = file_of(HEADER +
                                           "new,1,0,sell,limit,40000,18446744073709551\n"
                                           "new,2,5,buy,limit,40000,18446744073709551\n"
                                           "new,3,0,sell,limit,40000,1\n"
                                           "new,4,5,buy,limit,40000,1\n");
  const Flow flow{"a file", [options] { return std::make_unique<OrderFile>(options); }};
  const FillSource source(flow, {options.instrument, 8, 10}, 1'000);
  for (int pass = 0; pass < 2; ++pass) {
    const auto trades = source.trades();
    const auto trade = trades->next();
    ASSERT_TRUE(trade);
    EXPECT_EQ(trade->id, 1U);
    EXPECT_EQ(trade->price, 4'000'000U);
    EXPECT_EQ(trade->quantity, 1'000U);
    EXPECT_EQ(trade->fee_tier, 1U);
    EXPECT_FALSE(trades->next());
  }
}

}  // namespace
}  // namespace lockstep
