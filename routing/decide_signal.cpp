// routing/decide_signal.cpp
// The customer did something that is no message: followed us, tapped a menu, read, opted out.
//
// Typing is not stored: it is over before anybody reads it. A read is stored when it tells us
// something new. A menu click or a scan is a turn only if a rule asks for that very event.
#include <algorithm>
#include <utility>

#include "routing/commands.hpp"
#include "routing/receipts.hpp"
#include "routing/turn.hpp"

namespace parley::routing {
namespace {

// Of a State or a const State.
template <typename Kept>
auto* address_of(Kept& state, const CustomerSignals& signal) {
  const auto found = std::ranges::find_if(state.addresses, [&](const Address& address) {
    return address.channel.id == signal.channel.id && address.identity == signal.identity.key;
  });
  return found == state.addresses.end() ? nullptr : &*found;
}

// Until when what the customer did may be answered; long ago if it may not.
TimePoint answerable_until(const Draft& draft, const Capabilities& capabilities,
                           const CustomerSignals& signal) {
  for (const ReplyPolicy& policy : capabilities.reply_policy) {
    if (policy.trigger != signal.opens_window) continue;
    return std::min(signal.occurred_at.value_or(draft.now), draft.now) + policy.window;
  }
  return {};
}

// On some platforms the recipient holds the right to answer. What the customer did must not take
// away what they said has given for longer.
bool replaces_recipient(const Draft& draft, const CustomerSignals& signal) {
  const Address* address = address_of(draft.state, signal);
  const auto channel = draft.policy.channels.find(signal.channel.id);
  if (!address || address->recipient.empty() || channel == draft.policy.channels.end() ||
      !channel->second.capabilities) {
    return true;
  }
  const WindowVerdict window =
      check_window(draft.state, channel->second, draft.now, AuthorType::bot);
  return !window.open || !window.ends_at ||
         answerable_until(draft, *channel->second.capabilities, signal) >= *window.ends_at;
}

void note_opt(Draft& draft, const CustomerSignals& signal) {
  Address* address = address_of(draft.state, signal);
  if (!address) return;
  if (signal.opted_out) address->opted_out = true;
  if (signal.opted_in) {
    address->opted_out = false;
    address->unreachable = false;
  }
}

void put_event(Draft& draft, const CustomerSignals& signal) {
  Event& event = draft.append(signal.type);
  event.occurred_at = signal.occurred_at.value_or(draft.now);
  event.channel = signal.channel;
  event.identity = signal.identity;
  event.target = signal.target;
  event.referral = signal.referral;
  if (signal.type == EventType::platform_event) event.platform_event = signal.platform_event;
  if (signal.opted_out) event.note = "opted out";
  if (signal.opted_in) event.note = "opted in";
}

std::vector<std::string> facts_of(const PlatformEvent& event) {
  std::vector<std::string> facts = {"event:" + event.type};
  if (!event.key.empty()) facts.push_back("event:" + event.type + ":" + event.key);
  if (event.key == "handoff") facts.emplace_back("asks_human");
  return facts;
}

// A turn, if a rule says so. An episode is opened only then, so the rules are asked first.
bool may_be_turn(const Draft& draft, const CustomerSignals& signal) {
  if (!draft.policy.rules_test_events || signal.type != EventType::platform_event) return false;
  Turn turn{.seq = draft.next_seq(), .channel = signal.channel};
  turn.facts = facts_of(signal.platform_event);
  const DecisionInputs inputs = inputs_of(draft, turn);
  return choose(draft.policy, inputs, draft.state.person, nullptr, nullptr).matched != nullptr;
}

}  // namespace

Decided decide_command(const State& state, const CustomerSignals& signal,
                       const DecideContext& context) {
  if (signal.type == EventType::typing_started || signal.type == EventType::typing_stopped) {
    return unchanged(state);
  }
  Draft draft(state, context);
  if (signal.type == EventType::message_read) {
    if (!mark_read(draft, signal)) return unchanged(state);
    draft.out.dedup = signal.dedup;
    return draft.take();
  }
  const bool turns = may_be_turn(draft, signal);
  if (turns) ensure_episode(draft);
  const std::string as_before;
  note_sighting(draft,
                {.channel = signal.channel,
                 .identity = signal.identity,
                 .recipient = replaces_recipient(draft, signal) ? signal.recipient : as_before,
                 .opens_window = signal.opens_window,
                 .occurred_at = signal.occurred_at.value_or(draft.now),
                 .spoke = turns});
  note_opt(draft, signal);
  Turn turn{.seq = draft.next_seq(), .channel = signal.channel};
  put_event(draft, signal);
  if (turns) {
    turn.facts = facts_of(signal.platform_event);
    turn.preview = "event";
    DecisionInputs inputs = inputs_of(draft, turn);
    draft.state.segment = inputs.segment;
    Verdict verdict = choose(draft.policy, inputs, draft.state.person, nullptr, nullptr);
    // Opening the episode may have changed what the rules see; then it stays an event.
    if (verdict.matched) {
      record_and_follow(draft, std::move(turn), std::move(inputs), std::move(verdict));
    }
  }
  draft.out.dedup = signal.dedup;
  return draft.take();
}

}  // namespace parley::routing
