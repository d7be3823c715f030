// routing/turn.hpp
// One thing the customer did, on its way to whoever answers: bookkeeping of where they are, the
// inputs of the decision, the decision's record, and what follows from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/draft.hpp"
#include "routing/rules.hpp"

namespace parley::routing {

// Where and as whom the customer showed up.
struct Sighting {
  const ChannelRef& channel;
  const Identity& identity;
  const std::string& recipient;
  std::string_view opens_window;
  TimePoint occurred_at{};
  bool spoke = false;  // a message: this address becomes the first
  bool opted_in = false;
};
void note_sighting(Draft& draft, const Sighting& sighting);
void note_external_user(Draft& draft, const std::string& external_user);
// Merges it in and says so in the log, if it changes anything; too much of it is left out whole.
void note_profile(Draft& draft, const KnownProfile& profile);
// False: the person holds another one already. decide_union.cpp.
bool note_union(Draft& draft, const std::string& union_id);

// Closes an episode that silence has ended and opens one if none is open.
void ensure_episode(Draft& draft);

struct Turn {
  std::uint64_t seq = 0;  // of the event that is decided on
  const ChannelRef& channel;
  std::vector<std::string> facts = {};
  TextAnalysis analysis = {};
  std::string model = {};  // who said so; "" is our analyzer
  std::string text_kind = {};
  RuleText text = {};
  std::string preview = {};
  std::string passive_token = {};
};

// How content the customer says they were with that episode, 1 to 5; for the experiments it was in.
void note_csat(Draft& draft, const EpisodeId& episode, double csat);

DecisionInputs inputs_of(const Draft& draft, Turn& turn);
// Appends routing.decided and its record and does what was decided.
void record_and_follow(Draft& draft, Turn&& turn, DecisionInputs inputs, Verdict verdict);

}  // namespace parley::routing
