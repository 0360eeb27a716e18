#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stream/pen.h"

namespace lockstep {

/** What an entry holds: its fields `v` (0 where that is no number) and `p`. */
struct StreamedTrade {
  Schema schema = 0;
  std::string payload;
};

/** The content of `engine:<market>` as HSET takes it. */
using StatusFields = std::vector<std::string>;

/** The engine's pen: writes trades to the current generation, ids without gaps from 1, each once. Only for the owner.
 */
class Publisher {
 public:
  explicit Publisher(Writer writer);

  std::uint64_t generation() const { return pen_.generation(); }
  /** The last id in the stream; 0 before the first. */
  TradeId last_id() const { return pen_.last_id(); }

  /** Looks at Redis: which generation, how far; opens one when it knows of none. @throws Error GENERATION_INVALID, as
   * StreamPen */
  void resume();

  /** @throws as StreamPen */
  void publish(const std::vector<EngineTrade>& trades) { pen_.publish(trades); }

  /** The last entry; nothing when it was trimmed. */
  std::optional<StreamedTrade> last_entry();

  /** A new generation, complete after `from`, that no reader sees yet. @throws as StreamPen */
  StreamPen open_draft(TradeId from);

  /** Points readers at a draft that has come as far as `head` and writes `engine:<market>`, both or neither. @throws as
   * StreamPen */
  void switch_to(const StreamPen& draft, TradeId head, const StatusFields& status);

  /** Leaves what somebody else wrote behind: a new generation after `head`, readers pointed at it, `engine:<market>`
   * written. */
  void move_on(TradeId head, const StatusFields& status);

 private:
  /** Runs a script of generations. @throws what it refused, unless it says `done` */
  std::string run(const std::string& lua, const std::string& done, const std::string& last_entry,
                  std::vector<std::string> arguments);

  Writer writer_;
  StreamPen pen_;
};

}  // namespace lockstep
