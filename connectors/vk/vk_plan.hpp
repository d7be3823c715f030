// connectors/vk/vk_plan.hpp
// What a message of ours becomes on VK: messages of words and attachments. Files are uploaded
// first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::vk {

inline constexpr std::size_t kTextMax =
    4096;  // UTF-16 units, which are never fewer than characters
inline constexpr std::size_t kAttachmentsMax = 10;

enum class Attach : std::uint8_t { ready, photo, document, voice };

struct Attachment {
  Attach kind = Attach::ready;
  std::string name;  // "photo1_2" when ready; else the file's title
  Upload upload = {};
};

struct Item {
  std::string text;
  std::vector<Attachment> attachments;
  std::optional<Location> place;
};

struct Plan {
  std::vector<Item> items;
  std::string keyboard;  // JSON of the last item's, or ""
  std::vector<std::string> degraded;
};

Plan plan_send(const Send& send, const Channel& channel);

}  // namespace parley::connectors::vk
