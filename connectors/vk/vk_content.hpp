// connectors/vk/vk_content.hpp
// What a VK message says: words, attachments, a place, what it forwards.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "conversation/message.hpp"

namespace simdjson::dom {
class object;
}  // namespace simdjson::dom

namespace parley::connectors::vk {

// Errors: malformed if the words are no string or too long, or nothing is said at all.
Result<std::vector<Part>> read_content(const simdjson::dom::object& message);

}  // namespace parley::connectors::vk
