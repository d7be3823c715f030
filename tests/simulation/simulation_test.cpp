// The whole core in one thread on virtual time: a seed decides everything that happens, and a
// failing one can be looked at again and again.
//
//   PARLEY_SEEDS=N  that many seeds, beginning at PARLEY_SEED_FROM (1)
//   PARLEY_RUNS_PER_POINT=N  so many runs with a crash at each listed point
//   PARLEY_SEED=S   this one only, with all that happened in it
//   PARLEY_STAFFED_SEEDS=N  PARLEY_STAFFED_FROM=S  PARLEY_STAFFED_TRACE=1  likewise, with agents
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <sstream>

#include "tests/simulation/checker.hpp"
#include "tests/simulation/crash_points.hpp"
#include "tests/simulation/world.hpp"

namespace parley::simulation {
namespace {

constexpr std::uint64_t kSeeds = 2'000;
constexpr std::uint64_t kStaffedSeeds = 300;
constexpr std::uint64_t kRunsPerPoint = 10;
constexpr std::uint64_t kPointSeeds = 500'000;

// Each broke a promise once.
constexpr std::uint64_t kRegressions[] = {1,       31,      198,     234,     432,    552,
                                          1001015, 1006320, 1006620, 1012436, 1012624};

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

std::vector<std::string> wrongs_of(std::uint64_t seed, std::ostream* trace) {
  World world(seed);
  world.trace_to(trace);
  world.run();
  return check(world.history(), world.stored(), world.traits());
}

// False: it failed, and has said how.
bool holds(std::uint64_t seed) {
  const auto wrongs = wrongs_of(seed, nullptr);
  if (wrongs.empty()) return true;
  std::ostringstream said;
  for (const auto& wrong : wrongs) said << "  " << wrong << '\n';
  ADD_FAILURE() << "seed " << seed << " (PARLEY_SEED=" << seed << " shows all of it):\n"
                << said.str();
  return false;
}

TEST(Simulation, RegressionSeedsKeepThePromises) {
  for (const auto seed : kRegressions) holds(seed);
}

TEST(Simulation, RandomSeedsKeepThePromises) {
  if (const auto only = number("PARLEY_SEED", 0); only != 0) {
    for (const auto& wrong : wrongs_of(only, &std::cout)) ADD_FAILURE() << wrong;
    return;
  }
  constexpr int kFailuresShown = 5;
  const auto from = number("PARLEY_SEED_FROM", 1), count = number("PARLEY_SEEDS", kSeeds);
  int failed = 0;
  for (auto seed = from; seed < from + count && failed < kFailuresShown; ++seed) {
    failed += !holds(seed);
  }
}

// The whole core with people at work in it: one owner at a time, no agent given more than fits, and
// once the faults stop nobody waits for ever.
TEST(Simulation, AStaffedDeskKeepsThePromises) {
  constexpr int kFailuresShown = 5;
  const auto from = number("PARLEY_STAFFED_FROM", 1);
  const auto count = number("PARLEY_STAFFED_SEEDS", kStaffedSeeds);
  int failed = 0;
  std::size_t given = 0;
  for (auto seed = from; seed < from + count && failed < kFailuresShown; ++seed) {
    World world(seed, true);
    if (number("PARLEY_STAFFED_TRACE", 0) != 0) world.trace_to(&std::cout);
    world.run();
    given += world.history().given;
    const auto wrongs = check(world.history(), world.stored(), world.traits());
    if (wrongs.empty()) continue;
    ++failed;
    std::string said;
    for (const auto& wrong : wrongs) said += "  " + wrong + '\n';
    ADD_FAILURE() << "seed " << seed << ":\n" << said;
  }
  EXPECT_GT(given, count * 2) << "a desk at which nothing happens would keep them too";
}

// Each listed point, in runs with faults of their own; one that no run reaches is no test.
TEST(Simulation, ACrashAtEachStepOfATurnKeepsThePromises) {
  const auto runs = number("PARLEY_RUNS_PER_POINT", kRunsPerPoint);
  for (const auto point : kCrashPoints) {
    unsigned crashed = 0;
    for (std::uint64_t run = 1; run <= runs; ++run) {
      World world(kPointSeeds + run);
      world.crash_at(point, 1 + static_cast<unsigned>(run % 5));
      world.run();
      crashed += world.crashed_there() ? 1 : 0;
      for (const auto& wrong : check(world.history(), world.stored(), world.traits())) {
        ADD_FAILURE() << "crash at \"" << point << "\", seed " << kPointSeeds + run << ": "
                      << wrong;
      }
    }
    std::cout << "  " << point << ": " << crashed << " crashes\n";
    EXPECT_GT(crashed, 0u) << point;
  }
}

TEST(Simulation, TheSameSeedIsTheSameRun) {
  std::ostringstream once, again;
  wrongs_of(7, &once);
  wrongs_of(7, &again);
  EXPECT_EQ(once.str(), again.str());
  EXPECT_GT(once.str().size(), 1'000u);
}

}  // namespace
}  // namespace parley::simulation
