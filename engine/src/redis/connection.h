#pragma once

#include <hiredis/hiredis.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/stop.h"
#include "redis/url.h"

namespace lockstep {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

/** Whether Redis answered that a key has another type than the command is for. @param message of an Error REDIS_REFUSED
 */
bool is_wrong_type(const std::string& message);

/**
 * A connection that survives its Redis: a command waits until Redis is there and answers, and is sent again when nobody
 * knows whether it arrived. So nothing may be sent through it that does harm when it is done twice.
 */
class Connection {
 public:
  Connection(RedisUrl url, Stop& stop, Log log);

  /** The first contact. @throws Error REDIS_UNREACHABLE */
  void open();

  /** @throws Error REDIS_REFUSED when the answer is an error; Stopped when Redis is silent long after the engine was
   * told to end */
  Reply call(const std::vector<std::string>& command);

 private:
  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };

  /** False when Redis is not there or does not let us in; `failure_` says why. */
  bool connect();
  bool sign_in(const std::vector<std::string>& command);
  void reconnect();
  /** Null when the connection broke on the way; `failure_` says why. */
  Reply ask(const std::vector<std::string>& command);
  /** Waits for the socket. */
  bool wait_for(short events);
  Reply broken();

  RedisUrl url_;
  Stop& stop_;
  Log log_;
  std::unique_ptr<redisContext, FreeContext> context_;
  std::string failure_;
};

}  // namespace lockstep
