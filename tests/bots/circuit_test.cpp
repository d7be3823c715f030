#include "bots/circuit.hpp"

#include <gtest/gtest.h>

namespace parley::bots {
namespace {

constexpr CircuitOptions kOptions{.failures = 3, .rest = Milliseconds{1'000}};

SteadyPoint at(std::int64_t ms) { return SteadyPoint{Milliseconds{1'000'000 + ms}}; }

TEST(Circuit, OpensAfterFailuresInARowAndLetsOneProbeThrough) {
  Circuit circuit;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(circuit.enter(at(0), 9), "");
    circuit.leave_badly(at(0), kOptions);
  }
  EXPECT_NE(circuit.enter(at(999), 9), "") << "it rests";
  EXPECT_EQ(circuit.enter(at(1'000), 9), "") << "the probe";
  EXPECT_NE(circuit.enter(at(1'000), 9), "") << "one at a time";
  circuit.leave_badly(at(1'000), kOptions);
  EXPECT_NE(circuit.enter(at(1'999), 9), "") << "one more failure is enough";
  EXPECT_EQ(circuit.enter(at(2'000), 9), "");
  circuit.leave_well();
  EXPECT_EQ(circuit.enter(at(2'000), 9), "");
  EXPECT_EQ(circuit.enter(at(2'000), 9), "") << "closed again";
}

TEST(Circuit, AGoodAnswerBetweenForgetsTheFailures) {
  Circuit circuit;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(circuit.enter(at(0), 9), "");
    i % 2 == 0 ? circuit.leave_badly(at(0), kOptions) : circuit.leave_well();
  }
  EXPECT_EQ(circuit.enter(at(0), 9), "");
}

TEST(Circuit, TakesSoManyCallsAtOnce) {
  Circuit circuit;
  EXPECT_EQ(circuit.enter(at(0), 2), "");
  EXPECT_EQ(circuit.enter(at(0), 2), "");
  EXPECT_NE(circuit.enter(at(0), 2), "");
  circuit.leave();
  EXPECT_EQ(circuit.enter(at(0), 2), "");
}

TEST(Circuit, RestsAsLongAsItIsAskedToButNotForEver) {
  Circuit circuit;
  circuit.rest(at(0), Milliseconds{3'600'000}, kOptions);
  EXPECT_NE(circuit.enter(at(299'999), 9), "");
  EXPECT_EQ(circuit.enter(at(300'000), 9), "");
}

}  // namespace
}  // namespace parley::bots
