#include "redis/connection.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "base/error.h"

namespace lockstep {

namespace {

/** How long a connection may take to be made. */
constexpr timeval CONNECT_TIMEOUT{2, 0};
/** How often a wait looks whether the engine is told to end. */
constexpr std::chrono::milliseconds LOOK{100};
/** A Redis that is away is tried again after ever longer, up to this. */
constexpr std::chrono::milliseconds MAX_BACKOFF{1'000};
constexpr std::chrono::milliseconds BACKOFF_STEP{50};

std::string text_of(const redisReply& reply) { return std::string(reply.str, reply.len); }

/** Redis is there, and reads its own files first. */
bool is_loading(const redisReply& reply) {
  return reply.type == REDIS_REPLY_ERROR && text_of(reply).starts_with("LOADING");
}

}  // namespace

bool is_wrong_type(const std::string& message) { return message.find("WRONGTYPE ") != std::string::npos; }

Connection::Connection(RedisUrl url, Stop& stop, Log log) : url_(std::move(url)), stop_(stop), log_(std::move(log)) {}

void Connection::open() {
  if (connect()) return;
  throw Error("REDIS_UNREACHABLE", "redis does not answer at the URL given: " + failure_,
              "Start redis-server, or give its URL with --redis or REDIS_URL.");
}

Reply Connection::call(const std::vector<std::string>& command) {
  for (;;) {
    if (!context_) reconnect();
    Reply reply = ask(command);
    if (!reply) {
      log_("redis connection: " + failure_);
      std::this_thread::sleep_for(BACKOFF_STEP);
      continue;
    }
    if (is_loading(*reply)) {
      stop_.throw_if_overdue();
      std::this_thread::sleep_for(LOOK);
      continue;
    }
    if (reply->type == REDIS_REPLY_ERROR) {
      throw Error(
          "REDIS_REFUSED", "redis refused a command: " + text_of(*reply),
          "Correct what Redis names, then start the engine again; it continues after the last id in its stream.");
    }
    return reply;
  }
}

bool Connection::connect() {
  context_.reset(redisConnectWithTimeout(url_.host.c_str(), url_.port, CONNECT_TIMEOUT));
  if (!context_ || context_->err != 0) {
    failure_ = context_ ? context_->errstr : "out of memory";
    context_.reset();
    return false;
  }
  redisEnableKeepAlive(context_.get());
  // From here on waits are ours (wait_for), so that a silent Redis cannot keep the engine from ending.
  fcntl(context_->fd, F_SETFL, fcntl(context_->fd, F_GETFL) | O_NONBLOCK);
  context_->flags &= ~REDIS_BLOCK;
  if (!url_.password.empty()) {
    std::vector<std::string> auth = {"AUTH"};
    if (!url_.user.empty()) auth.push_back(url_.user);
    auth.push_back(url_.password);
    if (!sign_in(auth)) return false;
  }
  return url_.database.empty() || sign_in({"SELECT", url_.database});
}

bool Connection::sign_in(const std::vector<std::string>& command) {
  const Reply reply = ask(command);
  if (!reply) return false;
  if (reply->type != REDIS_REPLY_ERROR || is_loading(*reply)) return true;
  failure_ = text_of(*reply);
  context_.reset();
  return false;
}

void Connection::reconnect() {
  for (std::chrono::milliseconds backoff = BACKOFF_STEP; !connect(); backoff += BACKOFF_STEP) {
    stop_.throw_if_overdue();
    log_("redis connection: " + failure_);
    std::this_thread::sleep_for(std::min(backoff, MAX_BACKOFF));
  }
}

Reply Connection::ask(const std::vector<std::string>& command) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  for (const std::string& argument : command) {
    arguments.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  const int count = static_cast<int>(command.size());
  if (redisAppendCommandArgv(context_.get(), count, arguments.data(), lengths.data()) != REDIS_OK) return broken();
  for (int is_done = 0; is_done == 0;) {
    if (redisBufferWrite(context_.get(), &is_done) != REDIS_OK) return broken();
    if (is_done == 0 && !wait_for(POLLOUT)) return broken();
  }
  for (void* reply = nullptr;;) {
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return broken();
    if (reply != nullptr) return Reply(static_cast<redisReply*>(reply));
    if (!wait_for(POLLIN) || redisBufferRead(context_.get()) != REDIS_OK) return broken();
  }
}

bool Connection::wait_for(short events) {
  for (;;) {
    stop_.throw_if_overdue();
    pollfd socket{context_->fd, events, 0};
    const int ready = poll(&socket, 1, static_cast<int>(LOOK.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Reply Connection::broken() {
  failure_ = context_->err == 0 ? "the socket failed" : context_->errstr;
  context_.reset();
  return nullptr;
}

}  // namespace lockstep
