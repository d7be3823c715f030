// conversation/part.hpp
// The pieces a message is made of, and the actions a customer may be offered. No platform's
// spelling appears here; what a channel cannot show degrades by its capabilities.
//
// Limits   a message has at most kPartsMax parts; see message.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace parley {

// JSON members this version does not know, name and raw JSON; kept when the row is rewritten.
using Unknown = std::vector<std::pair<std::string, std::string>>;

using AttributeValue = std::variant<std::string, double, bool>;
using Attributes = std::map<std::string, AttributeValue>;

enum class TextFormat : std::uint8_t { plain, markdown, html };

struct Text {
  std::string text;
  TextFormat format = TextFormat::plain;
  Unknown unknown = {};
  friend bool operator==(const Text&, const Text&) = default;
};

enum class MediaKind : std::uint8_t { image, file, audio, voice, video, sticker };

// Bytes live in our media store once fetched (`media_id`) or at `url`; `platform_id` names them
// at the platform until then.
struct Media {
  MediaKind kind = MediaKind::file;
  std::string media_id;
  std::string url;
  std::string platform_id;
  std::string mime;
  std::string name;
  std::uint64_t size_bytes = 0;  // 0: unknown
  std::uint32_t width = 0, height = 0;
  std::uint32_t duration_ms = 0;
  std::string alt;
  std::string transcript;
  std::string thumbnail;  // url or platform id
  std::string emoji;      // stickers
  Unknown unknown = {};
  friend bool operator==(const Media&, const Media&) = default;
};

struct Location {
  double latitude = 0, longitude = 0;
  std::string name, address;
  Unknown unknown = {};
  friend bool operator==(const Location&, const Location&) = default;
};

struct Contact {
  std::string name;
  std::vector<std::string> phones, emails;
  Unknown unknown = {};
  friend bool operator==(const Contact&, const Contact&) = default;
};

struct Link {
  std::string url, title, description, image_url;
  Unknown unknown = {};
  friend bool operator==(const Link&, const Link&) = default;
};

enum class ActionType : std::uint8_t {
  reply,
  postback,
  link,
  webview,
  call,
  location_request,
  mini_program,
  copy,
  form,
  handoff,
};

struct Action {
  ActionType type = ActionType::reply;
  std::string title;         // what the customer sees
  std::string description;   // a line below the title, where actions are shown as a list
  std::string payload;       // comes back as ActionResponse.payload
  std::string url;           // link, webview, form
  std::string app_id, page;  // mini_program
  std::string phone;         // call
  Unknown unknown = {};
  friend bool operator==(const Action&, const Action&) = default;
};

struct Card {
  std::string title, text, image_url, image_media_id;
  std::vector<Action> actions;
  Unknown unknown = {};
  friend bool operator==(const Card&, const Card&) = default;
};

enum class CardsLayout : std::uint8_t { carousel, list };

struct Cards {
  CardsLayout layout = CardsLayout::carousel;
  std::vector<Card> items;
  Unknown unknown = {};
  friend bool operator==(const Cards&, const Cards&) = default;
};

struct FormField {
  std::string name, label, input;  // input: "text", "email", "select", ...
  std::vector<std::string> options;
  bool required = false;
  Unknown unknown = {};
  friend bool operator==(const FormField&, const FormField&) = default;
};

struct Form {
  std::vector<FormField> fields;
  Unknown unknown = {};
  friend bool operator==(const Form&, const Form&) = default;
};

struct FormResponse {
  std::map<std::string, std::string> values;
  Unknown unknown = {};
  friend bool operator==(const FormResponse&, const FormResponse&) = default;
};

// A message the platform approved beforehand.
struct Template {
  std::string name, language, category, url, page, app_id;
  std::map<std::string, std::string> parameters;
  Unknown unknown = {};
  friend bool operator==(const Template&, const Template&) = default;
};

enum class GoodsKind : std::uint8_t { product, order };

struct Goods {
  GoodsKind kind = GoodsKind::product;
  std::string id, title, price, image_url, status, url;
  Unknown unknown = {};
  friend bool operator==(const Goods&, const Goods&) = default;
};

enum class ReactionOp : std::uint8_t { add, remove };

// Targets are platform message ids on the way in, ours on the way out.
struct Reaction {
  std::string target, emoji;
  ReactionOp op = ReactionOp::add;
  Unknown unknown = {};
  friend bool operator==(const Reaction&, const Reaction&) = default;
};

struct Edit {
  std::string target, text;
  Unknown unknown = {};
  friend bool operator==(const Edit&, const Edit&) = default;
};

struct Deletion {
  std::string target;
  Unknown unknown = {};
  friend bool operator==(const Deletion&, const Deletion&) = default;
};

// The customer chose something offered: a button, a menu entry, a list row.
struct ActionResponse {
  std::string action_id, payload, title;
  Unknown unknown = {};
  friend bool operator==(const ActionResponse&, const ActionResponse&) = default;
};

// Never dropped: what we do not understand is shown as "[unsupported: x]" and kept.
struct Unsupported {
  std::string provider_type, raw_ref;
  Unknown unknown = {};
  friend bool operator==(const Unsupported&, const Unsupported&) = default;
};

using Part = std::variant<Text, Media, Location, Contact, Link, Card, Cards, Form, FormResponse,
                          Template, Goods, Reaction, Edit, Deletion, ActionResponse, Unsupported>;

// The part's "type" in JSON and in Capabilities::content: "text", "voice", "carousel", ...
std::string_view part_type(const Part& part) noexcept;
// An empty part of that type; nullopt for a type this version does not know.
std::optional<Part> part_of_type(std::string_view type);
const std::vector<std::string_view>& part_types();  // all of them

}  // namespace parley
