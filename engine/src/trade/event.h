#pragma once

#include <string>

#include "trade/trade.h"

namespace lockstep {

/** Whether this source can write the schema; what a build speaks may be less (engine/emission.h). */
constexpr bool is_schema(Schema schema) { return schema == SCHEMA_V1 || schema == SCHEMA_V2; }

/**
 * The trade as a protobuf event, canonical: fields in the order of their numbers, zeros left out.
 * @param schema one that is_schema() knows
 */
std::string encode_trade_event(const EngineTrade& trade, Schema schema);

}  // namespace lockstep
