#include "routing/rating.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "routing/rule_text.hpp"
#include "routing/say.hpp"
#include "routing/turn.hpp"

namespace parley::routing {
namespace {

constexpr std::string_view kPayload = "rating:";

struct Phrase {
  std::string_view words;
  std::uint32_t rating;
};
// As fold() leaves them. What is longer stands first: "不满意" holds "满意".
constexpr Phrase kPhrases[] = {
    {"非常不满意", 1},
    {"很不满意", 1},
    {"非常满意", 5},
    {"很满意", 5},
    {"十分满意", 5},
    {"比较满意", 4},
    {"不太满意", 2},
    {"不满意", 2},
    {"满意", 4},
    {"一般", 3},
    {"还行", 3},
    {"还可以", 3},
    {"五星", 5},
    {"四星", 4},
    {"三星", 3},
    {"两星", 2},
    {"二星", 2},
    {"一星", 1},
    {"五分", 5},
    {"四分", 4},
    {"三分", 3},
    {"两分", 2},
    {"二分", 2},
    {"一分", 1},
    {"好评", 5},
    {"差评", 1},
    {"very dissatisfied", 1},
    {"very unsatisfied", 1},
    {"not satisfied", 2},
    {"dissatisfied", 2},
    {"unsatisfied", 2},
    {"very satisfied", 5},
    {"satisfied", 4},
    {"excellent", 5},
    {"very good", 5},
    {"very bad", 1},
    {"terrible", 1},
    {"good", 4},
    {"okay", 3},
    {"ok", 3},
    {"bad", 2},
};
// What may stand around a number or a phrase without making it something else.
constexpr std::string_view kAround[] = {
    "分",   "星",     "评分",  "打",       "给", "我", "的", "了", "吧", "/5", "stars",
    "star", "points", "point", "out of 5", "!",  ".",  "。", "！", "~",  " "};

// Of several stars: how many; 0 if anything else is there too.
std::uint32_t count_of(std::string_view text, std::string_view sign) {
  std::uint32_t count = 0;
  while (text.starts_with(sign)) {
    text.remove_prefix(sign.size());
    if (text.starts_with("\ufe0f")) text.remove_prefix(std::string_view("\ufe0f").size());
    ++count;
  }
  return text.empty() ? count : 0;
}

void drop_around(std::string& text) {
  for (bool again = true; again;) {
    again = false;
    for (const auto word : kAround) {
      if (text.starts_with(word)) {
        text.erase(0, word.size());
        again = true;
      }
      if (text.ends_with(word)) {
        text.erase(text.size() - word.size());
        again = true;
      }
    }
  }
}

std::uint32_t number_in(std::string text) {
  drop_around(text);
  if (text.size() != 1 || text[0] < '1' || text[0] > '5') return 0;
  return static_cast<std::uint32_t>(text[0] - '0');
}

std::uint32_t rating_of_words(const std::string& text) {
  for (const std::string_view star : {"⭐", "★", "🌟"}) {
    if (const auto stars = count_of(text, star); stars > 0) return std::min(stars, kRatingMax);
  }
  if (count_of(text, "👍") > 0) return 5;
  if (count_of(text, "👎") > 0) return 1;
  if (const auto number = number_in(text); number > 0) return number;
  for (const Phrase& phrase : kPhrases) {
    if (text == phrase.words) return phrase.rating;
  }
  std::string bare = text;
  drop_around(bare);
  for (const Phrase& phrase : kPhrases) {
    if (bare == phrase.words) return phrase.rating;
  }
  return 0;
}

std::vector<Action> choices(bool english) {
  static constexpr std::array<std::string_view, 5> kZh = {"非常满意", "满意", "一般", "不满意",
                                                          "非常不满意"};
  static constexpr std::array<std::string_view, 5> kEn = {"Very satisfied", "Satisfied", "Okay",
                                                          "Dissatisfied", "Very dissatisfied"};
  std::vector<Action> actions;
  for (std::size_t i = 0; i < kZh.size(); ++i) {
    const auto rating = std::to_string(kZh.size() - i);
    Action& action = actions.emplace_back();
    action.type = ActionType::reply;
    action.title = rating + ' ' + std::string(english ? kEn[i] : kZh[i]);
    action.payload = std::string(kPayload) + rating;
  }
  return actions;
}

void say(Draft& draft, const std::string& words, std::vector<Action> actions,
         std::string reply_token) {
  const auto address = pick_address(draft.state, {});
  if (words.empty() || !address) return;
  Outgoing outgoing{.message = {}, .address = *address};
  outgoing.message.content = {Text{.text = words}};
  outgoing.message.suggested_actions = std::move(actions);
  outgoing.message.author = {.type = AuthorType::system, .id = "rating", .display_name = {}};
  outgoing.reply_token = std::move(reply_token);
  // A courtesy, as a queue's notice is.
  if (may_say(draft, outgoing)) put_send(draft, std::move(outgoing));
}

}  // namespace

void ask_for_rating(Draft& draft, std::string reply_token) {
  if (draft.state.rating_asked_at != TimePoint{}) return;
  const Rating& rating = draft.policy.rating;
  const std::string& question = in_language(draft.state, rating.question_zh, rating.question_en);
  EpisodeRecord counted = draft.state.record;
  for (const Event& event : draft.out.events) count_event(counted, event);
  const bool served = counted.bot_messages + counted.agent_messages > 0;
  if (question.empty() || !served || counted.customer_messages == 0) return;
  const std::size_t before = draft.out.sends.size();
  say(draft, question, choices(&question == &rating.question_en), std::move(reply_token));
  if (draft.out.sends.size() > before) draft.state.rating_asked_at = draft.now;
}

std::uint32_t rating_of(const Message& message) {
  for (const Part& part : message.content) {
    const auto* response = std::get_if<ActionResponse>(&part);
    if (!response || !response->payload.starts_with(kPayload)) continue;
    return number_in(response->payload.substr(kPayload.size()));
  }
  const std::string text = plain_text(message);
  if (text.empty() || text.size() > kRatingBytesMax) return 0;
  const std::string folded = rule_text(text).folded;
  // A button that came back as its words: "5 非常满意".
  if (folded.size() > 2 && folded[1] == ' ' && folded[0] >= '1' && folded[0] <= '5' &&
      rating_of_words(folded.substr(2)) > 0) {
    return static_cast<std::uint32_t>(folded[0] - '0');
  }
  return rating_of_words(folded);
}

std::uint32_t expected_rating(const State& state, const Policy& policy, const Message& message,
                              TimePoint now) {
  const bool open = state.episode.empty() && state.rating_asked_at != TimePoint{} &&
                    now - state.rating_asked_at <= policy.rating.answer_within;
  return open ? rating_of(message) : 0;
}

void take_rating(Draft& draft, std::uint32_t rating, std::string reply_token) {
  State& state = draft.state;
  state.rating_asked_at = {};
  state.record.rating = rating;
  draft.put_record();
  note_csat(draft, state.record.id, rating);
  Event& event = draft.append(EventType::platform_event);
  event.episode = state.record.id;
  PlatformEvent& what = event.platform_event.emplace();
  what.type = "case.rated";
  what.attributes["rating"] = static_cast<double>(rating);
  const Rating& policy = draft.policy.rating;
  say(draft, in_language(state, policy.thanks_zh, policy.thanks_en), {}, std::move(reply_token));
}

}  // namespace parley::routing
