#include "source/fill_source.h"

#include <limits>

#include "trade/funding.h"

namespace lockstep {

namespace {

constexpr std::uint32_t FEE_TIERS = 4;

/** In quote atoms per base lot; nothing where u64 does not hold it. */
std::optional<std::uint64_t> chain_price(Ticks ticks, const Instrument& instrument) {
  u128 price = 0;
  if (__builtin_mul_overflow(static_cast<u128>(ticks), instrument.price_unit, &price)) return std::nullopt;
  if (price > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return static_cast<std::uint64_t>(price);
}

class FillPass : public TradePass {
 public:
  FillPass(std::unique_ptr<Fills> fills, const MarketTerms& terms, std::uint64_t count)
      : fills_(std::move(fills)),
        instrument_(terms.instrument),
        funding_(terms.traders, terms.taker_bps, terms.instrument.base_lot_atoms),
        left_(count) {}

  std::optional<EngineTrade> next() override {
    while (left_ > 0) {
      --left_;
      const std::optional<Fill> fill = fills_->next();
      if (!fill) return std::nullopt;
      const std::optional<EngineTrade> trade = trade_of(*fill);
      if (!trade || !funding_.add(*trade)) continue;
      last_id_ = trade->id;
      return trade;
    }
    return std::nullopt;
  }

 private:
  std::optional<EngineTrade> trade_of(const Fill& fill) const {
    const std::optional<std::uint64_t> price = chain_price(fill.price, instrument_);
    if (!price) return std::nullopt;
    EngineTrade trade;
    trade.id = last_id_ + 1;
    trade.buyer = fill.buyer;
    trade.seller = fill.seller;
    trade.price = *price;
    trade.quantity = fill.quantity;
    trade.taker_is_buyer = fill.taker_is_buyer;
    trade.order_type = static_cast<std::uint32_t>(fill.order_type);
    trade.fee_tier = (fill.taker_is_buyer ? fill.buyer : fill.seller) % FEE_TIERS;
    return trade;
  }

  std::unique_ptr<Fills> fills_;
  Instrument instrument_;
  FundingPlan funding_;
  std::uint64_t left_;
  TradeId last_id_ = 0;
};

}  // namespace

FillSource::FillSource(Flow flow, const MarketTerms& terms, std::uint64_t count)
    : flow_(std::move(flow)), terms_(terms), count_(count) {}

std::unique_ptr<TradePass> FillSource::trades() const {
  return std::make_unique<FillPass>(flow_.fills(), terms_, count_);
}

}  // namespace lockstep
