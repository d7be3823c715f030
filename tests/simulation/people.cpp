// The people of the tenants and their systems: agents at work, operators who merge, reload and set
// clocks, and what the tenant's own systems send.
#include "tests/simulation/calls.hpp"
#include "tests/simulation/world.hpp"

namespace parley::simulation {
namespace {

constexpr Milliseconds kWorkday{30'000};
constexpr Milliseconds kSecond{1'000};

// Nothing was stored, for certain.
bool is_refusal(const Error& error) {
  return error.code != Errc::unavailable && error.code != Errc::shutting_down;
}

}  // namespace

AgentId World::any_agent() { return {machine_.chance(0.5) ? "anna" : "bo"}; }

PersonId World::any_person(const Owner& owner) {
  return person(owner.id, machine_.any_of(owner.users));
}

void World::plan_agents() {
  for (const Owner& owner : owners_) {
    for (const std::string name : {"anna", "bo"}) {
      const auto actions = machine_.below(40);
      for (std::uint64_t i = 0; i < actions; ++i) {
        machine_.after(machine_.between(0, kWorkday.count()), [this, &owner, name] {
          if (life_) act(owner, {name});
        });
      }
    }
  }
}

void World::command(const Owner& owner, const PersonId& who, routing::Command what,
                    std::function<void(const Result<gateway::Outcome>&)> then) {
  if (!life_) return;
  life_->start<Result<gateway::Outcome>>(
      execute(life_->gateway(), owner.id, who, std::move(what)),
      [then = std::move(then)](const Result<gateway::Outcome>& outcome) {
        if (then) then(outcome);
      });
}

void World::act(const Owner& owner, const AgentId& agent) {
  using Maybe = Result<std::optional<gateway::Outcome>>;
  using Done = Result<gateway::Outcome>;
  gateway::Gateway& core = life_->gateway();
  const PersonId who = any_person(owner);
  const std::string actor = "agent:" + agent.value;
  trace(owner.id.value + '/' + actor + " acts on " + who.value);
  const auto nothing = [](const Done&) {};
  switch (machine_.below(12)) {
    case 0:
    case 1:  // and answers at once, as agents do
      life_->start<Maybe>(claim(core, owner.id, agent),
                          [this, &owner, agent](const Maybe& outcome) {
                            if (outcome && *outcome) say(owner, agent, (*outcome)->person);
                          });
      return;
    case 2:
      life_->start<Done>(claim_person(core, owner.id, agent, who), nothing);
      return;
    case 3:
      life_->start<Done>(offer(core, owner.id, agent, who), nothing);
      return;
    case 4:
      life_->start<Done>(answer_offer(core, owner.id, agent, who, machine_.chance(0.7)), nothing);
      return;
    case 5:
      return command(owner, who, routing::TakeOver{.agent = agent, .actor = actor});
    case 6:
      return command(owner, who, routing::Release{.actor = actor, .reason = {}});
    case 7:
      return command(owner, who, routing::CloseEpisode{.actor = actor, .reason = {}});
    case 8:
      return command(owner, who,
                     routing::Transfer{.actor = actor,
                                       .to = machine_.chance(0.5)
                                                 ? Holder{HolderKind::queue, "service"}
                                                 : Holder{HolderKind::agent, any_agent().value},
                                       .note = {}});
    default:
      return say(owner, agent, who);
  }
}

void World::say(const Owner& owner, const AgentId& agent, const PersonId& who) {
  const std::size_t index = history_.spoken.size();
  const std::string text = "agent " + std::to_string(index);
  history_.spoken.push_back({.tenant = owner.id, .actor = "agent:" + agent.value, .text = text});
  command(owner, who, routing::AgentSays{.agent = agent, .message = gateway::text_message(text)},
          [this, index](const Result<gateway::Outcome>& outcome) {
            history_.spoken[index].done = outcome.has_value();
            history_.spoken[index].refused = !outcome && is_refusal(outcome.error());
          });
}

void World::system_says(const Owner& owner) {
  const std::size_t index = history_.spoken.size();
  const std::string text = "system " + std::to_string(index);
  history_.spoken.push_back({.tenant = owner.id, .actor = "api:key", .text = text});
  routing::SystemSays says{.actor = "api:key", .message = gateway::text_message(text)};
  says.notification = machine_.chance(0.5);
  command(owner, any_person(owner), std::move(says),
          [this, index](const Result<gateway::Outcome>& outcome) {
            history_.spoken[index].done = outcome.has_value();
            history_.spoken[index].refused = !outcome && is_refusal(outcome.error());
          });
}

// ---- operators

void World::plan_operations() {
  for (Milliseconds at{}; at < kWorkday; at += kSecond) {
    for (Owner& owner : owners_) {
      const auto some_time = [&] { return at + machine_.between(0, kSecond.count()); };
      if (machine_.chance(faults_.reload)) {
        machine_.after(some_time(), [this, &owner] { reload(owner); });
      }
      if (machine_.chance(faults_.merge)) {
        machine_.after(some_time(), [this, &owner] { merge(owner); });
      }
      if (machine_.chance(faults_.system)) {
        machine_.after(some_time(), [this, &owner] { system_says(owner); });
      }
    }
    if (machine_.chance(faults_.jump)) machine_.after(at, [this] { jump_clock(); });
  }
}

void World::merge(const Owner& owner) {
  const PersonId who = any_person(owner);
  if (machine_.chance(0.3)) {
    return command(owner, who, routing::UnmergeFrom{.actor = "agent:anna", .reason = "not them"});
  }
  command(owner, who,
          routing::MergeInto{.survivor = any_person(owner), .actor = "agent:anna", .reason = {}});
}

void World::reload(Owner& owner) {
  trace("reload " + owner.id.value);
  owner.bot_first = machine_.chance(0.5);
  const bool with_channel = !turmoil_ || machine_.chance(0.7);
  owner.built = build(owner, with_channel);
  if (life_) life_->gateway().set_tenants(tenants());
  if (!with_channel) {
    machine_.after(machine_.between(1, 3'000), [this, &owner] {
      owner.built = build(owner, true);
      if (life_) life_->gateway().set_tenants(tenants());
    });
  }
}

void World::jump_clock() {
  constexpr std::int64_t kDay = 86'400'000;
  const auto far = machine_.chance(0.5) ? kDay : 10'000;
  const auto by = machine_.between(-far, far);
  trace("the clock jumps by " + std::to_string(by.count()) + " ms");
  machine_.clock.jump_wall(machine_.clock.now() + by);
}

}  // namespace parley::simulation
