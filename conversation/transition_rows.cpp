// The row half of conversation/codec.hpp: a transition's effects as rows, in a fixed order.
#include "conversation/codec.hpp"

namespace parley {
namespace {

class RowList {
 public:
  template <class T>
  void put(RowKind kind, const std::string& id, const T& value) {
    rows_.push_back({.kind = kind, .id = id, .body = to_stored(value)});
  }
  void erase(RowKind kind, const std::string& id) {
    rows_.push_back({.kind = kind, .id = id, .body = {}, .erase = true});
  }
  std::vector<Row>& rows() { return rows_; }

 private:
  std::vector<Row> rows_;
};

}  // namespace

std::vector<Row> transition_rows(const Transition& t) {
  RowList out;
  // A conversation has one queue entry and one assignment: erased before put, so a transition that
  // leaves one and enters the next keeps the next.
  if (t.leave_queue) out.erase(RowKind::queue_entry, t.state.person.value);
  if (t.end_assignment) out.erase(RowKind::assignment, t.state.person.value);
  for (const auto& e : t.queue_entries) out.put(RowKind::queue_entry, e.person.value, e);
  for (const auto& a : t.assignments) out.put(RowKind::assignment, a.person.value, a);

  for (const auto& d : t.decisions) out.put(RowKind::decision, d.id.value, d);
  for (const auto& send : t.sends) out.put(RowKind::send, send.id.value, send);
  for (const auto& letter : t.dead_letters) {
    out.put(RowKind::dead_letter, letter.send.id.value, letter);
  }
  for (const auto& call : t.bot_calls) out.put(RowKind::bot_call, call.id.value, call);
  for (const auto& relay : t.relays) out.put(RowKind::relay, relay.id, relay);
  // Every other id is used once: erased after put, so what is finished in one go stays finished.
  for (const auto& id : t.finished_sends) out.erase(RowKind::send, id.value);
  for (const auto& id : t.erased_dead_letters) out.erase(RowKind::dead_letter, id.value);
  for (const auto& id : t.finished_bot_calls) out.erase(RowKind::bot_call, id.value);
  for (const auto& id : t.finished_relays) out.erase(RowKind::relay, id);

  auto rows = std::move(out.rows());
  rows.insert(rows.end(), t.extra_rows.begin(), t.extra_rows.end());
  return rows;
}

// Lengths before the first two texts, so no choice of them can look like another identity.
std::string identity_row_id(const IdentityKey& key) {
  std::string id;
  for (const auto* part : {&key.scope, &key.scheme}) {
    id += std::to_string(part->size());
    id += ':';
    id += *part;
    id += ':';
  }
  return id += key.value;
}

std::string trial_row_id(const Trial& trial) {
  return trial.experiment + '/' + trial.arm + '/' + trial.episode.value;
}

std::string sent_row_id(const ChannelId& channel, std::string_view external_id) {
  return std::to_string(channel.value.size()).append(":").append(channel.value).append(external_id);
}

}  // namespace parley
