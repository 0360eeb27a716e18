#pragma once

#include <cstdint>
#include <functional>

#include "market/fill.h"
#include "source/source.h"
#include "trade/instrument.h"

namespace lockstep {

/** What of a market decides which fills become trades. */
struct MarketTerms {
  Instrument instrument;
  std::uint32_t traders = 0;
  /** Fee of the side that took liquidity, in hundredths of a percent. */
  std::uint32_t taker_bps = 0;
};

/** What a flow of orders is called, and a new pass over its fills. */
struct Flow {
  std::string origin;
  std::function<std::unique_ptr<Fills>()> fills;
};

/**
 * The fills of a flow as trades of a lane: ids 1…n, amounts that fit the chain, all of them funded; the others are left
 * out. The fee tier is the taker's, which here is his number modulo the tiers, so that every tier is in use.
 */
class FillSource : public Source {
 public:
  /** @param count fills taken of each pass */
  FillSource(Flow flow, const MarketTerms& terms, std::uint64_t count);

  std::string origin() const override { return flow_.origin; }
  std::unique_ptr<TradePass> trades() const override;

 private:
  Flow flow_;
  MarketTerms terms_;
  std::uint64_t count_;
};

}  // namespace lockstep
