#include "config/condition.hpp"

#include <algorithm>
#include <utility>

#include "config/table.hpp"
#include "conversation/state.hpp"
#include "routing/rules.hpp"

namespace parley::config {
namespace {

using routing::Condition;
using routing::Op;
using routing::Test;

constexpr std::pair<std::string_view, Test> kValueTests[] = {
    {"segment", Test::segment},
    {"sentiment", Test::sentiment},
    {"text_contains", Test::text_contains},
    {"text_matches", Test::text_matches},
    {"part_type", Test::part_type},
    {"event", Test::event},
    {"channel", Test::channel},
    {"platform", Test::platform},
    {"language", Test::language},
    {"label", Test::label},
    {"holder", Test::holder},
    {"intent", Test::intent},
    {"calendar_open", Test::calendar_open},
    {"calendar_closed", Test::calendar_closed},
    {"time_of_day", Test::time_of_day},
    {"weekday", Test::weekday},
    {"date", Test::date},
};

struct NumberTest {
  std::string_view key;
  Test test;
  double min, max;
};
constexpr NumberTest kNumberTests[] = {
    {"score_below", Test::score_below, -1, 1},
    {"trend_below", Test::trend_below, -2, 2},
    {"episode_turns_at_least", Test::episode_turns_at_least, 1, 1e6},
    {"episodes_at_least", Test::episodes_at_least, 1, 1e6},
    {"days_since_seen_at_least", Test::days_since_seen_at_least, 0, 1e5},
    {"intent_confidence_at_least", Test::intent_confidence_at_least, 0, 1},
    {"episode_minutes_at_least", Test::episode_minutes_at_least, 0, 1e6},
    {"repeats_at_least", Test::repeats_at_least, 1, kHeardTurns},
};

constexpr std::pair<std::string_view, Op> kOps[] = {
    {"eq", Op::eq}, {"ne", Op::ne}, {"lt", Op::lt}, {"le", Op::le},
    {"gt", Op::gt}, {"ge", Op::ge}, {"in", Op::in}, {"exists", Op::exists},
};

constexpr std::pair<std::string_view, Test> kGroups[] = {
    {"all", Test::all}, {"any", Test::any}, {"none", Test::none}};

Condition opposite(Condition condition) {
  Condition out{.test = Test::none};
  out.parts.push_back(std::move(condition));
  return out;
}

class Reader {
 public:
  Reader(std::string section, Problems& problems)
      : section_(std::move(section)), problems_(problems) {}

  Condition read(const Node& node, int depth) {
    if (depth > routing::kConditionDepthMax) {
      problems_.add(node.at, section_,
                    "nests deeper than " + std::to_string(routing::kConditionDepthMax) +
                        " conditions; expected a flatter one");
      return {};
    }
    Condition out{.test = Test::all};
    Table t(node, section_, problems_);
    read_flags(t, out);
    for (const auto& [key, test] : kValueTests) {
      auto values = t.texts(key);
      if (!t.has(key)) continue;
      if (values.empty()) t.problem(key, "has no value; expected at least one");
      check_choices(t, key, test, values);
      out.parts.push_back({.test = test, .values = std::move(values)});
    }
    for (const auto& [key, test, min, max] : kNumberTests) read_number(t, key, test, min, max, out);
    if (const Node* attribute = t.raw("attribute")) read_attributes(t, *attribute, out);
    for (const Node* load : t.tables("load")) out.parts.push_back(read_load(*load));
    for (const auto& [key, test] : kGroups) {
      Condition group{.test = test};
      for (const Node* part : t.tables(key)) group.parts.push_back(read(*part, depth + 1));
      if (!t.has(key)) continue;
      if (group.parts.empty()) t.problem(key, "has no condition; expected at least one");
      out.parts.push_back(std::move(group));
    }
    if (out.parts.empty() && node.members.empty()) {
      problems_.add(node.at, section_,
                    "has no condition; expected one, or { always = true } for every turn");
    }
    if (out.parts.size() == 1) return std::move(out.parts.front());
    return out;
  }

 private:
  static void check_choices(Table& t, std::string_view key, Test test,
                            const std::vector<std::string>& values) {
    static const std::vector<std::string> kSentiments = {"negative", "neutral", "positive"};
    static const std::vector<std::string> kHolders = {"none", "bot", "queue", "offered", "agent"};
    if (test != Test::sentiment && test != Test::holder) return;
    const auto& choices = test == Test::sentiment ? kSentiments : kHolders;
    for (const auto& value : values) {
      if (std::ranges::find(choices, value) != choices.end()) continue;
      t.problem(key, "\"" + value + "\" is none of its values; expected one of " +
                         list_of({choices.begin(), choices.end()}));
    }
  }

  // true: the thing itself; false: not the thing.
  static void read_flags(Table& t, Condition& out) {
    for (const auto& [key, test] : {std::pair{"angry", Test::angry},
                                    {"unhappy", Test::unhappy},
                                    {"asks_human", Test::asks_human},
                                    {"always", Test::always}}) {
      const Node* node = t.raw(key);
      if (!node) continue;
      if (node->kind != Kind::flag) {
        t.problem(key, "is " + std::string(to_string(node->kind)) + "; expected true or false");
      } else if (node->flag) {
        out.parts.push_back({.test = test});
      } else {
        out.parts.push_back(opposite({.test = test}));
      }
    }
  }

  static void read_number(Table& t, std::string_view key, Test test, double min, double max,
                          Condition& out) {
    const Node* node = t.raw(key);
    if (!node) return;
    if (node->kind != Kind::number && node->kind != Kind::integer) {
      t.problem(key, "is " + std::string(to_string(node->kind)) + "; expected a number");
      return;
    }
    const double number = t.number(key, 0, min, max);
    out.parts.push_back({.test = test, .number = number});
  }

  void read_attributes(Table& t, const Node& node, Condition& out) {
    if (node.kind == Kind::table) {
      out.parts.push_back(read_attribute(node));
      return;
    }
    for (const Node* each : t.tables("attribute")) out.parts.push_back(read_attribute(*each));
  }

  Condition read_attribute(const Node& node) {
    Condition out{.test = Test::attribute};
    Table t(node, section_ + ".attribute", problems_);
    out.name = t.required_text("name");
    int given = 0;
    bool absent = false;
    for (const auto& [key, op] : kOps) {
      const Node* value = t.raw(key);
      if (!value) continue;
      ++given;
      out.op = op;
      if (op == Op::exists) {
        absent = !t.flag(key, true);
      } else {
        read_operand(t, key, *value, out);
      }
    }
    if (given != 1) {
      problems_.add(node.at, section_ + ".attribute",
                    (given == 0 ? "has no comparison" : "has more than one comparison") +
                        std::string("; expected one of eq, ne, lt, le, gt, ge, in, exists"));
    }
    return absent ? opposite(std::move(out)) : out;
  }

  // { queue = "service", measure = "free_agents", lt = 1 }
  Condition read_load(const Node& node) {
    Condition out{.test = Test::load};
    Table t(node, section_ + ".load", problems_);
    out.name = t.required_text("queue");
    const auto& measures = routing::load_measures();
    out.values = {t.one_of("measure", {measures.begin(), measures.end()}, "waiting")};
    int given = 0;
    for (const auto& [key, op] : kOps) {
      if (op == Op::in || op == Op::exists || !t.raw(key)) continue;
      ++given;
      out.op = op;
      out.number = t.number(key, 0, 0, 1e9);
    }
    if (given != 1) {
      problems_.add(node.at, section_ + ".load",
                    (given == 0 ? "has no comparison" : "has more than one comparison") +
                        std::string("; expected one of eq, ne, lt, le, gt, ge"));
    }
    return out;
  }

  static void read_operand(Table& t, std::string_view key, const Node& value, Condition& out) {
    const bool orders =
        out.op == Op::lt || out.op == Op::le || out.op == Op::gt || out.op == Op::ge;
    if (value.kind == Kind::integer || value.kind == Kind::number) {
      out.number = value.number;  // no values: compared as a number
    } else if (orders) {
      t.problem(key, "is " + std::string(to_string(value.kind)) + "; expected a number");
    } else if (out.op == Op::in) {
      out.values = t.texts(key);
      if (out.values.empty()) t.problem(key, "has no value; expected a list of texts");
    } else if (value.kind == Kind::text) {
      out.values = {value.text};
    } else if (value.kind == Kind::flag) {
      out.values = {value.flag ? "true" : "false"};
    } else {
      t.problem(key, "is " + std::string(to_string(value.kind)) +
                         "; expected a text, a number, true or false");
    }
  }

  std::string section_;
  Problems& problems_;
};

}  // namespace

Condition read_condition(const Node& node, const std::string& section, Problems& problems) {
  if (node.kind == Kind::table) return Reader(section, problems).read(node, 0);
  problems.add(node.at, section,
               "is " + std::string(to_string(node.kind)) +
                   "; expected a table like { sentiment = \"negative\" }");
  return {};
}

}  // namespace parley::config
