#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/pace.h"
#include "trade/instrument.h"

namespace lockstep {

/** What the engine is started with; usage() says what each of it is. */
struct Options {
  std::string redis;
  std::string market;
  std::optional<std::string> orders;
  std::optional<std::uint64_t> count;
  std::string seed;
  Rate rate;
  std::uint32_t traders = 0;
  std::uint32_t taker_bps = 0;
  Instrument instrument;
  std::optional<std::string> journal;
};

std::string usage();

/** @param arguments those behind the program's name; what they do not say the environment may @throws Error
 * OPTION_INVALID */
Options parse_options(const std::vector<std::string>& arguments);

}  // namespace lockstep
