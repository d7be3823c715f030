// connectors/whatsapp/whatsapp_content.hpp
// What a WhatsApp message says, as parts. Private to this folder's .cpp files; the parser's own
// header stays in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "conversation/message.hpp"

namespace simdjson::dom {
class object;
}  // namespace simdjson::dom

namespace parley::connectors::whatsapp {

struct Content {
  std::vector<Part> parts;   // a type that is new to us is one Unsupported part
  std::string channel_data;  // origin of an ad, forward marks, errors: a raw JSON object, or ""
};

// Errors: malformed where the type's own member is missing or of another type.
Result<Content> read_content(const simdjson::dom::object& message, std::string_view type);

}  // namespace parley::connectors::whatsapp
