#include "market/book.h"

#include <algorithm>
#include <utility>

namespace lockstep {

namespace {

bool crosses(const Order& order, Ticks offered) {
  return order.side == Side::Buy ? offered <= order.price : offered >= order.price;
}

Fill fill_of(const Order& taker, const Order& maker, Ticks price, Lots quantity) {
  const bool taker_is_buyer = taker.side == Side::Buy;
  return {
      .buyer = taker_is_buyer ? taker.trader : maker.trader,
      .seller = taker_is_buyer ? maker.trader : taker.trader,
      .price = price,
      .quantity = quantity,
      .taker_is_buyer = taker_is_buyer,
      .order_type = taker.kind == OrderKind::ImmediateOrCancel ? OrderType::ImmediateOrCancel : OrderType::Limit,
  };
}

}  // namespace

Execution OrderBook::submit(const Order& order) {
  switch (order.kind) {
    case OrderKind::PostOnly:
      return post(order);
    case OrderKind::MidpointPeg:
      return peg(order);
    default:
      return take(order);
  }
}

Execution OrderBook::take(const Order& order) {
  Execution done;
  Lots left = order.quantity;
  bool met_itself = false;
  while (left > 0) {
    const std::optional<Offer> offer = best_offer(opposite(order.side));
    if (!offer || !crosses(order, offer->price)) break;
    if (offer->waiting->order.trader == order.trader) {
      met_itself = true;
      break;
    }
    const Lots quantity = std::min(offer->waiting->left, left);
    done.fills.push_back(fill_of(order, offer->waiting->order, offer->price, quantity));
    left -= quantity;
    fill(*offer->waiting, quantity);
  }
  if (met_itself || order.kind == OrderKind::ImmediateOrCancel) {
    done.cancelled = left;
  } else if (left > 0) {
    rest(order, left);
    done.resting = left;
  }
  match_pegs(done.fills);
  return done;
}

Execution OrderBook::post(const Order& order) {
  const std::optional<Offer> offer = best_offer(opposite(order.side));
  if (offer && crosses(order, offer->price)) return {.fills = {}, .cancelled = order.quantity};
  Execution done{.fills = {}, .resting = order.quantity};
  rest(order, order.quantity);
  match_pegs(done.fills);
  return done;
}

Execution OrderBook::peg(const Order& order) {
  Execution done;
  rest(order, order.quantity);
  match_pegs(done.fills);
  Lots filled = 0;
  for (const Fill& each : done.fills) filled += each.quantity;
  // A peg meets pegs alone, and those on the book have met each other before: every fill is one of its own.
  const Lots left = order.quantity - filled;
  (waiting_.contains(order.id) ? done.resting : done.cancelled) = left;
  return done;
}

std::optional<std::vector<Fill>> OrderBook::cancel(OrderId id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return std::nullopt;
  remove(Order(found->second));
  std::vector<Fill> fills;
  match_pegs(fills);
  return fills;
}

std::optional<OrderId> OrderBook::oldest() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

std::optional<Ticks> OrderBook::best(Side side) const { return side == Side::Buy ? bids_.best() : asks_.best(); }

std::optional<OrderBook::Offer> OrderBook::best_offer(Side side) {
  Waiting* limit = levels(side).first();
  if (limit == nullptr) return std::nullopt;
  const std::optional<Ticks> price = peg_price(side);
  if (price && *price != limit->order.price) {
    if (Waiting* unseen = pegs(side).first_at(*price)) return Offer{unseen, *price};
  }
  return Offer{limit, limit->order.price};
}

/** Nothing while one of the sides has no limit order. */
std::optional<Ticks> OrderBook::peg_price(Side side) const {
  const std::optional<Ticks> bid = bids_.best();
  const std::optional<Ticks> ask = asks_.best();
  if (!bid || !ask) return std::nullopt;
  return pegs(side).price_between(*bid, *ask);
}

/** Pegs of both sides meet where the midpoint is a whole tick; the later one is the taker. Unseen, they move no
 * midpoint. */
void OrderBook::match_pegs(std::vector<Fill>& fills) {
  const std::optional<Ticks> price = peg_price(Side::Buy);
  if (!price || price != peg_price(Side::Sell)) return;
  for (;;) {
    Waiting* buy = buy_pegs_.first_at(*price);
    Waiting* sell = sell_pegs_.first_at(*price);
    if (buy == nullptr || sell == nullptr) return;
    auto [maker, taker] = buy->order.id < sell->order.id ? std::pair(buy, sell) : std::pair(sell, buy);
    if (maker->order.trader == taker->order.trader) {
      remove(Order(taker->order));
      continue;
    }
    const Lots quantity = std::min(maker->left, taker->left);
    fills.push_back(fill_of(taker->order, maker->order, *price, quantity));
    fill(*maker, quantity);
    fill(*taker, quantity);
  }
}

void OrderBook::fill(Waiting& waiting, Lots quantity) {
  waiting.left -= quantity;
  if (waiting.left == 0) remove(Order(waiting.order));
}

void OrderBook::rest(const Order& order, Lots left) {
  if (order.kind == OrderKind::MidpointPeg) {
    pegs(order.side).add({order, left});
  } else {
    levels(order.side).add({order, left});
  }
  waiting_.emplace(order.id, order);
}

/** @param order a copy: the one in the book goes away */
void OrderBook::remove(const Order& order) {
  if (order.kind == OrderKind::MidpointPeg) {
    pegs(order.side).remove(order);
  } else {
    levels(order.side).remove(order);
  }
  waiting_.erase(order.id);
}

}  // namespace lockstep
