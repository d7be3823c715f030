#include "routing/receipts.hpp"

#include <algorithm>
#include <utility>

#include "routing/commands.hpp"

namespace parley::routing {
namespace {

// Moves one sent message up; false when the news is old.
bool move_up(Draft& draft, SentRef& ref, const DeliveryStatus& news) {
  const DeliveryState next = advance(ref.status.state, news.state);
  if (next == ref.status.state) return false;
  ref.status.state = next;
  ref.status.error_code = news.error_code;
  ref.status.error = news.error;
  put_delivery(draft, ref.message_seq, ref.send_seq, ref.status, ref.external_id);
  return true;
}

// News about all that went before: not what failed, and perhaps not what is uncertain.
bool is_swept(const SentRef& ref, const ChannelId& channel, std::optional<TimePoint> up_to) {
  const auto state = ref.status.state;
  if (state == DeliveryState::failed || state == DeliveryState::uncertain) return false;
  if (!ref.channel.empty() && ref.channel != channel) return false;
  return !up_to || ref.at <= *up_to;
}

bool is_about(const SentRef& ref, const PersonId& person, const ReceiptArrived& receipt, bool named,
              std::uint64_t send_seq) {
  if (receipt.up_to) return is_swept(ref, receipt.channel, receipt.up_to);
  if (named) return goes_by(ref, person, receipt.external_id);
  return send_seq != 0 && ref.send_seq == send_seq;
}

// A receipt for a send whose outcome we do not know yet: it did arrive, or was refused.
bool settle_open(Draft& draft, const ReceiptArrived& receipt, std::uint64_t seq) {
  const SendId& send = receipt.send;
  const DeliveryStatus& status = receipt.status;
  const auto open = std::ranges::find(draft.state.open_sends, send);
  if (open == draft.state.open_sends.end()) return false;
  const bool says_something = advance(DeliveryState::uncertain, status.state) == status.state;
  if (!says_something) return false;
  draft.state.open_sends.erase(open);
  draft.out.finished_sends.push_back(send);
  const bool theirs = receipt.external_id != send.value;
  SentRef ref{.external_id = theirs ? receipt.external_id : std::string(),
              .send_seq = seq,
              .message_seq = seq,
              .status = status,
              .channel = receipt.channel};
  put_delivery(draft, seq, seq, status, ref.external_id);
  remember_sent(draft, std::move(ref));
  return true;
}

}  // namespace

Event& put_delivery(Draft& draft, std::uint64_t message_seq, std::uint64_t send_seq,
                    DeliveryStatus status, std::string external_id) {
  Event& event = draft.append(EventType::delivery_updated);
  event.delivery = DeliveryUpdate{.message = {draft.place("msg", message_seq)},
                                  .send = {draft.place("snd", send_seq)},
                                  .status = std::move(status),
                                  .external_id = std::move(external_id)};
  return event;
}

void remember_sent(Draft& draft, SentRef ref) {
  auto& sent = draft.state.sent;
  sent.push_back(std::move(ref));
  if (sent.size() > kExternalIdsMax) {
    sent.erase(sent.begin(),
               sent.begin() + static_cast<std::ptrdiff_t>(sent.size() - kExternalIdsMax));
  }
}

bool mark_read(Draft& draft, const CustomerSignals& signal) {
  auto& sent = draft.state.sent;
  const std::string upto = signal.target ? signal.target->message : std::string();
  std::size_t end = sent.size();
  std::optional<TimePoint> until = signal.occurred_at;
  if (!upto.empty()) {
    until.reset();
    end = 0;  // a message we do not know: no news
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (goes_by(sent[i], draft.state.person, upto)) end = i + 1;
    }
  }
  std::vector<SentRef*> seen;
  for (std::size_t i = 0; i < end; ++i) {
    const bool is_it = !upto.empty() && goes_by(sent[i], draft.state.person, upto);
    const bool news = advance(sent[i].status.state, DeliveryState::read) != sent[i].status.state;
    if (news && (is_it || is_swept(sent[i], signal.channel.id, until))) seen.push_back(&sent[i]);
  }
  if (seen.empty()) return false;
  Event& event = draft.append(EventType::message_read);
  event.occurred_at = signal.occurred_at.value_or(draft.now);
  event.channel = signal.channel;
  event.identity = signal.identity;
  event.target = signal.target;
  DeliveryStatus read;
  read.state = DeliveryState::read;
  for (SentRef* ref : seen) move_up(draft, *ref, read);
  return true;
}

Decided decide_command(const State& state, const ReceiptArrived& receipt,
                       const DecideContext& context) {
  Draft draft(state, context);
  std::uint64_t send_seq = 0;
  if (const auto place = parse_place("snd", receipt.send.value);
      place && place->person == state.person) {
    send_seq = place->seq;
  }
  const bool named = !receipt.external_id.empty() &&
                     std::ranges::any_of(draft.state.sent, [&](const SentRef& ref) {
                       return goes_by(ref, state.person, receipt.external_id);
                     });
  bool changed = false;
  for (SentRef& ref : draft.state.sent) {
    if (!is_about(ref, state.person, receipt, named, send_seq)) continue;
    const bool was_uncertain = ref.status.state == DeliveryState::uncertain;
    if (was_uncertain && receipt.external_id != receipt.send.value) {
      ref.external_id = receipt.external_id;
    }
    if (!move_up(draft, ref, receipt.status)) continue;
    changed = true;
    // The platform has settled it: nobody needs to any more.
    if (was_uncertain) draft.out.erased_dead_letters.push_back({draft.place("snd", ref.send_seq)});
  }
  if (!changed && send_seq != 0) {
    changed = settle_open(draft, receipt, send_seq);
  }
  if (!changed) return unchanged(state);  // old news, or not ours
  draft.out.dedup = receipt.dedup;
  return draft.take();
}

}  // namespace parley::routing
