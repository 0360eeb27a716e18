#include "redis/script.h"

#include "base/error.h"

namespace lockstep {

Answer run_script(Connection& redis, const std::string& lua, const std::vector<std::string>& keys,
                  const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"EVAL", lua, std::to_string(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Reply reply = redis.call(command);
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->str == nullptr ||
      reply->element[1]->str == nullptr) {
    throw Error("REDIS_REFUSED", "a script's answer is no pair of texts", "Use Redis 6.2 or newer.");
  }
  const auto text = [&](std::size_t at) { return std::string(reply->element[at]->str, reply->element[at]->len); };
  return {text(0), text(1)};
}

}  // namespace lockstep
