// routing/desk_book.hpp
// One tenant's desk as a picture in memory: who waits, who is there, who serves whom, which places
// are held for commands under way. Pure: it is told what was committed and what time it is, and
// says which commands are to be carried out; gateway/pipeline/desk does that. The rows are the
// truth, so a book made from them anew decides as the old one would have.
//
// Promise  whatever changes the picture asks for a plan (take_changed()): no wake-up is lost. A
// place
//          is held from the plan until its command has come to something. Nobody is touched by two
//          commands at once. A command names the control epoch it was planned under.
// Limits   what the rows hold.
// Threads  one at a time.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "routing/assign.hpp"
#include "routing/decide.hpp"

namespace parley::routing {

class DeskBook {
 public:
  struct Now {
    SteadyPoint steady{};
    TimePoint wall{};
  };
  // A moment of a row in steady time, fixed when we first hear of it: a jump of the wall clock
  // afterwards moves no deadline.
  struct Moment {
    TimePoint wall{};
    SteadyPoint steady{};
  };
  struct Waiting {
    QueueEntry entry;
    Moment since, entered, offered, declined, told, check;
    std::optional<SteadyPoint> busy_until = {};  // as in WaitingNow
    bool placed = false;                         // likewise
    bool is_free() const { return busy_until != SteadyPoint::max(); }
    WaitingNow now() const;
  };
  struct Present {
    AgentPresence row;
    std::set<PersonId> assigned;
    std::uint32_t used = 0;      // by these, in hundredths
    std::uint32_t reserved = 0;  // held for commands under way, likewise
    std::uint32_t reserved_count = 0;
    SteadyPoint given = SteadyPoint::min(), freed = SteadyPoint::min();
    std::uint32_t taken() const { return used + reserved; }
  };
  struct Served {
    Assignment row;
    Moment check;
    std::optional<SteadyPoint> busy_until = {};
  };
  struct Reserved {
    QueueEntry entry;
    std::uint32_t weight = 0;
  };
  struct Planned {
    Action action;
    std::uint32_t weight = 0;  // held at action.agent
  };

  explicit DeskBook(TenantId tenant) : tenant_(std::move(tenant)) {}

  // ---- what was committed, in the order of the commits. `live`: now, not at a start.
  void entered(QueueEntry entry, const Now& now);
  void left(const PersonId& person, std::uint64_t epoch);
  void assigned(Assignment assignment, const Now& now, bool live);
  void unassigned(const PersonId& person, std::uint64_t epoch);
  void remember(AgentPresence presence);
  // A row "given:anna" or "freed:anna", and when; before what else its commit changed.
  void remember_mark(std::string_view id, std::string_view body, const Now& now);
  AgentPresence& set_presence(const AgentId& agent, const std::string& presence, const Now& now);
  // They did something: no offer is missed in a row any more. True: the row is another.
  bool answered(const AgentId& agent);

  // ---- places for what agents ask for themselves
  // The best waiting customer for this agent, of these queues or a certain one. Errors: not_found
  // "nobody waits", overloaded, conflict (that one does not wait).
  Result<Reserved> reserve(const Policy& policy, const AgentId& agent,
                           const std::vector<QueueId>& queues,
                           const std::optional<PersonId>& person, const Now& now);
  // Of somebody who was offered to them. With a place, if they accept; `many`: to others as well.
  Result<Reserved> take_offer(const Policy& policy, const AgentId& agent, const PersonId& person,
                              bool accept, const Now& now);
  // `gone`: the conversation says that it does not wait under that epoch.
  void unreserve(const AgentId& agent, const Reserved& what, bool gone);
  void release_place(const AgentId& agent, std::uint32_t weight);

  // ---- planning
  bool take_changed() { return std::exchange(changed_, false); }
  void touch() { changed_ = true; }
  // What is to be done now; each is held until finish().
  std::vector<Planned> plan(const Policy& policy, const Now& now);
  std::optional<SteadyPoint> wake_at() const { return wake_at_; }
  // A moment has come.
  void woken() { wake_at_.reset(), changed_ = true; }
  // True: the agent's presence row is another now.
  bool finish(const Policy& policy, const Planned& planned, const std::optional<Errc>& failed,
              const Now& now);

  // ---- to look at
  const std::map<PersonId, Waiting>& waiting() const { return waiting_; }
  const std::map<PersonId, Served>& served() const { return served_; }
  const Present* find(const AgentId& agent) const;
  Present& present(const AgentId& agent);
  // Between two customers served, of late; zero: too few to tell.
  Milliseconds pace_of(const QueueId& queue, SteadyPoint now) const;
  // Who waits in the queue, in the order of service.
  std::vector<const Waiting*> line_of(const Policy& policy, const QueueId& queue) const;

 private:
  Result<void> reserve_place(const Policy& policy, const AgentId& agent, std::uint32_t weight);
  void drop_assigned(const PersonId& person);
  Scene scene_of(const Policy& policy, const Now& now) const;
  bool note_missed(const Policy& policy, const Action& action, const Now& now);

  TenantId tenant_;
  std::map<PersonId, Waiting> waiting_;
  std::map<AgentId, Present> agents_;
  std::map<PersonId, Served> served_;
  std::map<QueueId, std::deque<SteadyPoint>> departures_;  // to an agent, of late
  std::optional<SteadyPoint> wake_at_;
  bool changed_ = false;
};

// The command an action stands for.
Command command_of(const Action& action);
bool is_nobody_waits(const Error& error);

}  // namespace parley::routing
