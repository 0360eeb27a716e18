// Proves: what a URL of redis says, and that a bad one is refused without being quoted.
// Does not prove: that anybody answers there.
#include "redis/url.h"

#include "files.h"

namespace lockstep {
namespace {

TEST(RedisUrl, SaysHostPortLoginAndDatabase) {
  const RedisUrl url = parse_redis_url("redis://me:p%40ss@example.org:7000/3");
  EXPECT_EQ(url.host, "example.org");
  EXPECT_EQ(url.port, 7000);
  EXPECT_EQ(url.user, "me");
  EXPECT_EQ(url.password, "p@ss");
  EXPECT_EQ(url.database, "3");
}

TEST(RedisUrl, HasDefaults) {
  EXPECT_EQ(parse_redis_url("redis://").host, "127.0.0.1");
  EXPECT_EQ(parse_redis_url("redis://somewhere").port, 6379);
  EXPECT_EQ(parse_redis_url("redis://:secret@h").password, "secret");
  EXPECT_EQ(parse_redis_url("redis://[::1]:7000").host, "::1");
  EXPECT_EQ(parse_redis_url("redis://[::1]").port, 6379);
}

TEST(RedisUrl, RefusesWithoutQuoting) {
  for (const char* text :
       {"", "rediss://secret@h", "http://secret", "redis://h:secret", "redis://h:0", "redis://h:65536",
        "redis://u:%secret@h", "redis://u:secret%4@h", "redis://h/secret", "redis://[secret"}) {
    try {
      parse_redis_url(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "REDIS_URL_INVALID");
      EXPECT_EQ((std::string(error.what()) + error.advice()).find("secret"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace lockstep
