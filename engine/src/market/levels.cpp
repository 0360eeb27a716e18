#include "market/levels.h"

namespace lockstep {

std::optional<Ticks> Levels::best() const {
  if (queues_.empty()) return std::nullopt;
  return rank(queues_.begin()->first);
}

Waiting* Levels::first() { return queues_.empty() ? nullptr : &queues_.begin()->second.begin()->second; }

void Levels::add(const Waiting& waiting) { queues_[rank(waiting.order.price)].emplace(waiting.order.id, waiting); }

void Levels::remove(const Order& order) {
  const auto queue = queues_.find(rank(order.price));
  if (queue == queues_.end()) return;
  queue->second.erase(order.id);
  if (queue->second.empty()) queues_.erase(queue);
}

}  // namespace lockstep
