// routing/decide_wait.cpp
// What waiting comes to, as the desk finds it (routing/assign.hpp): shown to several agents, passed
// on to another queue, asked for a message, ended; and the customer told their place.
#include <algorithm>
#include <utility>

#include "routing/commands.hpp"
#include "routing/control.hpp"
#include "routing/say.hpp"

namespace parley::routing {
namespace {

Result<void> check_waiting(const State& state, std::uint64_t epoch) {
  if (auto current = check_epoch(state, epoch); !current) return current;
  if (state.control.holder.kind == HolderKind::queue && state.waiting) return {};
  return refused(Errc::conflict, "the customer does not wait (any more): " +
                                     spoken(state.control.holder) + " holds it");
}

const Queue* waiting_queue(const Draft& draft) {
  const auto found = draft.policy.queues.find(draft.state.waiting->queue);
  return found == draft.policy.queues.end() ? nullptr : &found->second;
}

void fill(std::string& text, std::string_view name, const std::string& value) {
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
}

// Nobody can tell how long: the sentences that would are left out.
void drop_sentence_with(std::string& text, std::string_view name) {
  const auto at = text.find(name);
  if (at == text.npos) return;
  constexpr std::string_view kFullStop = "\xE3\x80\x82";
  auto begin = text.rfind(". ", at);
  begin = begin == text.npos ? 0 : begin + 2;
  if (const auto stop = text.rfind(kFullStop, at); stop != text.npos) {
    begin = std::max(begin, stop + kFullStop.size());
  }
  text.erase(begin);
  while (text.ends_with(' ')) text.pop_back();
}

std::string with_place(std::string text, const TellPosition& told) {
  if (told.estimate <= Milliseconds(0)) drop_sentence_with(text, "{minutes}");
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(told.estimate).count();
  fill(text, "{position}", std::to_string(told.position));
  fill(text, "{minutes}", std::to_string(minutes));
  return text;
}

// A channel that counts our messages has better use for them.
bool counts_messages(const Draft& draft) {
  const auto address = pick_address(draft.state, {});
  if (!address) return true;
  const auto channel = draft.policy.channels.find(address->channel.id);
  if (channel == draft.policy.channels.end()) return true;
  return check_window(draft.state, channel->second, draft.now, AuthorType::system).left.has_value();
}

}  // namespace

Decided decide_command(const State& state, const OfferToAll& offer, const DecideContext& context) {
  if (auto waiting = check_waiting(state, offer.epoch); !waiting) return waiting.error();
  Draft draft(state, context);
  QueueEntry& entry = *draft.state.waiting;
  std::string names;
  for (const AgentId& agent : offer.agents) {
    if (std::ranges::find(entry.offered_all, agent) != entry.offered_all.end()) continue;
    entry.offered_all.push_back(agent);
    names += names.empty() ? agent.value : ", " + agent.value;
  }
  if (names.empty()) return unchanged(state);
  entry.offered_at = draft.now;
  draft.append(EventType::conversation_offered, "system").note = "the first who accepts: " + names;
  return draft.take();
}

Decided decide_command(const State& state, const PassOn& pass, const DecideContext& context) {
  if (auto waiting = check_waiting(state, pass.epoch); !waiting) return waiting.error();
  if (!context.policy.queues.contains(pass.queue)) {
    return refused(Errc::not_found, "there is no queue \"" + pass.queue.value + "\"");
  }
  Draft draft(state, context);
  const QueueEntry& from = *state.waiting;
  enter_queue(draft, {.queue = pass.queue,
                      .reason = pass.reason,
                      .actor = "system",
                      .skills = skills_kept(draft, pass.queue),
                      .preview = from.preview,
                      .since = from.since,
                      .overflows = from.overflows + 1});
  return draft.take();
}

Decided decide_command(const State& state, const AskForMessage& ask, const DecideContext& context) {
  if (auto waiting = check_waiting(state, ask.epoch); !waiting) return waiting.error();
  if (state.waiting->mail) return unchanged(state);
  Draft draft(state, context);
  draft.state.waiting->mail = true;
  if (const Queue* queue = waiting_queue(draft)) {
    const DeskRules& desk = queue->desk;
    say_words(draft, *queue, ask.full ? desk.full : ask.closed ? desk.closed : desk.mail);
  }
  return draft.take();
}

Decided decide_command(const State& state, const EndWait& end, const DecideContext& context) {
  if (auto waiting = check_waiting(state, end.epoch); !waiting) return waiting.error();
  const bool to_bot = end.to.kind == HolderKind::bot && context.policy.bots.contains({end.to.id});
  Draft draft(state, context);
  const Queue* queue = waiting_queue(draft);
  if (queue != nullptr && end.full) say_words(draft, *queue, queue->desk.full);
  move_control(draft, {.to = to_bot ? end.to : Holder{}, .reason = end.reason, .actor = "system"});
  return draft.take();
}

Decided decide_command(const State& state, const TellPosition& told, const DecideContext& context) {
  if (auto waiting = check_waiting(state, told.epoch); !waiting) return waiting.error();
  Draft draft(state, context);
  draft.state.waiting->told_at = draft.now;
  draft.state.waiting->told_position = told.position;
  const Queue* queue = waiting_queue(draft);
  if (queue != nullptr && !counts_messages(draft)) {
    say_words(draft, *queue,
              {.zh = with_place(queue->desk.position.zh, told),
               .en = with_place(queue->desk.position.en, told)});
  }
  return draft.take();
}

}  // namespace parley::routing
