#pragma once

#include <cstdint>
#include <string>

/** The keys of the engine contract, as docs/reference/engine.md names them; nothing else here spells one. */
namespace lockstep::keys {

inline std::string stream_prefix(const std::string& market) { return "trades:" + market + ":"; }

/** Stream of one generation of a market's trades. */
inline std::string stream(const std::string& market, std::uint64_t generation) {
  return stream_prefix(market) + std::to_string(generation);
}

/** String: number of the generation readers follow. */
inline std::string generation(const std::string& market) { return stream_prefix(market) + "generation"; }

/** Hash: what the relayer and operators want of the engine. */
inline std::string control(const std::string& market) { return "control:" + market; }

/** Hash: what the engine answers; its field `owner` is the token of the engine that may write. */
inline std::string engine(const std::string& market) { return "engine:" + market; }

/** String with an expiry: the token of the engine that is alive. */
inline std::string lease(const std::string& market) { return engine(market) + ":lease"; }

}  // namespace lockstep::keys
