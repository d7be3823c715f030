// Any bytes as a document of strangers: refused, or a tree within its limits.
#include "connectors/xml.hpp"

#include "tests/fuzz/target.hpp"

namespace parley::connectors {
namespace {

std::size_t check(const XmlElement& element, std::size_t depth) {
  fuzz::expect(depth <= XmlLimits().depth, "deeper than allowed", element.name);
  fuzz::expect_utf8(element.name, "a name that is no UTF-8");
  fuzz::expect_utf8(element.text, "text that is no UTF-8");
  std::size_t count = 1;
  for (const auto& child : element.children) count += check(child, depth + 1);
  return count;
}

}  // namespace

PARLEY_FUZZ_TARGET(xml) {
  if (const auto root = parse_xml(bytes)) {
    fuzz::expect(check(*root, 1) <= XmlLimits().elements, "more elements than allowed", bytes);
  }
  // What we write, we can read.
  const auto back = parse_xml("<a>" + xml_cdata(bytes) + "</a>");
  if (back) fuzz::expect(back->children.empty(), "a CDATA section grew elements", bytes);
}

}  // namespace parley::connectors
