#include "trade/funding.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "trade/money.h"

namespace lockstep {

namespace {

constexpr i128 U64_MAX = std::numeric_limits<std::uint64_t>::max();

/** How much more than `needed` it takes to keep `balance` from going below zero. */
i128 missing(i128 balance, i128 needed) { return std::max<i128>(0, -balance - needed); }

}  // namespace

FundingPlan::FundingPlan(std::uint32_t traders, std::uint32_t taker_bps, std::uint64_t base_lot_atoms)
    : taker_bps_(taker_bps), base_lot_atoms_(base_lot_atoms), accounts_(traders) {}

bool FundingPlan::add(const EngineTrade& trade) {
  const std::optional<std::uint64_t> amount = quote_amount(trade.price, trade.quantity);
  if (!amount) return false;
  const i128 fee = fee_of(*amount, taker_bps_);
  const i128 paid = *amount + (trade.taker_is_buyer ? fee : 0);
  const i128 received = *amount - (trade.taker_is_buyer ? 0 : fee);
  if (paid > U64_MAX) return false;
  Account& buyer = accounts_.at(trade.buyer);
  Account& seller = accounts_.at(trade.seller);
  const i128 quote_missing = missing(buyer.quote - paid, buyer.quote_needed);
  const i128 base_missing = missing(seller.base - trade.quantity, seller.base_needed);
  if (quote_total_ + quote_missing > U64_MAX) return false;
  if ((base_total_ + base_missing) * base_lot_atoms_ > U64_MAX) return false;
  quote_total_ += quote_missing;
  base_total_ += base_missing;
  buyer.quote_needed += quote_missing;
  seller.base_needed += base_missing;
  buyer.quote -= paid;
  buyer.base += trade.quantity;
  seller.quote += received;
  seller.base -= trade.quantity;
  return true;
}

}  // namespace lockstep
