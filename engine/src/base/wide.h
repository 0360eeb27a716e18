#pragma once

namespace lockstep {

/** Wide enough for any product of two u64, and for any sum of them a market can have. */
__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

}  // namespace lockstep
