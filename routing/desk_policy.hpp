// routing/desk_policy.hpp
// How one queue's customers come to an agent, what they hear while they wait, and what is promised
// to them. Read from [[queue]]; docs/queues.md tells it in prose.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "conversation/event.hpp"

namespace parley::routing {

enum class AssignMode : std::uint8_t {
  manual,        // agents claim, or somebody offers
  least_loaded,  // the smallest share of the own capacity in use
  round_robin,   // who was given nobody for the longest time
  longest_idle,  // who serves nobody, and for the longest time
  broadcast,     // shown to all who could; the first who accepts
};
std::string_view to_string(AssignMode mode) noexcept;  // "least_loaded"

enum class WhenClosed : std::uint8_t { wait, message, overflow };

// Said in the customer's language; "" says nothing. {position} and {minutes} are filled in.
struct Words {
  std::string zh, en;
  friend bool operator==(const Words&, const Words&) = default;
};

struct SlaTargets {  // zero: none is promised
  Milliseconds first_response{}, next_response{}, resolution{};
  std::uint32_t warn_percent = 80;  // of the time, then a warning
};

struct DeskRules {
  AssignMode mode = AssignMode::manual;
  Milliseconds accept_timeout{};  // zero: given without being asked (a broadcast always asks)
  std::uint32_t missed_max = 3;   // offers in a row without an answer, then the agent is away
  Milliseconds sticky{};          // the last agent has the customer first, for so long
  bool match_language = false;    // the agent must speak the customer's language
  Milliseconds relax_after{};     // then levels and language count no more; zero: they always do
  // What the highest priority is worth against the lowest: so much earlier they seem to have come.
  Milliseconds head_start{900'000};
  std::map<std::string, int> segment_priority = {};  // added to the priority
  int mood_priority = 0;                             // added in full for the unhappiest

  Milliseconds overflow_after{};  // zero: never
  Holder overflow_to = {};        // queue or bot; nobody: they are asked to leave a message
  WhenClosed when_closed = WhenClosed::wait;
  std::string calendar = {};  // "": always open
  Words closed = {}, full = {}, mail = {}, position = {};
  Milliseconds position_every{};  // zero: nobody is told their place

  Milliseconds wrap_up{};        // the agent keeps the place after a close
  Milliseconds silence_warn{};   // the customer says nothing for so long: they are warned
  Milliseconds silence_close{};  // and so long after that it is closed; zero: never
  Words silence = {};
  SlaTargets sla = {};
};

inline constexpr Milliseconds kOfferTimeout{30'000};  // where the queue names none
inline constexpr std::uint32_t kUsualWeight = 100;    // hundredths of one place
inline constexpr int kSkillLevelMax = 10;             // a skill without a level is this good

// "billing:3" as its name and level; a wrong level is -1, none is `otherwise`.
struct Skill {
  std::string_view name;
  int level = 0;
};
Skill skill_from(std::string_view text, int otherwise) noexcept;

}  // namespace parley::routing
