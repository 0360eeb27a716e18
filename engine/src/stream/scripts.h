#pragma once

#include <string>

/** The feeder's Lua scripts, built in by cmake/scripts.cmake; each says in its head what it does, with which keys and
 * arguments. */
namespace lockstep::scripts {

extern const std::string claim_lua;
extern const std::string report_lua;
extern const std::string release_lua;
extern const std::string append_lua;
extern const std::string open_generation_lua;
extern const std::string switch_lua;
extern const std::string move_on_lua;

}  // namespace lockstep::scripts
