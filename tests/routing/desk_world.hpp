// tests/routing/desk_world.hpp
// One simulated day at the desk: customers, agents, presence that comes and goes, commands that
// take their time and overtake each other, crashes. The book, the plans and the decisions are the
// real ones; what is committed is kept as a store would, and each commit is held against what was
// promised. First turmoil, then calm in which nobody may be left waiting.
//
//   D1 one owner at a time; the rows say what the states say
//   D2 no agent has more than fits
//   D3 who is given a customer serves that queue and has the skills, by the desk or by a claim
//   D4 nobody is passed by who came a head start later (routing/assign.hpp)
//   D5 in the calm everybody is served
//   D6 a start decides as if there had been none
//   D7 each promise that was broken is told once, and no other
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "routing/desk_book.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {

class DeskWorld {
 public:
  explicit DeskWorld(std::uint64_t seed);
  // What was wrong, a line each.
  std::vector<std::string> run();

  std::size_t given = 0, crashes = 0, breaches = 0;

 private:
  using What = std::move_only_function<void()>;
  using Done = std::move_only_function<void(std::optional<Errc>)>;

  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool chance(double odds) { return static_cast<double>(random_() >> 11) * 0x1.0p-53 < odds; }
  Milliseconds between(std::int64_t low, std::int64_t high) {
    return Milliseconds{
        low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)))};
  }
  void after(Milliseconds delay, What what);
  void mortal(Milliseconds delay, What what);  // not if the process ends before
  bool advance(SteadyPoint limit);
  DeskBook::Now now() const { return {.steady = steady_, .wall = wall()}; }
  TimePoint wall() const { return kStart + (steady_ - SteadyPoint{}); }
  void wrong(std::string what);

  void draw_policy();
  Queue draw_queue(const std::string& id);
  void start();
  void crash();
  void settle();
  void plan();
  void arm();

  void execute(const PersonId& person, Command command, Done done);
  std::optional<Errc> commit(const PersonId& person, const Command& command);
  void deliver(const PersonId& person, const std::shared_ptr<Transition>& transition);
  void tell(const Transition& transition);

  void customer(const PersonId& person);
  void agent_acts(const AgentId& agent);
  void serve(const AgentId& agent, const PersonId& person);
  void answer(const AgentId& agent, const PersonId& person);
  void claim(const AgentId& agent);
  void set_presence(const AgentId& agent, const std::string& presence);

  void check_rows(const PersonId& person);
  void check_capacity();
  bool has_place_kept(const QueueEntry& entry) const;
  void check_given(const State& before, const State& after, bool by_desk);
  void check_promises();
  void check_rest();
  void check_start(const DeskBook& old);

  std::mt19937_64 random_;
  SteadyPoint steady_{Milliseconds{1'000}};
  std::uint64_t order_ = 0;
  std::map<std::pair<SteadyPoint, std::uint64_t>, What> agenda_;
  std::shared_ptr<const Policy> policy_;
  WordAnalyzer analyzer_;
  Milliseconds head_start_max_{}, sticky_max_{};
  bool turmoil_ = true;
  double crash_odds_ = 0, slow_odds_ = 0, diligence_ = 0.9;

  // ---- what is on the disk
  std::map<PersonId, State> states_;
  std::map<PersonId, std::vector<Event>> logs_;
  std::map<PersonId, QueueEntry> entries_;
  std::map<PersonId, Assignment> assignments_;
  std::map<AgentId, AgentPresence> presence_;
  std::map<std::string, std::string> marks_;
  std::map<PersonId, TimePoint> touched_;  // when its place in the line last changed

  // ---- what a crash takes
  int life_ = 0;
  std::unique_ptr<DeskBook> book_;
  bool plan_posted_ = false;
  std::optional<SteadyPoint> armed_;
  std::map<PersonId, SteadyPoint> lines_;  // nothing of a person overtakes the rest of it
  int in_flight_ = 0;

  std::vector<std::string> wrong_;
};

}  // namespace parley::routing
