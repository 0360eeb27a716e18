#pragma once

#include <cstdint>
#include <vector>

#include "base/wide.h"
#include "trade/trade.h"

namespace lockstep {

/**
 * Follows each trader's balances through the trades, starting from nothing, and what must have been paid in for all of
 * them to settle. A trade for which a mint, a vault or a market's totals would have to hold more than u64 atoms is
 * refused.
 */
class FundingPlan {
 public:
  /** @param taker_bps fee of the market @param base_lot_atoms atoms of the base mint in a lot */
  FundingPlan(std::uint32_t traders, std::uint32_t taker_bps, std::uint64_t base_lot_atoms);

  /** Adds a trade; false, with nothing changed, when it cannot be paid for. */
  bool add(const EngineTrade& trade);

 private:
  /** In base lots and quote atoms. `needed`: the deepest the balance would go below zero without deposits. */
  struct Account {
    i128 base = 0;
    i128 quote = 0;
    i128 base_needed = 0;
    i128 quote_needed = 0;
  };

  std::uint32_t taker_bps_;
  std::uint64_t base_lot_atoms_;
  std::vector<Account> accounts_;
  i128 base_total_ = 0;
  i128 quote_total_ = 0;
};

}  // namespace lockstep
