#pragma once

#include <string>
#include <variant>

#include "journal/schemas.h"
#include "trade/trade.h"

namespace lockstep {

/** Whose journal a file is. */
struct JournalBinding {
  /** Address. */
  std::string market;
  /** Digest of the source's first trade. */
  std::string source;

  bool operator==(const JournalBinding&) const = default;
};

/** A trade that replaces another, or a switch. */
using JournalLine = std::variant<EngineTrade, SchemaSwitch>;

/** Lines as JSON, without their end; proto/journal.proto says what they hold. */
std::string write_header(const JournalBinding& binding);
std::string write_line(const JournalLine& line);

/** @param file for the refusal @throws Error JOURNAL_UNREADABLE */
JournalBinding parse_header(const std::string& file, const std::string& line);
JournalLine parse_line(const std::string& file, const std::string& line);

}  // namespace lockstep
