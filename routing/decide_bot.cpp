// routing/decide_bot.cpp
// What becomes of a bot's answer. Only the answer to the call that is awaited, made under the
// epoch that still holds, reaches the customer; any other is kept as a draft for people to see.
#include <algorithm>
#include <utility>

#include "base/mutant.hpp"
#include "conversation/erasure.hpp"
#include "routing/commands.hpp"
#include "routing/control.hpp"
#include "routing/say.hpp"

namespace parley::routing {
namespace {

constexpr Milliseconds kLoopWindow{60'000};

bool is_awaited(const State& state, const BotCallId& call, std::uint64_t epoch) {
  if (MUTANT("answer_without_epoch")) return state.control.holder.kind == HolderKind::bot;
  return state.control.holder.kind == HolderKind::bot && state.control.epoch == epoch &&
         state.open_bot_call == call;
}

std::string stale_note(const State& state, const BotAnswered& answer) {
  if (answer.epoch != state.control.epoch) {
    return "stale bot answer, epoch " + std::to_string(answer.epoch) + ", now " +
           std::to_string(state.control.epoch);
  }
  return "stale bot answer to call " + answer.call.value + ", now " +
         (state.open_bot_call.empty() ? "none is awaited"
                                      : "awaiting " + state.open_bot_call.value);
}

Author author_of(const State& state) {
  const std::string& bot = state.control.holder.id;
  return {.type = AuthorType::bot, .id = bot, .display_name = bot};
}

Transition keep_as_drafts(const State& state, const BotAnswered& answer,
                          const DecideContext& context) {
  if (is_erased_place(state, answer.call.value)) return unchanged(state);
  Draft draft(state, context);
  for (Message message : answer.messages) {
    message.author = {.type = AuthorType::bot, .id = {}, .display_name = {}};
    put_internal(draft, std::move(message), "bot", stale_note(state, answer));
  }
  return draft.take();
}

// Keeps what the loop guard counts: the last minute.
void note_bot_turn(State& state, TimePoint now) {
  std::erase_if(state.bot_turns, [&](TimePoint at) { return now - at >= kLoopWindow; });
  if (state.bot_turns.size() >= kTurnsPerMinuteMax) state.bot_turns.erase(state.bot_turns.begin());
  state.bot_turns.push_back(now);
}

// Empty when all of it may be said; else why not, and nothing more of it is.
std::string say_all(Draft& draft, const BotAnswered& answer) {
  const auto address = pick_address(draft.state, {});
  if (!address) return address.error().detail;
  std::string reply_to;
  if (const auto turn = parse_place("bot", answer.call.value)) {
    reply_to = draft.place("msg", turn->seq);
  }
  std::string reply_token = answer.passive_token;
  std::string refusal;
  for (const Message& message : answer.messages) {
    Outgoing outgoing{.message = message, .address = *address};
    outgoing.message.author = author_of(draft.state);
    outgoing.message.reply_to = reply_to;
    outgoing.actor = "bot:" + draft.state.control.holder.id;
    // What is said while handing over goes before whatever a person says; it needs no fence.
    outgoing.fenced = !answer.hand_over;
    outgoing.reply_token = std::exchange(reply_token, {});
    if (auto may = may_say(draft, outgoing); !may) {
      if (refusal.empty()) refusal = may.error().detail;
      put_suppressed(draft, std::move(outgoing), may.error());
      continue;
    }
    put_send(draft, std::move(outgoing));
  }
  return refusal;
}

Transition fail(Draft& draft, const std::string& reason) {
  fall_back(draft, {draft.state.control.holder.id}, "bot failed: " + reason);
  return draft.take();
}

}  // namespace

Decided decide_command(const State& state, const BotAnswered& answer,
                       const DecideContext& context) {
  if (!is_awaited(state, answer.call, answer.epoch)) return keep_as_drafts(state, answer, context);
  Draft draft(state, context);
  if (answer.messages.empty() && !answer.hand_over) return fail(draft, "an empty answer");
  for (const Message& message : answer.messages) {
    if (auto wrong = unsayable(message); !wrong.empty()) return fail(draft, wrong);
  }
  const BotId bot{state.control.holder.id};
  draft.state.open_bot_call = {};
  note_bot_turn(draft.state, draft.now);
  const std::string refusal = say_all(draft, answer);
  if (answer.hand_over) {
    fall_back(draft, bot,
              "bot hands over: " + (answer.reason.empty() ? "no reason" : answer.reason));
  } else if (!refusal.empty()) {
    fall_back(draft, bot, "bot could not answer: " + refusal);
  }
  return draft.take();
}

Decided decide_command(const State& state, const BotFailed& failed, const DecideContext& context) {
  if (!is_awaited(state, failed.call, failed.epoch)) return unchanged(state);
  Draft draft(state, context);
  return fail(draft, failed.reason.empty() ? "no reason" : failed.reason);
}

}  // namespace parley::routing
