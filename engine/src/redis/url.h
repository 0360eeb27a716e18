#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/** Where a Redis is, and how one gets in. */
struct RedisUrl {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string user;
  std::string password;
  /** Number of the database, as text; empty: the first. */
  std::string database;
};

/**
 * Reads `redis://[[user]:password@]host[:port][/database]`; an address of IPv6 in brackets.
 * @throws Error REDIS_URL_INVALID, which quotes nothing of the text: it may hold a password
 */
RedisUrl parse_redis_url(std::string_view text);

}  // namespace lockstep
