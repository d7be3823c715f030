#include "gateway/cli/cases/cut_text.hpp"

#include <algorithm>

namespace parley::gateway::cli {
namespace {

// The texts in which two documents of one shape differ, joined, without their white space.
struct Differing {
  std::string want, got;

  static void add(std::string& to, const std::string& text) {
    std::ranges::copy_if(text, std::back_inserter(to),
                         [](char c) { return c != ' ' && c != '\n' && c != '\t'; });
  }

  bool compare(const Json& a, const Json& b) {
    if (a.is_text() && b.is_text()) {
      if (a.text == b.text) return true;
      add(want, a.text);
      add(got, b.text);
      return true;
    }
    if (a.is_array() && b.is_array() && a.items.size() == b.items.size()) {
      return std::ranges::equal(a.items, b.items,
                                [this](const Json& x, const Json& y) { return compare(x, y); });
    }
    if (a.is_object() && b.is_object() && a.members.size() == b.members.size()) {
      return std::ranges::all_of(a.members, [&](const JsonMember& member) {
        return b.has(member.name) && compare(member.value, b[member.name]);
      });
    }
    return a == b;
  }
};

}  // namespace

bool differ_only_in_cuts(const Json& want, const std::vector<connectors::HttpCall>& asked) {
  if (asked.size() < 2 || want.items.size() != asked.size()) return false;
  Differing differing;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto body = Json::parse(asked[i].body);
    const bool same_shape =
        want.items[i].has("json") && body && differing.compare(want.items[i]["json"], *body);
    if (!same_shape) return false;
  }
  return !differing.want.empty() && differing.want == differing.got;
}

}  // namespace parley::gateway::cli
