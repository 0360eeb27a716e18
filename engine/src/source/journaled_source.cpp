#include "source/journaled_source.h"

namespace lockstep {

namespace {

class JournaledPass : public TradePass {
 public:
  JournaledPass(std::unique_ptr<TradePass> own, const Journal& journal) : own_(std::move(own)), journal_(journal) {}

  std::optional<EngineTrade> next() override {
    if (std::optional<EngineTrade> retry = journal_.at(last_id_ + 1)) {
      ++retried_;
      last_id_ = retry->id;
      return retry;
    }
    std::optional<EngineTrade> trade = own_->next();
    if (!trade) return std::nullopt;
    trade->id += retried_;
    last_id_ = trade->id;
    return trade;
  }

 private:
  std::unique_ptr<TradePass> own_;
  const Journal& journal_;
  std::uint64_t retried_ = 0;
  TradeId last_id_ = 0;
};

}  // namespace

JournaledSource::JournaledSource(std::unique_ptr<Source> source, std::unique_ptr<Journal> journal)
    : source_(std::move(source)), journal_(std::move(journal)) {}

std::unique_ptr<TradePass> JournaledSource::trades() const {
  return std::make_unique<JournaledPass>(source_->trades(), *journal_);
}

}  // namespace lockstep
