// Proves: decimals are read exactly or not at all, and steps are whole or not at all.
// Does not prove: what orders are made of them (order_file_test.cpp).
#include "base/decimal.h"

#include <gtest/gtest.h>

#include "trade/instrument.h"

namespace lockstep {
namespace {

TEST(Decimal, ReadsPlainNumbersExactly) {
  EXPECT_EQ(parse_decimal("12"), (Decimal{12, 0}));
  EXPECT_EQ(parse_decimal("0.50"), (Decimal{5, 1}));
  EXPECT_EQ(parse_decimal("40000.01"), (Decimal{4'000'001, 2}));
  EXPECT_EQ(parse_decimal("007.000"), (Decimal{7, 0}));
  EXPECT_EQ(parse_decimal("0"), (Decimal{0, 0}));
}

TEST(Decimal, RefusesEverythingElse) {
  for (const char* text : {"", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", "1,5", " 1", "1 ", "1.2.3", "0x1",
                           "123456789012345678901234567890123456789"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
}

TEST(Decimal, IsWrittenAsItIsRead) {
  for (const char* text : {"0", "12", "0.5", "0.0001", "40000.01", "99999999999999999999999999999999999999"}) {
    EXPECT_EQ(format_decimal(*parse_decimal(text)), text);
  }
}

TEST(Decimal, CountsWholeStepsOrNone) {
  const auto steps = [](const char* value, const char* step) {
    return whole_steps(*parse_decimal(value), *parse_decimal(step));
  };
  EXPECT_EQ(steps("40000.01", "0.01"), 4'000'001U);
  EXPECT_EQ(steps("1", "0.25"), 4U);
  EXPECT_EQ(steps("0", "0.25"), 0U);
  EXPECT_EQ(steps("18446744073709551615", "1"), 18'446'744'073'709'551'615U);
  EXPECT_FALSE(steps("18446744073709551616", "1"));
  EXPECT_FALSE(steps("0.001", "0.01"));
  EXPECT_FALSE(steps("1", "0"));
  EXPECT_FALSE(steps("99999999999999999999999999999999999999", "0.01"));
}

TEST(Instrument, HasAsManyQuoteAtomsInATickAsTickTimesLotNeeds) {
  EXPECT_TRUE(instrument_of(*parse_step("0.01"), *parse_step("0.0001")).price_unit == 1);
  EXPECT_TRUE(instrument_of(*parse_step("0.5"), *parse_step("0.2")).price_unit == 1);
  EXPECT_TRUE(instrument_of(*parse_step("0.25"), *parse_step("3")).price_unit == 75);
  EXPECT_TRUE(instrument_of(*parse_step("10"), *parse_step("5")).price_unit == 50);
  EXPECT_EQ(instrument_of(*parse_step("0.01"), *parse_step("0.0005")).base_lot_atoms, 5U);
}

TEST(Instrument, RefusesStepsOutOfRange) {
  for (const char* text : {"0", "0.000000001", "10000000000000000", "-1", "x"}) EXPECT_FALSE(parse_step(text)) << text;
}

}  // namespace
}  // namespace lockstep
