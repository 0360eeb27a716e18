#pragma once

#include <functional>
#include <string>

namespace lockstep {

/** Takes one line for people. */
using Log = std::function<void(const std::string& line)>;

}  // namespace lockstep
