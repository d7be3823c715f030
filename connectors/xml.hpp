// connectors/xml.hpp
// Reads small XML documents from strangers into a plain tree.
//
// Limits   XmlLimits; past any of them the document is refused.
// Errors   malformed: not UTF-8, not well-formed, a DOCTYPE or any other declaration, a comment,
//          a processing instruction other than the XML declaration, a limit. Nothing is ever
//          fetched, and only the five predefined entities and character references are replaced.
// Threads  any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::connectors {

struct XmlLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t depth = 5;  // the root counts as one
  std::size_t elements = 200;
  std::size_t tag_bytes = 512;  // a tag with its attributes
};

// An element. Attributes and white space between elements are not kept; `text` joins all
// text and CDATA directly inside.
struct XmlElement {
  std::string name, text;
  std::vector<XmlElement> children;

  const XmlElement* child(std::string_view name) const noexcept;      // the first; null if none
  std::string_view child_text(std::string_view name) const noexcept;  // "" if none
};

Result<XmlElement> parse_xml(std::string_view document, const XmlLimits& limits = {});

// `text` as a CDATA section; "]]>" inside is split over two, and characters that XML 1.0 cannot
// hold are left out.
std::string xml_cdata(std::string_view text);

}  // namespace parley::connectors
