// connectors/feishu/content.hpp
// What a Feishu message says: its `content` is JSON inside a JSON text, of a shape per message
// type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conversation/message.hpp"

namespace simdjson::dom {
class object;
}  // namespace simdjson::dom

namespace parley::connectors::feishu {

// Under it, "<message>/resources/<file>?type=image|file" is a file somebody sent.
inline constexpr std::string_view kMessagesPath = "/open-apis/im/v1/messages/";

// The parts of `message` (the member of the event). A type we do not know is an Unsupported part;
// so is content that is not the type's JSON. `messages_url` is where kMessagesPath lives.
std::vector<Part> content_of(const simdjson::dom::object& message, std::string messages_url);

}  // namespace parley::connectors::feishu
