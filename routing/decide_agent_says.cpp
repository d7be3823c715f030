// routing/decide_agent_says.cpp
// What people and enterprise systems say to the customer, and what people say among themselves.
// Where the platform does not allow it now, nothing is stored and the caller may choose another
// way.
#include <utility>

#include "routing/commands.hpp"
#include "routing/control.hpp"
#include "routing/say.hpp"

namespace parley::routing {

Decided decide_command(const State& state, const AgentSays& says, const DecideContext& context) {
  const auto agent = context.policy.agents.find(says.agent);
  if (agent == context.policy.agents.end()) {
    return refused(Errc::not_found, "there is no agent \"" + says.agent.value + "\"");
  }
  if (state.control.holder != Holder{HolderKind::agent, says.agent.value}) {
    return refused(Errc::conflict, "agent " + says.agent.value + " does not hold it: " +
                                       spoken(state.control.holder) + " does");
  }
  Draft draft(state, context);
  auto address = pick_address(draft.state, says.channel);
  if (!address) return std::move(address.error());
  Outgoing outgoing{.message = says.message, .address = std::move(*address)};
  outgoing.message.author = {
      .type = AuthorType::agent, .id = says.agent.value, .display_name = agent->second.name};
  outgoing.actor = "agent:" + says.agent.value;
  if (auto may = may_say(draft, outgoing); !may) return std::move(may.error());
  put_send(draft, std::move(outgoing));
  return draft.take();
}

Decided decide_command(const State& state, const SystemSays& says, const DecideContext& context) {
  Draft draft(state, context);
  auto address = pick_address(draft.state, says.channel);
  if (!address) return std::move(address.error());
  const ChannelRef channel = address->channel;
  Outgoing outgoing{.message = says.message, .address = std::move(*address)};
  outgoing.message.author = {.type = AuthorType::system, .id = says.actor, .display_name = {}};
  if (says.notification) outgoing.message.attributes["notification"] = true;
  outgoing.actor = says.actor;
  outgoing.bulk = says.bulk;
  if (auto may = may_say(draft, outgoing); !may) return std::move(may.error());
  const MessageId message = put_send(draft, std::move(outgoing));
  if (says.notification) {
    Event& event = draft.append(EventType::notification_accepted, says.actor);
    event.channel = channel;
    event.target = Target{.message = message.value, .emoji = {}, .text = {}};
  }
  return draft.take();
}

Decided decide_command(const State& state, const Note& note, const DecideContext& context) {
  Message message;
  message.content.emplace_back(Text{.text = note.text});
  const bool by_agent = note.actor.starts_with("agent:");
  message.author = {.type = by_agent ? AuthorType::agent : AuthorType::system,
                    .id = by_agent ? note.actor.substr(6) : note.actor,
                    .display_name = {}};
  if (note.text.empty()) return refused(Errc::malformed, "the note is empty; expected some text");
  if (auto wrong = check_limits(message); !wrong.empty()) {
    return refused(Errc::malformed, std::move(wrong));
  }
  Draft draft(state, context);
  put_internal(draft, std::move(message), note.actor, "note");
  return draft.take();
}

}  // namespace parley::routing
