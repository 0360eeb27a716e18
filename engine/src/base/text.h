#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/** A u64 as the contract writes it: decimal, no sign, no leading zero. Nothing for any other text. */
std::optional<std::uint64_t> parse_u64(std::string_view text);

/** Enough of somebody else's text to recognise it by, in quotes, with what is not printable ASCII escaped. */
std::string quoted(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);

}  // namespace lockstep
