// routing/mood.hpp
// A turn beside the episode's earlier ones: has the mood turned, was this asked before?
//
// The mood is a slow mean of the turns' scores that complaints and praise move much and neutral
// turns little, so that one "ok" does not make an unhappy customer content, and a short question
// makes nobody unhappy. What was asked before and is asked again counts against us, calmly as it
// may be said. "Unhappy" begins low and ends near the middle (kUnhappyBelow, kContentAbove).
//
// Promise  pure: the same state and the same analysis give the same numbers.
// Threads  any.
#pragma once

#include <string_view>
#include <vector>

#include "conversation/decision.hpp"
#include "conversation/state.hpp"

namespace parley::routing {

inline constexpr double kUnhappyBelow = -0.35, kContentAbove = -0.15;

struct SaidTurn {
  std::uint64_t seq = 0;
  std::string_view text;  // folded as rules see it
  const std::vector<ScoredTerm>& terms;
};

// Fills trend, mood, unhappy and repeats of `analysis`, whose own label and score are final, and
// adds the turn to the state.
void hear_turn(State& state, const SaidTurn& turn, Analysis& analysis);

// A turn without words leaves the mood as it is, and has it.
void keep_mood(const State& state, Analysis& analysis);

// A new episode.
void forget_mood(State& state);

}  // namespace parley::routing
