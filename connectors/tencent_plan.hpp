// connectors/tencent_plan.hpp
// Our message as the messages that carry it on one of Tencent's platforms: one text may become
// several, a card an article, quick replies a menu, and what has no form there becomes text.
//
// The plan is a pure function of the message and the forms, so a send that a restart cut in two
// continues by the number of its step.
//
// Threads  pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/template_parameters.hpp"

namespace parley::connectors::tencent {

inline constexpr std::size_t kTextBytesMax = 2048;

enum class Articles : std::uint8_t {
  none,
  by_url,    // the picture is an address, or there is none
  uploaded,  // there must be a picture, and it must be uploaded
};
enum class Templates : std::uint8_t { none, both, subscription };

// What a platform has a form for.
struct Forms {
  std::size_t text_bytes_max = kTextBytesMax;
  bool markdown = false, voice = false, video = false, music = false, file = false;
  bool voice_mp3 = true;  // false: AMR only
  bool location = false;
  Articles articles = Articles::none;
  bool pages = false;           // mini-program cards
  std::string own_app_id = {};  // "": of any mini program, and the card must name it
  Templates templates = Templates::none;
  std::size_t menu_options_max = 0;  // 0: no menus
  bool menu_links = false;           // a menu's entry may open an address or a mini program
  std::size_t menu_head_bytes_max = kTextBytesMax, menu_id_bytes_max = 128;
  std::size_t menu_title_bytes_max = kTextBytesMax;
  bool transfer = false;                             // to the platform's own agents
  std::string transfer_to = {};                      // whom, if the message does not say
  std::span<const std::string_view> raw_types = {};  // that channel_data may spell out
};

struct Option {
  std::string id, title;
  std::string url = {};                // opens an address
  std::string app_id = {}, page = {};  // opens a mini program
};

struct Item {
  enum class Kind : std::uint8_t {
    text,
    markdown,
    image,
    voice,
    video,
    file,
    music,
    news,
    menu,
    page,
    location,
    raw,  // `type` and `raw` as the caller wrote them
    template_,
    subscription,  // other APIs than customer service
    transfer,
  };
  Kind kind = Kind::text;
  std::string text = {};      // text; a menu's head; the agent of a transfer
  std::string media_id = {};  // the platform's; "" while `upload` waits
  std::optional<Upload> upload = {};
  std::string title = {}, description = {}, url = {}, image_url = {}, thumb_media_id = {};
  std::string app_id = {}, page = {};
  double latitude = 0, longitude = 0;  // location, with title and description
  std::vector<Option> options = {};    // menu
  std::string type = {}, raw = {};
  const Template* filled = nullptr;                // of the message planned
  std::vector<TemplateParameter> parameters = {};  // its
};

struct Plan {
  std::vector<Item> items;
  std::vector<std::string> degraded;
};

// The setting `text_bytes_max`, if it is a number from 64 to 2048.
std::optional<std::size_t> text_bytes_setting(const Channel& channel);

// The result points into `message`.
Plan plan_message(const Message& message, const Forms& forms);

// What an upload calls this kind: "image", "voice", "video", "file"; cards carry an image.
std::string_view upload_type(Item::Kind kind) noexcept;

}  // namespace parley::connectors::tencent
