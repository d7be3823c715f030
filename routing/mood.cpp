#include "routing/mood.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "routing/rounded.hpp"

namespace parley::routing {
namespace {

// How far one turn moves the mood towards itself.
constexpr double kPullOfLabelled = 0.5, kPullOfAngry = 0.7, kPullOfNeutral = 0.12,
                 kPullOfRepeat = 0.3;
constexpr double kAngryMood = -0.9;
constexpr double kRepeatMood = -0.3;  // of the first repeat; as much again for the second
constexpr double kTrendKept = 0.8;    // of a fall, through a neutral turn
constexpr double kSureIntent = 0.5;
constexpr std::size_t kAskedBytesMin = 6;  // two Chinese characters, "refund"

// Saying the same of these twice is no impatience.
constexpr std::array<std::string_view, 9> kNoQuestion = {"greeting",     "thanks",       "goodbye",
                                                         "praise",       "confirm",      "deny",
                                                         "provide_info", "out_of_scope", ""};

bool asks_something(std::string_view intent) {
  return std::ranges::find(kNoQuestion, intent) == kNoQuestion.end();
}

// Letters, digits and everything beyond ASCII: punctuation and blanks are not what was asked.
std::uint32_t fingerprint(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;  // FNV-1a
  std::size_t counted = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
    if (!kept) continue;
    hash = (hash ^ byte) * 16'777'619U;
    ++counted;
  }
  return counted < kAskedBytesMin ? 0 : std::max(hash, 1U);
}

bool asks_the_same(const HeardTurn& earlier, std::uint32_t asked, const Analysis& now) {
  if (!earlier.intent.empty() && !asks_something(earlier.intent)) return false;
  if (asked != 0 && earlier.asked == asked) return true;
  return asks_something(now.intent) && now.intent == earlier.intent &&
         now.intent_confidence >= kSureIntent;
}

std::uint32_t count_repeats(const State& state, std::uint32_t asked, const Analysis& now) {
  if (!now.intent.empty() && !asks_something(now.intent)) return 0;
  return static_cast<std::uint32_t>(std::ranges::count_if(
      state.heard, [&](const HeardTurn& earlier) { return asks_the_same(earlier, asked, now); }));
}

// Against the episode's earlier turns: -1 is a customer who was content and no longer is.
double trend_of(const State& state, const Analysis& now) {
  if (state.scores.empty()) return 0;
  // A neutral turn neither mends a fall nor is one, and it is no rise.
  if (now.sentiment == "neutral") return std::min(0.0, state.trend * kTrendKept);
  double sum = 0;
  for (const double each : state.scores) sum += each;
  return now.score - sum / static_cast<double>(state.scores.size());
}

double mood_after(double mood, const Analysis& now) {
  const bool neutral = now.sentiment == "neutral";
  double towards = neutral ? 0 : now.score;
  double pull = neutral ? kPullOfNeutral : kPullOfLabelled;
  if (now.repeats > 0) {
    towards = std::min(towards, kRepeatMood * std::min(now.repeats, 2U));
    pull = std::max(pull, kPullOfRepeat);
  }
  if (now.angry) {
    towards = std::min(towards, kAngryMood);
    pull = kPullOfAngry;
  }
  return std::clamp(mood + pull * (towards - mood), -1.0, 1.0);
}

}  // namespace

void hear_turn(State& state, const SaidTurn& turn, Analysis& analysis) {
  const std::uint32_t asked = fingerprint(turn.text);
  analysis.repeats = count_repeats(state, asked, analysis);
  analysis.trend = rounded(trend_of(state, analysis));
  analysis.mood = rounded(mood_after(state.mood, analysis));
  analysis.unhappy = state.unhappy ? analysis.mood < kContentAbove : analysis.mood < kUnhappyBelow;

  HeardTurn heard{.seq = turn.seq,
                  .sentiment = analysis.sentiment,
                  .score = analysis.score,
                  .confidence = rounded(analysis.confidence),
                  .intent = analysis.intent,
                  .asked = asked,
                  .words = {}};
  for (const ScoredTerm& term : turn.terms) {
    if (heard.words.size() == kHeardWords) break;
    heard.words.push_back(term.term);
  }
  state.heard.push_back(std::move(heard));
  if (state.heard.size() > kHeardTurns) state.heard.erase(state.heard.begin());
  state.scores.push_back(analysis.score);
  if (state.scores.size() > kRecentScores) state.scores.erase(state.scores.begin());
  state.trend = analysis.trend;
  state.mood = analysis.mood;
  state.unhappy = analysis.unhappy;
}

void keep_mood(const State& state, Analysis& analysis) {
  if (state.heard.empty()) return;
  analysis.mood = state.mood;
  analysis.unhappy = state.unhappy;
}

void forget_mood(State& state) {
  state.heard.clear();
  state.mood = state.trend = 0;
  state.unhappy = false;
}

}  // namespace parley::routing
