#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/stop.h"
#include "engine/engine.h"
#include "market/order_file.h"
#include "market/order_flow.h"
#include "options.h"
#include "redis/connection.h"
#include "source/fill_source.h"
#include "source/journaled_source.h"

using namespace lockstep;

namespace {

constexpr int REFUSED = 1;
constexpr int STARTED_WRONGLY = 2;
constexpr std::uint64_t DEFAULT_FLOW_TRADES = 1'000;
constexpr std::uint64_t ALL = std::numeric_limits<std::uint64_t>::max();

/** Schemas of trade events this build speaks, highest first. */
const std::vector<Schema> SPOKEN = {LOCKSTEP_SPEAKS};

void log_line(const std::string& line) { std::cerr << "engine: " + line + '\n'; }

/** @throws Error ORDERS_INVALID */
std::unique_ptr<Source> source_of(const Options& options) {
  const MarketTerms terms{options.instrument, options.traders, options.taker_bps};
  Flow flow;
  if (options.orders) {
    const OrderFileOptions file{*options.orders, options.instrument, options.traders};
    check_order_file(file);
    flow = {"orders of " + *options.orders, [file] { return std::make_unique<OrderFile>(file); }};
  } else {
    flow = {"order flow of seed " + options.seed,
            [seed = options.seed, traders = options.traders] { return std::make_unique<OrderFlow>(seed, traders); }};
  }
  const std::uint64_t count = options.count.value_or(options.orders ? ALL : DEFAULT_FLOW_TRADES);
  auto source = std::make_unique<FillSource>(std::move(flow), terms, count);
  if (!options.journal) return source;
  return std::make_unique<JournaledSource>(std::move(source),
                                           std::make_unique<Journal>(*options.journal, options.market));
}

/** Until it is told to end. @throws Error */
void run(const Options& options) {
  Stop stop;
  const std::unique_ptr<Source> source = source_of(options);
  Connection redis(parse_redis_url(options.redis), stop, log_line);
  redis.open();
  Engine engine({*source, redis, stop, options.market, options.rate, SPOKEN, log_line});
  log_line("ended after trade " + std::to_string(engine.run()));
}

std::string version() {
  std::string speaks;
  for (const Schema schema : SPOKEN) speaks += (speaks.empty() ? "" : ",") + std::to_string(schema);
  return "lockstep-engine " LOCKSTEP_RELEASE " speaks " + speaks;
}

int explain(const Error& error, int code) {
  log_line(error.code() + ": " + error.what());
  log_line(error.advice());
  return code;
}

}  // namespace

int main(int count, char** values) {
  // Redis that goes away is met where its answer is missed, not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(values + 1, values + count);
  for (const std::string& argument : arguments) {
    if (argument == "--help") return std::cout << usage(), 0;
    if (argument == "--version") return std::cout << version() << '\n', 0;
  }
  try {
    run(parse_options(arguments));
    return 0;
  } catch (const Error& error) {
    return explain(error, error.code() == "OPTION_INVALID" ? STARTED_WRONGLY : REFUSED);
  } catch (const Stopped&) {
    log_line("ended before its first trade");
    return 0;
  } catch (const std::exception& error) {
    log_line(std::string("UNEXPECTED: ") + error.what());
    return REFUSED;
  }
}
