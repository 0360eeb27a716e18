#include "control/status.h"

#include <utility>

#include "base/text.h"

namespace lockstep {

namespace {

std::string joined(const std::vector<Schema>& schemas) {
  std::string text;
  for (const Schema schema : schemas) text += (text.empty() ? "" : ",") + std::to_string(schema);
  return text;
}

}  // namespace

StatusFields encode_status(const EngineStatus& status, const std::string& owner, std::int64_t seen_ms) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"v", CONTROL_VERSION},
      {"owner", owner},
      {"release", LOCKSTEP_RELEASE},
      {"seen_ms", std::to_string(seen_ms)},
      {"mode", status.mode == Mode::Pause ? "pause" : "run"},
      {"mode_request", status.mode_answer.request},
      {"mode_refused", status.mode_answer.refused},
      {"emit", std::to_string(status.emit)},
      {"emit_request", status.emit_answer.request},
      {"emit_refused", status.emit_answer.refused},
      {"emit_spoken", joined(status.spoken)},
      {"replay_request", status.replay_answer.request},
      {"replay_refused", status.replay_answer.refused},
      {"retry_request", status.retry_answer.request},
      {"retry_refused", status.retry_answer.refused},
      {"retried_as", status.retried_as ? std::to_string(*status.retried_as) : ""},
      {"last_id", std::to_string(status.position.head)},
      {"generation", std::to_string(status.position.generation)},
      {"ignored", status.ignored},
  };
  StatusFields flat;
  for (const auto& [name, value] : fields) flat.insert(flat.end(), {name, value});
  return flat;
}

EngineStatus continued_status(const std::map<std::string, std::string>& hash, EngineStatus fresh) {
  const auto field = [&](const std::string& name) {
    const auto found = hash.find(name);
    return found == hash.end() ? std::string() : found->second;
  };
  const auto answer = [&](const std::string& kind) {
    return Answered{field(kind + "_request"), field(kind + "_refused")};
  };
  if (field("v") != CONTROL_VERSION) return fresh;
  fresh.mode = field("mode") == "pause" ? Mode::Pause : Mode::Run;
  fresh.mode_answer = answer("mode");
  fresh.emit_answer = answer("emit");
  fresh.replay_answer = answer("replay");
  const Answered retry = answer("retry");
  const auto as = parse_u64(field("retried_as"));
  // An answer without its id is none.
  if (retry.refused.empty() && (!as || *as == 0)) return fresh;
  fresh.retry_answer = retry;
  if (retry.refused.empty()) fresh.retried_as = as;
  return fresh;
}

}  // namespace lockstep
