// Any bytes as TOML: refused with a place in it, or values within their limits.
#include "base/toml.hpp"

#include "tests/fuzz/target.hpp"

namespace parley {
namespace {

void check(const TomlNode& node, std::size_t depth, std::string_view bytes) {
  fuzz::expect(depth <= kTomlDepthMax, "deeper than allowed", bytes);
  fuzz::expect_utf8(node.name, "a name that is no UTF-8");
  fuzz::expect_utf8(node.text, "a text that is no UTF-8");
  for (const auto& item : node.items) check(item, depth + 1, bytes);
  for (const auto& member : node.members) {
    check(member, depth + 1, bytes);
    fuzz::expect(node.find(member.name) != nullptr, "a member that is not found", bytes);
  }
}

}  // namespace

PARLEY_FUZZ_TARGET(toml) {
  const auto root = read_toml(bytes);
  if (root) return check(*root, 0, bytes);
  fuzz::expect(!root.error().what.empty(), "refused without a word", bytes);
  fuzz::expect(root.error().at.line > 0, "refused nowhere", bytes);
}

}  // namespace parley
