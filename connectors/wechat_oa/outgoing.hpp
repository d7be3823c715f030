// connectors/wechat_oa/outgoing.hpp
// Our message as the WeChat messages that carry it: one text may become several, a card a news
// message, quick replies a menu, and what has no form there becomes text.
//
// The plan is a pure function of the message and the channel, so a send that a restart cut in two
// continues by the number of its step.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::wechat_oa {

inline constexpr std::size_t kTextBytesMax = 2048;

struct Item {
  enum class Kind : std::uint8_t {
    text,
    image,
    voice,
    video,
    music,
    news,
    menu,
    page,
    raw,  // `type` and `raw` as the caller wrote them
    template_,
    subscription,  // other APIs than customer service
    transfer,      // to the platform's own agent app; passive reply only
  };
  Kind kind = Kind::text;
  std::string text = {};      // text; a menu's head; the agent account of a transfer
  std::string media_id = {};  // the platform's; "" while `upload` waits
  std::optional<Upload> upload = {};
  std::string title = {}, description = {}, url = {}, image_url = {}, thumb_media_id = {};
  std::string app_id = {}, page = {};
  std::vector<std::pair<std::string, std::string>> options = {};  // menu: id, title
  std::string type = {}, raw = {};
  const Template* filled = nullptr;  // of the message planned
};

struct Plan {
  std::vector<Item> items;
  std::vector<std::string> degraded;
};

// The setting, if it is a number in range.
std::optional<std::size_t> text_bytes_setting(const Channel& channel);

// The result points into `message`.
Plan plan_message(const Message& message, const Channel& channel);

// JSON for the API that takes this kind of item.
std::string active_body(const Item& item, std::string_view media_id, const SendContext& context);

// "image", "voice", "video": the upload's type and the message's.
std::string_view type_name(Item::Kind kind) noexcept;

}  // namespace parley::connectors::wechat_oa
