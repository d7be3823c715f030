#include "routing/assign.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "base/mutant.hpp"

namespace parley::routing {
namespace {

const DeskRules& rules_of(const Policy& policy, const QueueId& queue) {
  static const DeskRules kNone;
  const auto found = policy.queues.find(queue);
  return found == policy.queues.end() ? kNone : found->second.desk;
}

bool contains(const std::vector<AgentId>& agents, const AgentId& agent) {
  return std::ranges::find(agents, agent) != agents.end();
}

bool serves(const Agent& agent, const QueueId& queue) {
  return std::ranges::find(agent.queues, queue) != agent.queues.end();
}

int level_of(const Agent& agent, std::string_view skill) {
  for (const std::string& held : agent.skills) {
    const Skill found = skill_from(held, kSkillLevelMax);
    if (found.name == skill) return found.level;
  }
  return 0;
}

bool has_all(const Agent& agent, const std::vector<std::string>& wanted, bool any_level) {
  return std::ranges::all_of(wanted, [&](const std::string& text) {
    const Skill skill = skill_from(text, 1);
    return level_of(agent, skill.name) >= (any_level ? 1 : skill.level);
  });
}

// "zh-CN" is spoken by who speaks "zh".
bool speaks(const Agent& agent, std::string_view language) {
  if (agent.languages.empty() || language.empty() || language == "other") return true;
  return std::ranges::any_of(agent.languages, [&](const std::string& held) {
    return language == held || language.starts_with(held + "-") ||
           (language == "mixed" && held == "zh");
  });
}

// In ms before or after an arbitrary point.
std::int64_t seeming_arrival(const Policy& policy, const WaitingNow& waiting) {
  const DeskRules& rules = rules_of(policy, waiting.entry->queue);
  const int priority = priority_of(*waiting.entry, rules);
  constexpr std::int64_t kAges = 1LL << 40;  // ms: more than anybody waits
  if (MUTANT("no_ageing")) {
    return waiting.since.time_since_epoch().count() - kAges * priority;
  }
  return waiting.since.time_since_epoch().count() - rules.head_start.count() * priority / 100;
}

Milliseconds offer_timeout(const DeskRules& rules) {
  return rules.accept_timeout > Milliseconds(0) ? rules.accept_timeout : kOfferTimeout;
}

class Planner {
 public:
  explicit Planner(const Scene& scene) : scene_(scene), agents_(scene.agents) {}

  Plan run() {
    sort_waiting();
    count_offered();
    list_agents();
    for (const WaitingNow* waiting : order_) plan_for(*waiting);
    for (const ServedNow& served : scene_.served) look_after(served);
    return std::move(plan_);
  }

 private:
  using Clock = std::optional<SteadyPoint>;

  void wake(SteadyPoint at) {
    if (at > scene_.now && at != SteadyPoint::max() && (!plan_.wake_at || at < *plan_.wake_at))
      plan_.wake_at = at;
  }

  Action& act(ActionKind kind, const WaitingNow& waiting, std::string reason = {}) {
    Action& out = plan_.actions.emplace_back();
    out.kind = kind;
    out.person = waiting.entry->person;
    out.epoch = waiting.entry->epoch;
    out.reason = std::move(reason);
    return out;
  }

  // Once each: comparing must not count priorities again and again.
  void sort_waiting() {
    std::vector<std::tuple<std::int64_t, SteadyPoint, const WaitingNow*>> keys;
    keys.reserve(scene_.waiting.size());
    for (const WaitingNow& each : scene_.waiting) {
      keys.emplace_back(seeming_arrival(scene_.policy, each), each.since, &each);
    }
    std::ranges::sort(keys, [](const auto& a, const auto& b) {
      return std::tie(std::get<0>(a), std::get<1>(a), std::get<2>(a)->entry->person.value) <
             std::tie(std::get<0>(b), std::get<1>(b), std::get<2>(b)->entry->person.value);
    });
    order_.reserve(keys.size());
    for (const auto& [seeming, since, waiting] : keys) order_.push_back(waiting);
  }

  // An offer holds its agent's place until it is answered.
  void count_offered() {
    for (const WaitingNow& each : scene_.waiting) {
      if (each.entry->offered_to.empty() || each.busy_until == SteadyPoint::max()) continue;
      const auto agent = std::ranges::lower_bound(agents_, each.entry->offered_to, {},
                                                  [](const AgentNow& a) { return a.who->id; });
      if (agent == agents_.end() || agent->who->id != each.entry->offered_to) continue;
      agent->used += weight_of(*each.entry);
      ++agent->count;
    }
  }

  void list_agents() {
    for (AgentNow& agent : agents_) {
      if (!agent.online) continue;
      for (const QueueId& queue : agent.who->queues) online_[queue].push_back(&agent);
    }
  }

  void plan_for(const WaitingNow& waiting) {
    const QueueEntry& entry = *waiting.entry;
    const std::uint32_t position = entry.mail ? 0 : ++waiting_in_[entry.queue];
    const DeskRules& rules = rules_of(scene_.policy, entry.queue);
    if (waiting.busy_until && *waiting.busy_until > scene_.now) return hold_place(waiting, rules);
    if (waiting.check_at) {
      if (*waiting.check_at <= scene_.now) {
        act(ActionKind::look, waiting);
        return hold_place(waiting, rules);
      }
      wake(*waiting.check_at);
    }
    if (!entry.offered_to.empty()) return mind_offer(waiting, rules);
    if (rules.mode == AssignMode::broadcast) {
      broadcast(waiting);
    } else if (rules.mode != AssignMode::manual) {
      if (give(waiting, rules)) return;
    }
    if (!plan_.actions.empty() && plan_.actions.back().person == entry.person) return;
    if (!overflow(waiting, rules, position)) tell_place(waiting, rules, position);
  }

  // In hand for something else: nobody may slip past for that.
  void hold_place(const WaitingNow& waiting, const DeskRules& rules) {
    if (waiting.busy_until) wake(*waiting.busy_until);
    const bool by_hand = rules.mode == AssignMode::manual || rules.mode == AssignMode::broadcast;
    if (waiting.placed || by_hand || !waiting.entry->offered_to.empty()) return;
    if (AgentNow* agent = best(waiting, rules)) agent->used += weight_of(*waiting.entry);
  }

  void mind_offer(const WaitingNow& waiting, const DeskRules& rules) {
    const SteadyPoint until = waiting.offered + offer_timeout(rules);
    const AgentId& agent = waiting.entry->offered_to;
    if (scene_.now >= until) {
      act(ActionKind::withdraw, waiting, "no answer in time").agent = agent;
    } else if (rules.mode != AssignMode::manual && !is_online(agent)) {
      act(ActionKind::withdraw, waiting, "the agent left").agent = agent;
    } else {
      wake(until);
    }
  }

  bool is_online(const AgentId& id) const {
    return std::ranges::any_of(agents_,
                               [&](const AgentNow& a) { return a.who->id == id && a.online; });
  }

  bool could(const AgentNow& agent, const WaitingNow& waiting) const {
    return could_serve(scene_.policy, *agent.who, waiting, scene_.now);
  }

  bool has_room(const AgentNow& agent, const WaitingNow& waiting) const {
    return !kept_.contains(agent.who) && fits(*agent.who, agent.used, weight_of(*waiting.entry));
  }

  // The last agent has them first, for a while; null: they have not, or are not there.
  AgentNow* last_agent(const WaitingNow& waiting, const DeskRules& rules) {
    const QueueEntry& entry = *waiting.entry;
    const SteadyPoint until = waiting.entered + rules.sticky;
    if (rules.sticky <= Milliseconds(0) || scene_.now >= until || entry.last_agent.empty() ||
        contains(entry.declined, entry.last_agent)) {
      return nullptr;
    }
    for (AgentNow* agent : online_[entry.queue]) {
      if (agent->who->id != entry.last_agent || !could(*agent, waiting)) continue;
      wake(until);
      return agent;
    }
    return nullptr;
  }

  // True: it was given or offered to somebody.
  bool give(const WaitingNow& waiting, const DeskRules& rules) {
    if (rules.relax_after > Milliseconds(0)) wake(waiting.since + rules.relax_after);
    AgentNow* chosen = last_agent(waiting, rules);
    std::string_view why = "their last agent";
    if (chosen != nullptr) {
      if (!has_room(*chosen, waiting)) return false;
    } else {
      chosen = best(waiting, rules);
      why = to_string(rules.mode);
    }
    if (chosen == nullptr) {
      keep_somebody(waiting, rules);
      return false;
    }
    const bool ask = rules.accept_timeout > Milliseconds(0);
    Action& action = act(ask ? ActionKind::offer : ActionKind::assign, waiting,
                         reason_for(*chosen, waiting, why));
    action.agent = chosen->who->id;
    chosen->used += weight_of(*waiting.entry);
    ++chosen->count;
    chosen->given = scene_.now;
    return true;
  }

  AgentNow* best(const WaitingNow& waiting, const DeskRules& rules) {
    const QueueEntry& entry = *waiting.entry;
    AgentNow* best = nullptr;
    bool all_declined = true, some = false;
    const bool again = !entry.declined.empty() && scene_.now >= next_round(waiting, rules);
    for (AgentNow* agent : online_[entry.queue]) {
      if (!has_room(*agent, waiting) || !could(*agent, waiting)) continue;
      some = true;
      const bool declined = contains(entry.declined, agent->who->id);
      all_declined = all_declined && declined;
      if (declined && !again) continue;
      if (best == nullptr || before(*agent, *best, waiting, rules)) best = agent;
    }
    // Asked before: last, and only when nobody else is left to ask.
    if (best == nullptr && some && all_declined) wake(next_round(waiting, rules));
    return best;
  }

  static SteadyPoint next_round(const WaitingNow& waiting, const DeskRules& rules) {
    return waiting.declined + std::max(offer_timeout(rules), kNextRound);
  }

  static int levels(const AgentNow& agent, const WaitingNow& waiting) {
    int sum = 0;
    for (const std::string& text : waiting.entry->skills) {
      sum += level_of(*agent.who, skill_from(text, 1).name);
    }
    return sum;
  }

  bool before(const AgentNow& a, const AgentNow& b, const WaitingNow& waiting,
              const DeskRules& rules) const {
    const bool a_asked = contains(waiting.entry->declined, a.who->id);
    const bool b_asked = contains(waiting.entry->declined, b.who->id);
    if (a_asked != b_asked) return b_asked;
    const auto last = [](const AgentNow& x) { return std::tie(x.given, x.who->id.value); };
    switch (rules.mode) {
      case AssignMode::least_loaded: {
        const auto left = std::uint64_t{a.used} * b.who->capacity;
        const auto right = std::uint64_t{b.used} * a.who->capacity;
        if (left != right) return left < right;
        const int skilled = levels(a, waiting) - levels(b, waiting);
        return skilled != 0 ? skilled > 0 : last(a) < last(b);
      }
      case AssignMode::longest_idle:
        if ((a.count == 0) != (b.count == 0)) return a.count == 0;
        if (a.count == 0 && a.freed != b.freed) return a.freed < b.freed;
        return last(a) < last(b);
      default:
        return last(a) < last(b);
    }
  }

  // Too heavy for everybody, for so long that the bound is at stake: the agent with the most room
  // gets nobody else until it fits.
  void keep_somebody(const WaitingNow& waiting, const DeskRules& rules) {
    const SteadyPoint overdue = waiting.since + rules.head_start;
    if (scene_.now < overdue) return wake(overdue);
    if (kept_.size() >= agents_.size()) return;
    AgentNow* keep = nullptr;
    for (AgentNow* agent : online_[waiting.entry->queue]) {
      if (kept_.contains(agent->who) || !could(*agent, waiting) ||
          fits(*agent->who, agent->used, weight_of(*waiting.entry))) {
        continue;
      }
      const auto room = [](const AgentNow& x) {
        return std::int64_t{x.who->capacity} * kUsualWeight - x.used;
      };
      if (keep == nullptr || room(*agent) > room(*keep)) keep = agent;
    }
    if (keep != nullptr) kept_.insert(keep->who);
  }

  static std::string reason_for(const AgentNow& agent, const WaitingNow& waiting,
                                std::string_view why) {
    std::string out(why);
    out += ": agent " + agent.who->id.value + " with " + std::to_string(agent.used) + " of " +
           std::to_string(agent.who->capacity * kUsualWeight) + " hundredths in use";
    if (!waiting.entry->skills.empty()) {
      out += ", skills";
      for (const auto& skill : waiting.entry->skills) out += " " + skill;
    }
    return out;
  }

  void broadcast(const WaitingNow& waiting) {
    const QueueEntry& entry = *waiting.entry;
    std::vector<AgentId> fresh;
    for (AgentNow* agent : online_[entry.queue]) {
      if (entry.offered_all.size() + fresh.size() >= kBroadcastMax) break;
      if (contains(entry.offered_all, agent->who->id) || !has_room(*agent, waiting)) continue;
      if (could(*agent, waiting)) fresh.push_back(agent->who->id);
    }
    if (!fresh.empty()) act(ActionKind::offer_all, waiting).agents = std::move(fresh);
  }

  // True: something was done about a wait that cannot go on here.
  bool overflow(const WaitingNow& waiting, const DeskRules& rules, std::uint32_t position) {
    const QueueEntry& entry = *waiting.entry;
    const auto queue = scene_.policy.queues.find(entry.queue);
    if (queue == scene_.policy.queues.end()) return false;
    if (entry.mail) {
      const bool full = ++mail_in_[entry.queue] > queue->second.waiting_max;
      if (full) act(ActionKind::end_wait, waiting, "too many wait already").full = true;
      return full;
    }
    if (position > queue->second.waiting_max) {
      return divert(waiting, rules, "too many wait in queue " + entry.queue.value, true, false);
    }
    const auto now = scene_.queues.find(entry.queue);
    if (now != scene_.queues.end()) {
      if (now->second.changes_at) wake(*now->second.changes_at);
      if (!now->second.open && rules.when_closed != WhenClosed::wait) {
        const bool pass = rules.when_closed == WhenClosed::overflow;
        const std::string why = "queue " + entry.queue.value + " is closed";
        if (pass) return divert(waiting, rules, why, false, true);
        act(ActionKind::ask_mail, waiting, why).closed = true;
        return true;
      }
    }
    if (rules.overflow_after <= Milliseconds(0)) return false;
    const SteadyPoint at = waiting.entered + rules.overflow_after;
    if (scene_.now < at) {
      wake(at);
      return false;
    }
    return divert(waiting, rules, "waited long in queue " + entry.queue.value, false, false);
  }

  bool divert(const WaitingNow& waiting, const DeskRules& rules, std::string why, bool full,
              bool closed) {
    const ActionKind kind = rules.overflow_to.kind == HolderKind::queue ? ActionKind::pass_on
                            : rules.overflow_to.kind == HolderKind::bot ? ActionKind::end_wait
                                                                        : ActionKind::ask_mail;
    Action& action = act(kind, waiting, std::move(why));
    action.to = rules.overflow_to;
    action.full = full;
    action.closed = closed;
    return true;
  }

  void tell_place(const WaitingNow& waiting, const DeskRules& rules, std::uint32_t position) {
    const QueueEntry& entry = *waiting.entry;
    if (rules.position_every <= Milliseconds(0) || entry.mail || entry.told_position == position) {
      return;
    }
    const SteadyPoint at = std::max(waiting.entered, waiting.told) + rules.position_every;
    if (scene_.now < at) return wake(at);
    Action& action = act(ActionKind::tell_place, waiting);
    action.position = position;
    const auto queue = scene_.queues.find(entry.queue);
    if (queue != scene_.queues.end()) action.estimate = queue->second.pace * position;
  }

  void look_after(const ServedNow& served) {
    if (served.busy_until && *served.busy_until > scene_.now) return wake(*served.busy_until);
    if (!served.check_at) return;
    if (*served.check_at > scene_.now) return wake(*served.check_at);
    Action& action = plan_.actions.emplace_back();
    action.kind = ActionKind::look;
    action.person = served.person;
  }

  const Scene& scene_;
  std::vector<AgentNow> agents_;  // with what this plan gives them
  std::vector<const WaitingNow*> order_;
  std::map<QueueId, std::vector<AgentNow*>> online_;
  std::map<QueueId, std::uint32_t> waiting_in_;
  std::map<QueueId, std::size_t> mail_in_;
  std::set<const Agent*> kept_;
  Plan plan_;
};

}  // namespace

Plan plan_desk(const Scene& scene) { return Planner(scene).run(); }

std::string_view to_string(ActionKind kind) noexcept {
  constexpr std::array<std::string_view, 9> kNames = {"assign",   "offer",      "offer_all",
                                                      "withdraw", "pass_on",    "ask_mail",
                                                      "end_wait", "tell_place", "look"};
  return kNames.at(std::to_underlying(kind));
}

int priority_of(const QueueEntry& entry, const DeskRules& rules) {
  int out = entry.priority;
  const auto segment = rules.segment_priority.find(entry.segment);
  if (segment != rules.segment_priority.end()) out += segment->second;
  if (entry.mood < 0) out += static_cast<int>(-entry.mood * rules.mood_priority);
  return std::clamp(out, 0, 100);
}

bool served_before(const Policy& policy, const WaitingNow& a, const WaitingNow& b) {
  const auto first = seeming_arrival(policy, a), second = seeming_arrival(policy, b);
  return std::tie(first, a.since, a.entry->person.value) <
         std::tie(second, b.since, b.entry->person.value);
}

bool could_serve(const Policy& policy, const Agent& agent, const WaitingNow& waiting,
                 SteadyPoint now) {
  const QueueEntry& entry = *waiting.entry;
  if (!serves(agent, entry.queue)) return false;
  const auto queue = policy.queues.find(entry.queue);
  if (queue == policy.queues.end()) return false;
  const DeskRules& rules = queue->second.desk;
  const bool relaxed =
      rules.relax_after > Milliseconds(0) && now >= waiting.since + rules.relax_after;
  if (rules.match_language && !relaxed && !speaks(agent, entry.language)) return false;
  return has_all(agent, queue->second.skills, relaxed) && has_all(agent, entry.skills, relaxed);
}

bool fits(const Agent& agent, std::uint32_t used, std::uint32_t weight) {
  return used == 0 || used + weight <= agent.capacity * kUsualWeight;
}

std::uint32_t weight_of(const QueueEntry& entry) {
  return entry.weight == 0 ? kUsualWeight : entry.weight;
}

}  // namespace parley::routing
