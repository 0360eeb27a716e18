#pragma once

#include <string>
#include <vector>

#include "redis/connection.h"

namespace lockstep {

/** What a script of the engine did, or what it found that kept it from doing so; and the value it found. */
struct Answer {
  std::string what;
  std::string found;
};

/** Runs a Lua script that returns a pair. @throws Error REDIS_REFUSED: out of memory, read-only, a key of another type
 */
Answer run_script(Connection& redis, const std::string& lua, const std::vector<std::string>& keys,
                  const std::vector<std::string>& arguments);

}  // namespace lockstep
