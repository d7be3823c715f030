#include "tests/routing/desk_world.hpp"

#include <algorithm>

#include "conversation/codec.hpp"
#include "routing/rules.hpp"

namespace parley::routing {
namespace {

constexpr Milliseconds kTurmoil{60'000}, kCalm{600'000};
constexpr Milliseconds kSlack{4'000};  // commands under way and their news
constexpr std::size_t kWrongsMax = 10;

bool waits(const State& state) {
  return state.lifecycle == Lifecycle::queued || state.lifecycle == Lifecycle::offered;
}
bool has_place(const State& state) {
  return state.lifecycle == Lifecycle::assigned || state.lifecycle == Lifecycle::wrapping;
}

PersonId person_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return {"per_" + std::string(32 - digits.size(), '0') + digits};
}

ChannelRef channel_of(std::string id) {
  return {.id = {id}, .platform = "webchat", .account = "account-" + id};
}

}  // namespace

DeskWorld::DeskWorld(std::uint64_t seed) : random_(seed) {
  crash_odds_ = chance(0.5) ? 0.0 : 0.01;
  slow_odds_ = chance(0.5) ? 0.0 : 0.1;
  diligence_ = chance(0.7) ? 0.95 : 0.5;
  draw_policy();
}

// ---- time

void DeskWorld::after(Milliseconds delay, What what) {
  agenda_.emplace(std::pair(steady_ + delay, order_++), std::move(what));
}

void DeskWorld::mortal(Milliseconds delay, What what) {
  after(delay, [this, life = life_, what = std::move(what)]() mutable {
    if (life == life_) what();
  });
}

bool DeskWorld::advance(SteadyPoint limit) {
  if (agenda_.empty() || agenda_.begin()->first.first > limit) return false;
  steady_ = std::max(steady_, agenda_.begin()->first.first);
  What what = std::move(agenda_.begin()->second);
  agenda_.erase(agenda_.begin());
  what();
  return wrong_.size() < kWrongsMax;
}

void DeskWorld::wrong(std::string what) {
  wrong_.push_back(std::to_string(steady_.time_since_epoch().count()) + " " + std::move(what));
}

// ---- the brand

Queue DeskWorld::draw_queue(const std::string& id) {
  Queue queue;
  queue.id = {id};
  queue.name = id;
  DeskRules& desk = queue.desk;
  desk.mode = static_cast<AssignMode>(below(5));
  desk.head_start = between(3'000, 10'000);
  if (chance(0.4)) desk.accept_timeout = between(1'000, 4'000);
  desk.missed_max = static_cast<std::uint32_t>(below(4));
  if (chance(0.3)) desk.sticky = between(500, 3'000);
  if (chance(0.3)) desk.wrap_up = between(500, 3'000);
  if (chance(0.3)) desk.position_every = between(500, 5'000);
  if (chance(0.2)) queue.waiting_max = 1 + below(4);
  desk.sla = {.first_response = chance(0.6) ? between(500, 20'000) : Milliseconds{},
              .next_response = chance(0.3) ? between(500, 5'000) : Milliseconds{},
              .resolution = chance(0.3) ? between(5'000, 60'000) : Milliseconds{}};
  if (chance(0.2)) queue.skills = {"billing:3"};
  head_start_max_ = std::max(head_start_max_, desk.head_start);
  sticky_max_ = std::max(sticky_max_, desk.sticky);
  return queue;
}

void DeskWorld::draw_policy() {
  Policy policy;
  policy.tenant = {"demo"};
  policy.version = "v1";
  const std::size_t queues = 1 + below(3);
  for (std::size_t i = 0; i < queues; ++i) {
    const std::string id = "q" + std::to_string(i);
    policy.queues[{id}] = draw_queue(id);
    for (const int priority : {0, 50, 100}) {
      const std::string name = id + "p" + std::to_string(priority) + ".";
      policy.rules.push_back(
          rule_of(name, test_of(When::text_contains, {name}), queue(id), priority));
    }
  }
  // The last one overflows nowhere, so the chain ends.
  for (std::size_t i = 0; i + 1 < queues; ++i) {
    DeskRules& desk = policy.queues[{"q" + std::to_string(i)}].desk;
    if (!chance(0.3)) continue;
    desk.overflow_after = between(1'000, 10'000);
    if (chance(0.7)) desk.overflow_to = queue("q" + std::to_string(i + 1));
  }
  const std::size_t agents = 1 + below(4);
  for (std::size_t i = 0; i < agents; ++i) {
    Agent agent;
    agent.id = {"a" + std::to_string(i)};
    agent.name = agent.id.value;
    agent.capacity = static_cast<std::uint32_t>(1 + below(4));
    // The first can do everything: whoever waits can be served.
    if (i == 0 || chance(0.5))
      agent.skills = {"billing:" + std::to_string(i == 0 ? 5 : 1 + below(5))};
    for (const auto& [id, queue] : policy.queues) {
      if (i == 0 || chance(0.6)) agent.queues.push_back(id);
    }
    policy.agents[agent.id] = agent;
    presence_[agent.id] = {.tenant = policy.tenant, .agent = agent.id, .presence = "offline"};
  }
  static const Capabilities kFree = [] {
    Capabilities c;
    c.platform = "webchat";
    return c;
  }();
  for (const auto& [id, weight] : std::vector<std::pair<std::string, std::uint32_t>>{
           {"chat", 100}, {"mail", 50}, {"call", 300}}) {
    policy.channels[{id}] = {.id = {id},
                             .platform = "webchat",
                             .account = "account-" + id,
                             .capabilities = &kFree,
                             .weight = weight};
  }
  policy.human_queue = {"q0"};
  policy.default_outcome = queue("q0");
  policy_ = compiled(std::move(policy));
}

// ---- the process

void DeskWorld::start() {
  book_ = std::make_unique<DeskBook>(TenantId{"demo"});
  for (const auto& [id, row] : presence_) book_->remember(row);
  for (const auto& [id, body] : marks_) book_->remember_mark(id, body, now());
  for (const auto& [person, row] : entries_) book_->entered(row, now());
  for (const auto& [person, row] : assignments_) book_->assigned(row, now(), false);
  settle();
}

void DeskWorld::crash() {
  ++crashes;
  const bool at_rest = in_flight_ == 0 && !plan_posted_;
  const auto old = std::move(book_);
  ++life_;
  plan_posted_ = false;
  armed_.reset();
  lines_.clear();
  in_flight_ = 0;
  if (at_rest) check_start(*old);
  if (chance(0.5)) {
    start();
  } else {
    after(between(1, 2'000), [this, life = life_] {
      if (life == life_ && !book_) start();
    });
  }
}

void DeskWorld::settle() {
  if (!book_ || plan_posted_ || !book_->take_changed()) return;
  plan_posted_ = true;
  mortal(between(0, 5), [this] {
    plan_posted_ = false;
    plan();
  });
}

void DeskWorld::plan() {
  (void)book_->take_changed();
  for (auto& planned : book_->plan(*policy_, now())) {
    auto what = std::make_shared<DeskBook::Planned>(std::move(planned));
    const PersonId person = what->action.person;
    execute(person, command_of(what->action), [this, what](std::optional<Errc> failed) {
      if (book_->finish(*policy_, *what, failed, now())) {
        presence_[what->action.agent] = book_->present(what->action.agent).row;
      }
      settle();
    });
  }
  arm();
}

void DeskWorld::arm() {
  const auto at = book_->wake_at();
  if (!at || (armed_ && *armed_ <= *at)) return;
  armed_ = *at;
  mortal(std::max(Milliseconds{0}, Milliseconds{*at - steady_}), [this, at = *at] {
    if (armed_ != at) return;
    armed_.reset();
    if (book_->wake_at() && *book_->wake_at() <= steady_) {
      book_->woken();
      settle();
    } else {
      arm();
    }
  });
}

// ---- conversations, as their shards run them: one after the other, news in order

void DeskWorld::execute(const PersonId& person, Command command, Done done) {
  ++in_flight_;
  const auto takes = chance(slow_odds_) ? between(0, 1'000) : between(0, 10);
  SteadyPoint& line = lines_[person];
  line = std::max(line, steady_ + takes);
  mortal(line - steady_,
         [this, person, command = std::move(command), done = std::move(done)]() mutable {
           auto failed = commit(person, command);
           // After the news of this commit, as a shard answers.
           SteadyPoint& back = lines_[person];
           back = std::max(back, steady_);
           mortal(back - steady_, [this, failed, done = std::move(done)]() mutable {
             --in_flight_;
             done(failed);
           });
         });
}

std::optional<Errc> DeskWorld::commit(const PersonId& person, const Command& command) {
  const auto known = states_.try_emplace(person, first_state({"demo"}, person)).first;
  auto result =
      decide(known->second, command, {.policy = *policy_, .analyzer = analyzer_, .now = wall()});
  if (!result) return result.error().code;
  auto transition = std::make_shared<Transition>(std::move(*result));
  const State before = known->second;
  known->second = transition->state;
  // What is sent is out at once here; how it goes is not this world's.
  known->second.open_sends.clear();
  if (transition->leave_queue) entries_.erase(person);
  if (transition->end_assignment) assignments_.erase(person);
  for (const auto& row : transition->queue_entries) {
    auto back = from_stored<QueueEntry>(to_stored(row));
    entries_[person] = *back;
  }
  for (const auto& row : transition->assignments) {
    auto back = from_stored<Assignment>(to_stored(row));
    assignments_[person] = *back;
  }
  for (const auto& row : transition->extra_rows) {
    if (row.kind == RowKind::agent_mark) marks_[row.id] = row.body;
  }
  for (const Event& event : transition->events) logs_[person].push_back(event);
  const bool moved =
      before.control.epoch != known->second.control.epoch ||
      !before.waiting != !known->second.waiting ||
      (before.waiting && before.waiting->declined != known->second.waiting->declined);
  if (moved) touched_[person] = wall();
  check_rows(person);
  if (!has_place(before) && has_place(known->second)) {
    ++given;
    check_capacity();
    const bool by_desk = std::holds_alternative<AssignToAgent>(command) &&
                         std::get<AssignToAgent>(command).actor == "system";
    check_given(before, known->second, by_desk);
  }
  if (book_) deliver(person, transition);
  return {};
}

void DeskWorld::deliver(const PersonId& person, const std::shared_ptr<Transition>& transition) {
  ++in_flight_;
  SteadyPoint& line = lines_[person];
  line = std::max(line, steady_ + between(0, 10));
  mortal(line - steady_, [this, transition] {
    --in_flight_;
    if (book_) tell(*transition);
  });
}

// As the gateway tells its desk.
void DeskWorld::tell(const Transition& transition) {
  const State& state = transition.state;
  for (const Row& row : transition.extra_rows) {
    if (row.kind == RowKind::agent_mark) book_->remember_mark(row.id, row.body, now());
  }
  if (transition.leave_queue) book_->left(state.person, state.control.epoch);
  for (const auto& row : transition.queue_entries) book_->entered(row, now());
  if (transition.end_assignment) book_->unassigned(state.person, state.control.epoch);
  for (const auto& row : transition.assignments) book_->assigned(row, now(), true);
  settle();
}

// ---- people

void DeskWorld::customer(const PersonId& person) {
  const State& state = states_.try_emplace(person, first_state({"demo"}, person)).first->second;
  const auto& queue =
      std::next(policy_->queues.begin(), static_cast<std::ptrdiff_t>(below(policy_->queues.size())))
          ->first;
  if (!turmoil_ && !waits(state) && state.lifecycle != Lifecycle::assigned) return;
  if (waits(state) && turmoil_ && chance(0.2)) {  // a system moves them elsewhere
    (void)commit(person, Transfer{.actor = "api:key", .to = {HolderKind::queue, queue.value}});
    return;
  }
  if (waits(state) && turmoil_ && chance(0.1)) {
    (void)commit(person, CloseEpisode{.actor = "api:key", .reason = "never mind"});
    return;
  }
  static const std::vector<std::string> kChannels = {"chat", "chat", "chat", "mail", "call"};
  const std::string channel = kChannels[below(kChannels.size())];
  CustomerSays says;
  says.channel = channel_of(channel);
  says.identity.key = {.scope = channel, .scheme = "visitor", .value = person.value};
  says.recipient = "to";
  const int priority = chance(0.3) ? 0 : chance(0.5) ? 50 : 100;
  says.message = text(queue.value + "p" + std::to_string(priority) + ".");
  (void)commit(person, says);
}

void DeskWorld::serve(const AgentId& agent, const PersonId& person) {
  const State& state = states_[person];
  if (state.lifecycle == Lifecycle::wrapping) {
    if (chance(0.3)) (void)commit(person, FinishWrapUp{.agent = agent});
    return;
  }
  const std::string actor = "agent:" + agent.value;
  if (chance(0.5)) {
    (void)commit(person, AgentSays{.agent = agent, .message = text("hello"), .channel = {}});
  }
  if (turmoil_ && chance(0.05)) {
    (void)commit(person, Transfer{.actor = actor, .to = {HolderKind::queue, "q0"}});
  } else if (turmoil_ && chance(0.05)) {
    (void)commit(person, Release{.actor = actor, .reason = {}});
  } else if (chance(0.4)) {
    (void)commit(person, CloseEpisode{.actor = actor, .reason = {}});
  }
}

void DeskWorld::answer(const AgentId& agent, const PersonId& person) {
  const bool accept = !turmoil_ || chance(0.8);
  auto what = book_->take_offer(*policy_, agent, person, accept, now());
  settle();
  if (!what) return;
  Command command;
  const bool many = what->entry.offered_to != agent;
  if (accept && many) {
    command = AssignToAgent{.agent = agent, .epoch = what->entry.epoch};
  } else if (accept) {
    command = AcceptOffer{.agent = agent, .epoch = what->entry.epoch};
  } else {
    command = RejectOffer{.agent = agent, .epoch = what->entry.epoch, .reason = "busy"};
  }
  execute(person, std::move(command),
          [this, agent, accept, many, what](std::optional<Errc> failed) {
            if (accept && many) {
              book_->unreserve(agent, *what, !failed || *failed == Errc::conflict);
            } else if (accept) {
              book_->release_place(agent, what->weight);
            }
            if (!failed && book_->answered(agent)) presence_[agent] = book_->present(agent).row;
            settle();
          });
}

void DeskWorld::claim(const AgentId& agent) {
  auto what = book_->reserve(*policy_, agent, {}, std::nullopt, now());
  settle();
  if (!what) return;
  execute(what->entry.person, AssignToAgent{.agent = agent, .epoch = what->entry.epoch},
          [this, agent, what](std::optional<Errc> failed) {
            book_->unreserve(agent, *what, !failed || *failed == Errc::conflict);
            settle();
          });
}

void DeskWorld::set_presence(const AgentId& agent, const std::string& presence) {
  if (!book_) return;
  presence_[agent] = book_->set_presence(agent, presence, now());
  settle();
}

void DeskWorld::agent_acts(const AgentId& agent) {
  after(between(100, 1'500), [this, agent] { agent_acts(agent); });
  if (!book_) return;
  static const std::vector<std::string> kPresence = {"online", "online", "away", "busy", "offline"};
  const std::string& presence = presence_[agent].presence;
  if (turmoil_ && chance(0.1)) return set_presence(agent, kPresence[below(kPresence.size())]);
  if (!turmoil_ && presence != "online") return set_presence(agent, "online");
  if (!chance(turmoil_ ? diligence_ : 0.95)) return;
  std::vector<PersonId> mine;
  for (const auto& [person, row] : assignments_) {
    if (row.agent == agent) mine.push_back(person);
  }
  for (const PersonId& person : mine) serve(agent, person);
  std::vector<PersonId> offered;
  for (const auto& [person, waiting] : book_->waiting()) {
    const QueueEntry& entry = waiting.entry;
    const bool many = std::ranges::find(entry.offered_all, agent) != entry.offered_all.end();
    if (entry.offered_to == agent || many) offered.push_back(person);
  }
  for (const PersonId& person : offered) answer(agent, person);
  const bool by_hand = std::ranges::any_of(policy_->queues, [](const auto& each) {
    return each.second.desk.mode == AssignMode::manual;
  });
  if (by_hand && (!turmoil_ || chance(0.5))) claim(agent);
}

// ---- what must hold

void DeskWorld::check_rows(const PersonId& person) {
  const State& state = states_[person];
  const auto entry = entries_.find(person);
  const auto row = assignments_.find(person);
  if (waits(state) != (entry != entries_.end())) wrong("D1 " + person.value + ": waits or its row");
  if (has_place(state) != (row != assignments_.end())) {
    wrong("D1 " + person.value + ": is served, or its row says so, not both");
  }
  if (entry != entries_.end() && entry->second.epoch != state.control.epoch) {
    wrong("D1 " + person.value + ": the row of the wait is of another epoch");
  }
  if (row == assignments_.end()) return;
  const std::string& owner =
      state.lifecycle == Lifecycle::wrapping ? state.wrapping.value : state.control.holder.id;
  if (row->second.agent.value != owner) wrong("D1 " + person.value + ": two owners");
}

void DeskWorld::check_capacity() {
  std::map<AgentId, std::pair<std::uint32_t, std::uint32_t>> loads;
  for (const auto& [person, row] : assignments_) {
    auto& [weight, count] = loads[row.agent];
    weight += row.weight;
    ++count;
  }
  for (const auto& [agent, load] : loads) {
    if (load.second > 1 && load.first > policy_->agents.at(agent).capacity * kUsualWeight) {
      wrong("D2 agent " + agent.value + " has " + std::to_string(load.first) + " hundredths in " +
            std::to_string(load.second) + " conversations");
    }
  }
}

// On their way to an agent, or in hand for something else and not yet free to be given while some
// agent still has the place that is meant for them: nobody took it.
bool DeskWorld::has_place_kept(const QueueEntry& entry) const {
  const auto found = book_->waiting().find(entry.person);
  if (found == book_->waiting().end()) return false;
  if (found->second.placed) return true;
  if (found->second.is_free()) return false;
  return std::ranges::any_of(policy_->agents, [&](const auto& each) {
    const auto& [id, agent] = each;
    const DeskBook::Present* there = book_->find(id);
    if (there == nullptr || there->row.presence != "online") return false;
    if (!could_serve(*policy_, agent, found->second.now(), steady_)) return false;
    std::uint32_t used = there->taken();
    for (const auto& [person, other] : entries_) {
      if (other.offered_to == id) used += weight_of(other);
    }
    return fits(agent, used, weight_of(entry));
  });
}

void DeskWorld::check_given(const State& before, const State& after, bool by_desk) {
  if (!before.waiting) return wrong("D3 " + after.person.value + " did not wait");
  const Agent& taker = policy_->agents.at({after.control.holder.id});
  WaitingNow seen_then{.entry = &*before.waiting, .since = SteadyPoint{}};
  if (!could_serve(*policy_, taker, seen_then, steady_)) {
    wrong("D3 agent " + taker.id.value + " was given " + after.person.value + " of queue " +
          before.waiting->queue.value);
  }
  if (!by_desk) return;
  for (const auto& [person, entry] : entries_) {
    const auto& rules = policy_->queues.at(entry.queue).desk;
    if (rules.mode == AssignMode::manual || rules.mode == AssignMode::broadcast) continue;
    if (!entry.offered_to.empty() || wall() - touched_[person] < kSlack) continue;
    if (std::ranges::find(entry.declined, taker.id) != entry.declined.end()) continue;
    if (entry.weight > before.waiting->weight) continue;
    if (book_ && has_place_kept(entry)) continue;
    const WaitingNow other{.entry = &entry, .since = SteadyPoint{}};
    if (!could_serve(*policy_, taker, other, steady_)) continue;
    const Milliseconds bound = head_start_max_ + sticky_max_ + kSlack;
    if (entry.since + bound < before.waiting->since) {
      wrong("D4 " + person.value + " waits since " + format_time(entry.since) + ", agent " +
            taker.id.value + " was given who came at " + format_time(before.waiting->since));
    }
  }
}

void DeskWorld::check_rest() {
  for (const auto& [person, entry] : entries_) {
    wrong("D5 " + person.value + " waits for ever in " + entry.queue.value + ", mode " +
          std::string(to_string(policy_->queues.at(entry.queue).desk.mode)));
  }
}

// Who plans from the rows alone comes to the same.
void DeskWorld::check_start(const DeskBook& old) {
  DeskBook before = old;
  DeskBook fresh(TenantId{"demo"});
  for (const auto& [id, row] : presence_) fresh.remember(row);
  for (const auto& [id, body] : marks_) fresh.remember_mark(id, body, now());
  for (const auto& [person, row] : entries_) fresh.entered(row, now());
  for (const auto& [person, row] : assignments_) fresh.assigned(row, now(), false);
  const auto plan_of = [&](DeskBook& book) {
    std::vector<Action> out;
    for (auto& planned : book.plan(*policy_, now())) {
      planned.action.estimate = {};  // of what happened lately, which no row keeps
      out.push_back(std::move(planned.action));
    }
    return out;
  };
  if (plan_of(before) != plan_of(fresh)) wrong("D6 a start plans otherwise");
  for (const auto& [id, queue] : policy_->queues) {
    std::vector<PersonId> first, second;
    for (const auto* each : before.line_of(*policy_, id)) first.push_back(each->entry.person);
    for (const auto* each : fresh.line_of(*policy_, id)) second.push_back(each->entry.person);
    if (first != second) wrong("D6 a start has another line in queue " + id.value);
  }
}

// From the log alone: when people got it, when one first spoke, when they had it no more.
void DeskWorld::check_promises() {
  const auto with_people = [](HolderKind kind) {
    return kind == HolderKind::queue || kind == HolderKind::offered || kind == HolderKind::agent;
  };
  for (const auto& [person, log] : logs_) {
    std::map<TimePoint, int> broken, told;  // by when it started
    std::optional<TimePoint> running;
    Milliseconds target{};
    const auto ends = [&](TimePoint at) {
      if (running && target > Milliseconds{} && at - *running >= target) ++broken[*running];
      running.reset();
    };
    for (const Event& event : log) {
      if (event.type == EventType::sla_breached && event.sla->kind == SlaKind::first_response) {
        ++told[event.sla->started_at];
        ++breaches;
      }
      if (event.message && event.message->direction == Direction::outbound &&
          event.message->author.type == AuthorType::agent) {
        ends(event.received_at);
      }
      if (!event.control) continue;
      const bool before = with_people(event.control->from.kind);
      const bool after = with_people(event.control->to.kind);
      if (before && !after) ends(event.received_at);
      if (!before && event.control->to.kind == HolderKind::queue) {
        running = event.received_at;
        target = policy_->queues.at({event.control->to.id}).desk.sla.first_response;
      }
    }
    if (running) ends(wall());
    if (told != broken) wrong("D7 " + person.value + ": broken promises are told wrongly");
  }
}

std::vector<std::string> DeskWorld::run() {
  start();
  const std::size_t customers = 3 + below(10);
  for (std::size_t i = 0; i < customers; ++i) {
    const std::size_t visits = 1 + below(12);
    for (std::size_t k = 0; k < visits; ++k) {
      after(between(0, kTurmoil.count()), [this, i] { customer(person_of(i)); });
    }
  }
  for (const auto& [id, agent] : policy_->agents) {
    after(between(0, 1'000), [this, who = id] { set_presence(who, "online"); });
    agent_acts(id);
  }
  for (SteadyPoint end = steady_ + kTurmoil; advance(end);) {
    if (book_ && chance(crash_odds_)) crash();
  }
  turmoil_ = false;
  if (!book_) start();
  for (SteadyPoint end = steady_ + kCalm; advance(end);) {
    if (entries_.empty() && assignments_.empty()) break;
  }
  if (!wrong_.empty()) return wrong_;
  check_rest();
  check_promises();
  return wrong_;
}

}  // namespace parley::routing
