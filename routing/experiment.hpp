// routing/experiment.hpp
// What came of an experiment, arm by arm. Who is in which arm is a hash of the experiment's name
// and the person (arm_of), so it needs no table and never changes while names and weights stay.
//
// Promise  an episode counts once, for the arm it was in. Episodes that are not over yet count as
//          open and in no share. One that a bot answered and the customer left for `idle` is over.
// Threads  pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/state.hpp"

namespace parley::routing {

// Hits of `of`, as a share, and where the true one lies with 95 % confidence (Wilson's score
// interval, which holds for few and for extreme ones too). 0 to 1 of nothing.
struct Share {
  std::uint64_t hits = 0, of = 0;
  double share = 0, low = 0, high = 1;
};
Share wilson95(std::uint64_t hits, std::uint64_t of);

struct ArmResult {
  std::string arm;
  std::uint64_t episodes = 0, open = 0;
  Share resolved_by_bot;  // over, and no person came in
  Share handed_over;      // of those that are over or with people
  Share satisfied;        // 4 or 5 of those who said
  double csat_mean = 0;   // of those who said; 0: nobody did
};

class ExperimentCount {
 public:
  ExperimentCount(TimePoint now, Milliseconds idle) : now_(now), idle_(idle) {}
  void add(const Trial& trial);
  std::vector<ArmResult> results() const;  // in the order of the arms' names

 private:
  struct Count {
    std::uint64_t episodes = 0, open = 0, by_bot = 0, to_people = 0, rated = 0, satisfied = 0;
    double csat = 0;
  };
  TimePoint now_;
  Milliseconds idle_;
  std::map<std::string, Count> arms_;
};

// {"experiment":"...","arms":[{"arm":"...","episodes":...}]}
std::string to_json(std::string_view experiment, const std::vector<ArmResult>& arms);

}  // namespace parley::routing
