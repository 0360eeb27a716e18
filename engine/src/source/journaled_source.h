#pragma once

#include "source/source.h"

namespace lockstep {

/**
 * The trades of a source with the retries between them: each retry has the id the journal gave it, and moves the ids of
 * the source's own trades behind it up by one. A retry that is journaled while a pass is under way comes in that pass,
 * when its id is due.
 */
class JournaledSource : public Source {
 public:
  JournaledSource(std::unique_ptr<Source> source, std::unique_ptr<Journal> journal);

  std::string origin() const override { return source_->origin(); }
  void open() override { journal_->open(source_->trades()->next()); }
  std::unique_ptr<TradePass> trades() const override;
  Journal* journal() const override { return journal_.get(); }

 private:
  std::unique_ptr<Source> source_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace lockstep
