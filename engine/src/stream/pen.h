#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "redis/connection.h"
#include "redis/script.h"
#include "trade/trade.h"

namespace lockstep {

/** Trades in one write: enough to make the round trip cheap, few enough not to hold Redis up. */
inline constexpr std::uint64_t MAX_TRADES_PER_WRITE = 500;

/** Who writes, and for which market. */
struct Writer {
  Connection* redis;
  std::string market;
  /** Of the engine that claimed it. */
  std::string token;
};

/** Writes one generation's stream; knows how far it is. */
class StreamPen {
 public:
  /** @param pointed_at the generation readers follow meanwhile: this one, or while this one is not complete the one
   * before */
  StreamPen(Writer writer, std::uint64_t generation, std::uint64_t pointed_at, TradeId last_id);

  std::uint64_t generation() const { return generation_; }
  /** The last id in the stream; 0 before the first. */
  TradeId last_id() const { return last_id_; }

  /** Looks how far the stream is. @throws Error PUBLISH_CONFLICT, PUBLISH_LOST, PUBLISH_DISTURBED, REDIS_REFUSED */
  void find_last_id();

  /**
   * Returns when these trades, at most MAX_TRADES_PER_WRITE and each the one after the other, are in the stream.
   * @throws Error PUBLISH_CONFLICT, PUBLISH_DISTURBED, PUBLISH_LOST, REDIS_REFUSED; then nothing was added
   */
  void publish(const std::vector<EngineTrade>& trades);

 private:
  Answer append(const std::string& after, const std::vector<EngineTrade>& trades);

  Writer writer_;
  std::uint64_t generation_;
  std::uint64_t pointed_at_;
  TradeId last_id_;
};

}  // namespace lockstep
