#include "options.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace lockstep {

namespace {

struct Option {
  std::string name;
  /** Variable of the environment that stands in for it; empty: none. */
  std::string variable;
  /** Empty: none. */
  std::string fallback;
  std::string description;
};

const std::array<Option, 11> OPTIONS = {{
    {"redis", "REDIS_URL", "", "where the trades go"},
    {"market", "MARKET", "", "address of the market"},
    {"orders", "", "", "file of orders and cancellations (default: seeded order flow)"},
    {"count", "TRADE_COUNT", "", "trades to generate (default: 1000), or to take of the file (default: all)"},
    {"seed", "", "1", "decides the generated orders"},
    {"rate", "TRADE_RATE", "max", "trades a second, or max"},
    {"traders", "", "64", "entries of the market the trades are spread over"},
    {"taker-bps", "", "10", "fee of the market: a trade no deposit can cover is left out"},
    {"tick", "", "0.01", "smallest step of a price"},
    {"lot", "", "0.0001", "smallest step of a quantity"},
    {"journal", "RETRY_JOURNAL", "",
     "file where schema switches and trades emitted again are written down first; without it schema 1 and no retry"},
}};

constexpr std::uint64_t MAX_COUNT = 1'000'000'000;
constexpr std::uint64_t MAX_RATE = 1'000'000;
constexpr std::uint64_t MAX_BPS = 10'000;

using Given = std::map<std::string, std::string>;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("OPTION_INVALID", what, "lockstep-engine --help lists the options.");
}

/** `--name value` or `--name=value`. */
Given given_in(const std::vector<std::string>& arguments) {
  Given given;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string& argument = arguments[at];
    const std::size_t equals = argument.find('=');
    const std::string name = argument.starts_with("--") ? argument.substr(2, equals - 2) : "";
    const bool is_known =
        std::any_of(OPTIONS.begin(), OPTIONS.end(), [&](const Option& each) { return each.name == name; });
    if (!is_known) refuse("unknown argument " + quoted(argument));
    if (equals != std::string::npos) {
      given[name] = argument.substr(equals + 1);
    } else if (++at < arguments.size()) {
      given[name] = arguments[at];
    } else {
      refuse("--" + name + " needs a value");
    }
  }
  return given;
}

void fill_in(Given& given) {
  for (const Option& option : OPTIONS) {
    if (given.contains(option.name)) continue;
    const char* value = option.variable.empty() ? nullptr : std::getenv(option.variable.c_str());
    if (value != nullptr) {
      given[option.name] = value;
    } else if (!option.fallback.empty()) {
      given[option.name] = option.fallback;
    }
  }
}

std::optional<std::string> optional(const Given& given, const std::string& name) {
  const auto found = given.find(name);
  if (found == given.end()) return std::nullopt;
  return found->second;
}

std::string required(const Given& given, const std::string& name) {
  const std::string value = optional(given, name).value_or("");
  if (value.empty()) refuse("--" + name + " is missing");
  return value;
}

std::uint64_t whole(const Given& given, const std::string& name, std::uint64_t min, std::uint64_t max) {
  const auto value = parse_u64(required(given, name));
  if (value && *value >= min && *value <= max) return *value;
  refuse("--" + name + " must be a whole number of " + std::to_string(min) + " to " + std::to_string(max));
}

Decimal step(const Given& given, const std::string& name) {
  if (const auto value = parse_step(required(given, name))) return *value;
  refuse("--" + name + " must be a plain decimal above 0 with at most 8 decimals, like 0.01");
}

}  // namespace

std::string usage() {
  std::string text =
      "usage: lockstep-engine --redis URL --market ADDRESS [options]\n\n"
      "The reference matching engine for one market, until SIGINT or SIGTERM. Started again with the same options it "
      "continues.\n\n";
  for (const Option& option : OPTIONS) {
    text += "  --" + option.name + std::string(12 - option.name.size(), ' ') + option.description;
    if (!option.fallback.empty()) text += " (default: " + option.fallback + ")";
    if (!option.variable.empty()) text += " [" + option.variable + "]";
    text += '\n';
  }
  return text +
         "  --version     release, and the schemas it speaks\n\nexit: 0 told to end · 1 refused · 2 started wrongly\n";
}

Options parse_options(const std::vector<std::string>& arguments) {
  Given given = given_in(arguments);
  fill_in(given);
  Options options;
  options.redis = required(given, "redis");
  options.market = required(given, "market");
  options.orders = optional(given, "orders");
  if (given.contains("count")) options.count = whole(given, "count", 1, MAX_COUNT);
  options.seed = optional(given, "seed").value_or("");
  if (required(given, "rate") != "max") options.rate = static_cast<std::uint32_t>(whole(given, "rate", 1, MAX_RATE));
  options.traders = static_cast<std::uint32_t>(whole(given, "traders", 2, std::numeric_limits<std::uint32_t>::max()));
  options.taker_bps = static_cast<std::uint32_t>(whole(given, "taker-bps", 0, MAX_BPS));
  options.instrument = instrument_of(step(given, "tick"), step(given, "lot"));
  options.journal = optional(given, "journal");
  return options;
}

}  // namespace lockstep
