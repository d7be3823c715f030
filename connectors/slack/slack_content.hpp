// connectors/slack/slack_content.hpp
// What a Slack message says: its words and its files.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "conversation/message.hpp"

namespace simdjson::dom {
class object;
}  // namespace simdjson::dom

namespace parley::connectors::slack {

// Errors: malformed if the words are no string or too long. Never empty: what says nothing we know
// is one Unsupported part.
Result<std::vector<Part>> read_content(const simdjson::dom::object& message,
                                       std::string_view own_user);

}  // namespace parley::connectors::slack
