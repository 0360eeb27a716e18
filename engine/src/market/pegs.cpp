#include "market/pegs.h"

namespace lockstep {

Ticks Pegs::price_between(Ticks bid, Ticks ask) const {
  const Ticks lower = bid + (ask - bid) / 2;
  return side_ == Side::Buy ? lower : ask - (lower - bid);
}

Waiting* Pegs::first_at(Ticks price) {
  for (auto& [id, waiting] : queue_) {
    const Ticks limit = waiting.order.price;
    if (side_ == Side::Buy ? price <= limit : price >= limit) return &waiting;
  }
  return nullptr;
}

}  // namespace lockstep
