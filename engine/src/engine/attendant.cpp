#include "engine/attendant.h"

#include <algorithm>

namespace lockstep {

namespace {

/** A report without news; a third of the lease. */
constexpr std::chrono::milliseconds REPORT{1'000};

template <typename T>
bool is_new(const std::optional<Asked<T>>& asked, const Answered& answered) {
  return asked && asked->request != answered.request;
}

}  // namespace

Attendant::Attendant(Control& control, Emission& emission, Log log)
    : control_(control), emission_(emission), log_(std::move(log)), status_(fresh(Position())) {}

std::optional<Asked<TradeId>> Attendant::retry() const {
  return is_new(retry_, status_.retry_answer) ? retry_ : std::nullopt;
}

std::optional<Asked<TradeId>> Attendant::attend(const Position& position) {
  const Wishes wishes = control_.wishes();
  retry_ = wishes.retry;
  if (wishes.replay) emitted_once_ = std::max(emitted_once_, wishes.replay->wanted.value_or(0));
  EngineStatus status = status_;
  status.ignored = wishes.ignored;
  status.position = position;
  bool has_news = status.ignored != status_.ignored;
  if (has_news && !status.ignored.empty()) log_("control keys ignored: " + status.ignored);
  has_news |= obey_mode(wishes.mode, status);
  has_news |= obey_emit(wishes.emit, status);
  if (has_news || !reported_at_ || Clock::now() - *reported_at_ >= REPORT) report(status);
  return is_new(wishes.replay, status_.replay_answer) ? wishes.replay : std::nullopt;
}

void Attendant::take_over(const Position& position) { report(control_.previous(fresh(position))); }

void Attendant::report_at(const Position& position) {
  EngineStatus status = status_;
  status.position = position;
  report(status);
}

void Attendant::refuse_replay(const std::string& request, const std::string& refused) {
  log_("replay request " + request + " refused: " + refused);
  EngineStatus status = status_;
  status.replay_answer = {request, refused};
  report(status);
}

void Attendant::refuse_retry(const std::string& request, const std::string& refused) {
  log_("retry request " + request + " refused: " + refused);
  EngineStatus status = status_;
  status.retry_answer = {request, refused};
  status.retried_as.reset();
  report(status);
}

void Attendant::fulfil_retry(const std::string& request, TradeId as, const Position& position) {
  log_("retry request " + request + " done: trade " + std::to_string(as));
  EngineStatus status = status_;
  status.retry_answer = {request, ""};
  status.retried_as = as;
  status.position = position;
  report(status);
}

void Attendant::fulfil_replay(const std::string& request, const Position& position, const Write& write) {
  EngineStatus status = status_;
  status.replay_answer = {request, ""};
  status.position = position;
  write(control_.encode(status));
  status_ = status;
  log_("replay request " + request + " done: generation " + std::to_string(position.generation));
}

void Attendant::move_on(TradeId head, const Write& write) {
  EngineStatus status = status_;
  status.position.head = head;
  write(control_.encode(status));
}

EngineStatus Attendant::fresh(const Position& position) const {
  EngineStatus status;
  status.emit = emission_.current();
  status.spoken = emission_.spoken();
  status.position = position;
  return status;
}

void Attendant::report(const EngineStatus& status) {
  control_.report(status);
  status_ = status;
  reported_at_ = Clock::now();
}

bool Attendant::obey_mode(const std::optional<Asked<Mode>>& asked, EngineStatus& status) {
  if (!is_new(asked, status.mode_answer)) return false;
  status.mode = asked->wanted.value_or(status.mode);
  status.mode_answer = answer(asked->request, asked->refused);
  return true;
}

bool Attendant::obey_emit(const std::optional<Asked<Schema>>& asked, EngineStatus& status) {
  if (!is_new(asked, status.emit_answer)) return false;
  const std::string refused = asked->wanted ? emission_.refusal_of(*asked->wanted) : asked->refused;
  status.emit_answer = answer(asked->request, refused);
  if (refused.empty()) emission_.switch_to(*asked->wanted, status.position.head);
  status.emit = emission_.current();
  return true;
}

Answered Attendant::answer(const std::string& request, const std::string& refused) {
  log_("request " + request + (refused.empty() ? " obeyed" : " refused: " + refused));
  return {request, refused};
}

}  // namespace lockstep
