#include "routing/rules.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

namespace parley::routing {

struct Pattern {
  explicit Pattern(const std::string& source, const RE2::Options& options) : re(source, options) {}
  RE2 re;
};

namespace {

constexpr std::int64_t kPatternMemoryMax = 1 << 20;  // bytes one pattern may use
constexpr std::size_t kNamedMax = 3;                 // values spelt out in a reason

bool one_of(std::string_view actual, const Condition& condition, std::string_view what,
            std::string& why) {
  const bool held = std::ranges::find(condition.values, actual) != condition.values.end();
  why += what;
  why += " is ";
  why += actual.empty() ? "unknown" : actual;
  if (!held) {
    why += ", not ";
    append_values(why, condition.values);
  }
  return held;
}

bool below(double actual, double limit, std::string_view what, std::string& why) {
  const bool held = actual < limit;
  why += what;
  why += ' ';
  append_number(why, actual);
  why += held ? " < " : " >= ";
  append_number(why, limit);
  return held;
}

bool at_least(double actual, double limit, std::string_view what, std::string& why) {
  const bool held = actual >= limit;
  why += what;
  why += ' ';
  append_number(why, actual);
  why += held ? " >= " : " < ";
  append_number(why, limit);
  return held;
}

bool flag(bool held, std::string_view yes, std::string_view no, std::string& why) {
  why += held ? yes : no;
  return held;
}

bool listed(const RuleView& view, const Condition& condition, std::string_view prefix,
            std::string_view what, std::string& why) {
  for (const auto& value : condition.values) {
    if (!view.has_fact(prefix, value)) continue;
    why += what;
    why += ' ';
    why += value;
    return true;
  }
  why += "no ";
  why += what;
  why += ' ';
  append_values(why, condition.values);
  return false;
}

}  // namespace

void append_number(std::string& out, double number) {
  char digits[32];
  const bool whole = number == static_cast<double>(static_cast<long long>(number));
  const auto end = std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed,
                                 whole ? 0 : 2);
  out.append(digits, end.ec == std::errc{} ? end.ptr : digits);
}

void append_values(std::string& out, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size() && i < kNamedMax; ++i) {
    if (i > 0) out += " or ";
    out += values[i];
  }
  if (values.size() > kNamedMax) out += " or ...";
}

bool pattern_matches(const Pattern& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern.re);
}

std::string compile_pattern(const std::string& source, std::shared_ptr<const Pattern>& out) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  options.set_never_capture(true);
  auto pattern = std::make_shared<const Pattern>(source, options);
  if (!pattern->re.ok()) return pattern->re.error();
  out = std::move(pattern);
  return {};
}

std::string holder_text(const Holder& holder) {
  std::string out(to_string(holder.kind));
  if (holder.kind != HolderKind::none) (out += ':') += holder.id;
  return out;
}

Holder holder_from(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  const auto kind = text.substr(0, colon);
  for (const auto each :
       {HolderKind::bot, HolderKind::queue, HolderKind::offered, HolderKind::agent}) {
    if (to_string(each) == kind) return {.kind = each, .id = std::string(text.substr(colon + 1))};
  }
  return {};
}

bool RuleView::has_fact(std::string_view prefix, std::string_view value) const {
  return std::ranges::any_of(inputs_.facts, [&](const std::string& fact) {
    return fact.size() == prefix.size() + value.size() && fact.starts_with(prefix) &&
           fact.ends_with(value);
  });
}

bool RuleView::all_hold(const Condition& condition, std::string& why) const {
  const std::size_t start = why.size();
  for (const auto& part : condition.parts) {
    if (why.size() > start) why += "; ";
    const std::size_t here = why.size();
    if (holds(part, why)) continue;
    why.erase(start, here - start);  // only what failed matters
    return false;
  }
  return true;
}

bool RuleView::any_holds(const Condition& condition, std::string& why) const {
  const std::size_t start = why.size();
  for (const auto& part : condition.parts) {
    if (why.size() > start) why += "; ";
    const std::size_t here = why.size();
    if (!holds(part, why)) continue;
    why.erase(start, here - start);  // only what held matters
    return true;
  }
  return false;
}

bool RuleView::none_holds(const Condition& condition, std::string& why) const {
  return !any_holds(condition, why);  // all failed: their reasons; one held: it is why this fails
}

bool RuleView::found(std::string_view prefix, const std::string& value, bool hit_in_text) const {
  if (!text_) return has_fact(prefix, value);
  if (hit_in_text && hits_) hits_->push_back(std::string(prefix) + value);
  return hit_in_text;
}

bool RuleView::contains(const Condition& condition, std::string& why) const {
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    const bool hit = text_ && i < condition.folded.size() &&
                     text_->folded.find(condition.folded[i]) != std::string::npos;
    if (!found("contains:", condition.values[i], hit)) continue;
    ((why += "text contains \"") += condition.values[i]) += '"';
    return true;
  }
  why += "text contains no ";
  append_values(why, condition.values);
  return false;
}

bool RuleView::matches(const Condition& condition, std::string& why) const {
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    const bool hit = text_ && i < condition.patterns.size() &&
                     pattern_matches(*condition.patterns[i], text_->raw);
    if (!found("matches:", condition.values[i], hit)) continue;
    ((why += "text matches /") += condition.values[i]) += '/';
    return true;
  }
  why += "text does not match /";
  append_values(why, condition.values);
  why += '/';
  return false;
}

bool RuleView::holds(const Condition& c, std::string& why) const {
  const DecisionInputs& in = inputs_;
  switch (c.test) {
    case Test::always:
      why += "always";
      return true;
    case Test::all:
      return all_hold(c, why);
    case Test::any:
      return any_holds(c, why);
    case Test::none:
      return none_holds(c, why);
    case Test::segment:
      return one_of(in.segment, c, "segment", why);
    case Test::sentiment:
      return one_of(in.analysis.sentiment, c, "sentiment", why);
    case Test::score_below:
      return below(in.analysis.score, c.number, "score", why);
    case Test::trend_below:
      return below(in.analysis.trend, c.number, "trend", why);
    case Test::angry:
      return flag(in.analysis.angry, "angry", "not angry", why);
    case Test::asks_human:
      return flag(has_fact("asks_human", ""), "asks for a human", "does not ask for a human", why);
    case Test::text_contains:
      return contains(c, why);
    case Test::text_matches:
      return matches(c, why);
    case Test::part_type:
      return listed(*this, c, "part:", "part", why);
    case Test::event:
      return listed(*this, c, "event:", "event", why);
    case Test::label:
      return listed(*this, c, "label:", "label", why);
    case Test::channel:
      return one_of(in.channel, c, "channel", why);
    case Test::platform:
      return one_of(in.platform, c, "platform", why);
    case Test::language:
      return one_of(in.language, c, "language", why);
    case Test::holder: {
      const std::string_view holder = in.holder;
      return one_of(holder.substr(0, holder.find(':')), c, "holder", why);
    }
    case Test::attribute:
      return attribute_holds(c, in.attributes, why);
    case Test::episode_turns_at_least:
      return at_least(in.episode_turns, c.number, "episode turns", why);
    case Test::episodes_at_least:
      return at_least(in.episodes, c.number, "episodes", why);
    case Test::days_since_seen_at_least:
      return at_least(in.days_since_seen, c.number, "days since seen", why);
    case Test::intent:
      return one_of(in.analysis.intent, c, "intent", why);
    case Test::intent_confidence_at_least:
      return at_least(in.analysis.intent_confidence, c.number, "intent confidence", why);
    case Test::calendar_open:
    case Test::calendar_closed:
    case Test::time_of_day:
    case Test::weekday:
    case Test::date:
      return moment_holds(c, in.at, known_, why);
    case Test::load:
      return load_holds(c, in.load, why);
    case Test::episode_minutes_at_least:
      return at_least(in.episode_minutes, c.number, "episode minutes", why);
    case Test::unhappy:
      return flag(in.analysis.unhappy, "unhappy", "not unhappy", why);
    case Test::repeats_at_least:
      return at_least(in.analysis.repeats, c.number, "repeats", why);
  }
  return false;
}

}  // namespace parley::routing
