// connectors/telegram/telegram_content.hpp
// What a Telegram message says: its parts, or the name of the service notice it is. Private to
// this folder's .cpp files; the parser's own header stays in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "conversation/message.hpp"

namespace simdjson::dom {
class element;
class object;
}  // namespace simdjson::dom

namespace parley::connectors::telegram {

struct ServiceNotice {
  std::string type, key;  // "migrate_to_chat_id", the new chat's id
};

struct Content {
  std::vector<Part> parts;
  ServiceNotice service;     // type "" for an ordinary message
  std::string channel_data;  // entities, album, origin of a forward: raw JSON, or ""
};

Result<Content> read_content(const simdjson::dom::object& message);

// Ids come as numbers up to 64 bits, sometimes as text; they leave as text.
std::optional<std::string> id_text(const simdjson::dom::element& value);

}  // namespace parley::connectors::telegram
