// connectors/json_tree.hpp
// Reads small JSON documents from strangers into the tree that xml.hpp gives, for platforms that
// push one and the same message in either form.
//
// A member becomes a child of its name, an array as many children as it has entries, a number its
// digits as they stand for 64 bits, true and false themselves, null an empty text.
//
// Limits   XmlLimits; past any of them the document is refused.
// Errors   malformed: not UTF-8, not a JSON object, a limit.
// Threads  any.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors {

// The root is called "json".
Result<XmlElement> parse_json_tree(std::string_view document, const XmlLimits& limits = {});

}  // namespace parley::connectors
