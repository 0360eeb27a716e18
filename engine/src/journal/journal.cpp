#include "journal/journal.h"

#include "base/error.h"
#include "base/sha256.h"
#include "trade/event.h"

namespace lockstep {

namespace {

/** A line takes a person's decision: as many as this are a mistake, and would be kept in memory. */
constexpr std::size_t MAX_LINES = 100'000;

std::string digest_of(const std::optional<EngineTrade>& first) {
  return hex(sha256(first ? encode_trade_event(*first, SCHEMA_V1) : std::string()));
}

void refuse_foreign(const std::string& path, const JournalBinding& found, const JournalBinding& own) {
  if (found == own) return;
  const std::string what = found.market == own.market ? "another source of trades" : "market " + found.market;
  throw Error("JOURNAL_FOREIGN", path + " is the journal of " + what,
              "Give the journal this engine wrote for this market, with the very input it had; or a new file when it "
              "never wrote one.");
}

void refuse_disorder(const std::string& path, TradeId id) {
  throw Error("JOURNAL_UNREADABLE", path + ": trade " + std::to_string(id) + " is not in its place",
              "Restore the file as this engine wrote it; what an id means never changes.");
}

}  // namespace

Journal::Journal(std::string path, std::string market) : path_(std::move(path)), market_(std::move(market)) {}

void Journal::open(const std::optional<EngineTrade>& first) {
  const JournalBinding own{market_, digest_of(first)};
  file_.emplace(path_);
  retries_.clear();
  retried_as_.clear();
  schemas_.clear();
  const std::vector<std::string>& lines = file_->lines();
  if (lines.empty()) return file_->append(write_header(own));
  refuse_foreign(path_, parse_header(path_, lines.front()), own);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const JournalLine line = parse_line(path_, lines[i]);
    const auto* retry = std::get_if<EngineTrade>(&line);
    if (retry != nullptr && retry->id <= last_retry()) refuse_disorder(path_, retry->id);
    keep(line);
  }
}

TradeId Journal::last_retry() const { return retries_.empty() ? 0 : retries_.rbegin()->first; }

std::optional<EngineTrade> Journal::at(TradeId id) const {
  const auto found = retries_.find(id);
  if (found == retries_.end()) return std::nullopt;
  return found->second;
}

std::optional<TradeId> Journal::retried_as(TradeId id) const {
  const auto found = retried_as_.find(id);
  if (found == retried_as_.end()) return std::nullopt;
  return found->second;
}

void Journal::add(const JournalLine& line) {
  if (retries_.size() + schemas_.size() >= MAX_LINES) {
    refuse_write(path_, "it has " + std::to_string(MAX_LINES) + " lines, which is all it may");
  }
  if (!file_) refuse_write(path_, "it is not open");
  file_->append(write_line(line));
  keep(line);
}

void Journal::keep(const JournalLine& line) {
  if (const auto* change = std::get_if<SchemaSwitch>(&line)) return schemas_.add(*change);
  const EngineTrade& retry = std::get<EngineTrade>(line);
  retries_.insert_or_assign(retry.id, retry);
  retried_as_.insert_or_assign(retry.replaces.value_or(0), retry.id);
}

}  // namespace lockstep
