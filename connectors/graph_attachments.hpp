// connectors/graph_attachments.hpp
// What a message of a `messaging` event shows, as parts. For .cpp files: the parser's own header
// stays in them.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "conversation/message.hpp"

namespace simdjson::dom {
class object;
}  // namespace simdjson::dom

namespace parley::connectors::graph {

struct Shown {
  std::vector<Part> parts;   // at least one
  std::string channel_data;  // a raw JSON object, or ""
};

Result<Shown> read_shown(const simdjson::dom::object& message);

}  // namespace parley::connectors::graph
