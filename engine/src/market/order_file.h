#pragma once

#include <cstdint>
#include <deque>
#include <fstream>
#include <string>

#include "market/book.h"
#include "market/fill.h"
#include "trade/instrument.h"

namespace lockstep {

/** What a file of orders is read with. */
struct OrderFileOptions {
  std::string path;
  Instrument instrument;
  /** Traders are 0 to this, exclusive. */
  std::uint32_t traders = 0;
};

/** The fills of a file of orders and cancellations, one a line; engine/README.md says what they look like. */
class OrderFile : public Fills {
 public:
  /** @throws Error ORDERS_INVALID when the file cannot be read or has another header */
  explicit OrderFile(OrderFileOptions options);

  /** @throws Error ORDERS_INVALID, naming the line */
  std::optional<Fill> next() override;

 private:
  void act(const std::string& line);
  Order order_in(const std::vector<std::string>& fields) const;
  [[noreturn]] void refuse(const std::string& why) const;

  OrderFileOptions options_;
  std::ifstream file_;
  std::uint64_t line_ = 1;
  OrderId last_id_ = 0;
  OrderBook book_;
  std::deque<Fill> fills_;
};

/** Reads the whole file once, so that a bad line is known before the first trade. @throws Error ORDERS_INVALID */
void check_order_file(const OrderFileOptions& options);

}  // namespace lockstep
