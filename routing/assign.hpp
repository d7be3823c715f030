// routing/assign.hpp
// Which waiting customer goes to which agent, and what else waiting brings. Pure: everything that
// counts is in the Scene, the same Scene gives the same Plan, and who carries it out
// (gateway/pipeline/desk) may do so late or in part and ask again.
//
// Order    A customer has a priority of 0 to 100: that of the rule, plus what the queue adds for
// the
//          segment and the mood. Who came at `since` with priority p is served as if they had come
//          p/100 of the queue's head start H earlier: in the order of their seeming arrival
//
//              v(x) = since(x) - H * p(x) / 100.
//
// Bound    No starvation. Since 0 <= p <= 100, v(y) < v(x) means
//
//              since(y) < since(x) + H * (p(y) - p(x)) / 100 <= since(x) + H:
//
//          whoever comes H or more after x is never served before x by an agent who could take x.
//          So at most those pass x who came in the H after x, however many come later and however
//          important. Of queues with different H that share agents, the longest counts.
//          Two things could break this, and do not: a conversation too heavy for what an agent has
//          left while lighter ones always fit (after H of waiting one agent is kept free for it
//          until it fits; one heavier than the whole agent fits the empty one), and offers that go
//          unanswered (each agent is asked once a round; a round is as long as the offers of its
//          agents). While the queue waits for the customer's last agent (sticky), others may pass:
//          it adds that time to the bound, once.
// Place    Positions count who waits in the same queue, without those who were asked for a message.
// Limits   kBroadcastMax agents are shown one customer.
// Threads  pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "conversation/send.hpp"
#include "routing/policy.hpp"

namespace parley::routing {

inline constexpr std::size_t kBroadcastMax = 50;
inline constexpr Milliseconds kNextRound{30'000};  // between two rounds of offers

// The moments of a queue entry in steady time, since a jump of the wall clock moves no deadline.
struct WaitingNow {
  const QueueEntry* entry = nullptr;
  SteadyPoint since{}, entered{}, offered{}, declined{}, told{};
  std::optional<SteadyPoint> check_at = {};
  std::optional<SteadyPoint> busy_until = {};  // max: a command is under way; else one failed
  bool placed = false;                         // and that command takes them to an agent
};
struct AgentNow {
  const Agent* who = nullptr;
  bool online = false;
  std::uint32_t used = 0;   // of the capacity, in hundredths, with places held for commands
  std::uint32_t count = 0;  // conversations
  SteadyPoint given = SteadyPoint::min(), freed = SteadyPoint::min();  // a customer was, last
};
struct ServedNow {
  PersonId person;
  std::optional<SteadyPoint> check_at = {}, busy_until = {};
};
struct QueueNow {
  bool open = true;
  std::optional<SteadyPoint> changes_at = {};
  Milliseconds pace{};  // between two customers served, of late; zero: too few to tell
};
struct Scene {
  const Policy& policy;
  SteadyPoint now{};
  std::vector<WaitingNow> waiting = {};
  std::vector<AgentNow> agents = {};  // in the order of their ids
  std::vector<ServedNow> served = {};
  std::map<QueueId, QueueNow> queues = {};
};

enum class ActionKind : std::uint8_t {
  assign,      // agent
  offer,       // agent
  offer_all,   // agents
  withdraw,    // the offer to agent, who did not answer
  pass_on,     // to queue
  ask_mail,    // they are asked for a message: full, closed or neither
  end_wait,    // to a bot or nobody
  tell_place,  // position, estimate
  look,        // TimePassed has something to do
};
std::string_view to_string(ActionKind kind) noexcept;

struct Action {
  ActionKind kind = ActionKind::look;
  PersonId person;
  std::uint64_t epoch = 0;
  AgentId agent = {};
  std::vector<AgentId> agents = {};
  Holder to = {};
  std::uint32_t position = 0;
  Milliseconds estimate{};
  bool full = false, closed = false;
  std::string reason = {};
  friend bool operator==(const Action&, const Action&) = default;
};
struct Plan {
  std::vector<Action> actions;         // at most one for each customer
  std::optional<SteadyPoint> wake_at;  // when it would be another without anything happening
};
Plan plan_desk(const Scene& scene);

// What `queue` makes of an entry's priority, 0 to 100.
int priority_of(const QueueEntry& entry, const DeskRules& rules);
// Who is served before whom: earlier seeming arrival, then arrival, then id. A total order.
bool served_before(const Policy& policy, const WaitingNow& a, const WaitingNow& b);
// Everything but presence and room: queue, skills with their levels, language.
bool could_serve(const Policy& policy, const Agent& agent, const WaitingNow& waiting,
                 SteadyPoint now);
// Does it fit beside what is in use? More than the whole capacity fits when nothing is.
bool fits(const Agent& agent, std::uint32_t used, std::uint32_t weight);
std::uint32_t weight_of(const QueueEntry& entry);

}  // namespace parley::routing
