#include "connectors/whatsapp/whatsapp_content.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/graph_json.hpp"

namespace parley::connectors::whatsapp {
namespace {

using graph::flag_in;
using graph::id_in;
using graph::malformed;
using graph::read_object;
using graph::text_in;
using graph::words_in;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kFormValuesMax = 64;
constexpr std::size_t kPartsRoom = kPartsMax - 1;  // one is kept for a text beside the list

struct MediaType {
  std::string_view name;
  MediaKind kind;
};

constexpr MediaType kMediaTypes[] = {
    {"image", MediaKind::image}, {"video", MediaKind::video},     {"audio", MediaKind::audio},
    {"voice", MediaKind::voice}, {"sticker", MediaKind::sticker}, {"document", MediaKind::file},
};

void add_text(std::string text, std::vector<Part>& parts) {
  if (!text.empty()) parts.emplace_back(Text{.text = std::move(text)});
}

Result<void> read_media(const object& body, MediaKind kind, std::vector<Part>& parts) {
  Media media;
  media.kind = kind == MediaKind::audio && flag_in(body, "voice") ? MediaKind::voice : kind;
  media.platform_id = id_in(body, "id");
  if (media.platform_id.empty()) return malformed("the medium has no id");
  media.mime = text_in(body, "mime_type");
  media.name = text_in(body, "filename");
  auto caption = words_in(body, "caption");
  if (!caption) return std::move(caption.error());
  parts.emplace_back(std::move(media));
  add_text(*std::move(caption), parts);
  return {};
}

Result<void> read_location(const object& body, std::vector<Part>& parts) {
  Location place;
  if (body["latitude"].get(place.latitude) != simdjson::SUCCESS ||
      body["longitude"].get(place.longitude) != simdjson::SUCCESS) {
    return malformed("the location has no coordinates");
  }
  place.name = text_in(body, "name");
  place.address = text_in(body, "address");
  parts.emplace_back(std::move(place));
  return {};
}

std::vector<std::string> texts_in(const object& from, std::string_view list_key,
                                  std::string_view key) {
  std::vector<std::string> out;
  array list;
  if (from[list_key].get(list) != simdjson::SUCCESS) return out;
  for (const element one : list) {
    object entry;
    if (one.get(entry) != simdjson::SUCCESS || out.size() == kPartsMax) continue;
    std::string text = text_in(entry, key);
    if (!text.empty()) out.push_back(std::move(text));
  }
  return out;
}

Result<void> read_contacts(const object& message, std::vector<Part>& parts) {
  array list;
  if (message["contacts"].get(list) != simdjson::SUCCESS) return malformed("contacts is no list");
  for (const element one : list) {
    object card;
    if (one.get(card) != simdjson::SUCCESS || parts.size() == kPartsRoom) continue;
    Contact contact;
    if (object name; read_object(card, "name", name)) {
      contact.name = text_in(name, "formatted_name");
    }
    contact.phones = texts_in(card, "phones", "phone");
    contact.emails = texts_in(card, "emails", "email");
    parts.emplace_back(std::move(contact));
  }
  return {};
}

// The answers of a filled flow. Values that are no texts stay as their JSON.
std::optional<FormResponse> read_form(const std::string& json) {
  simdjson::dom::parser parser;
  object values;
  if (json.empty() || !graph::parse_object(json, parser, values)) return std::nullopt;
  FormResponse form;
  for (const auto& [key, value] : values) {
    if (form.values.size() == kFormValuesMax) break;
    std::string_view text;
    form.values[std::string(key)] =
        value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
  }
  return form;
}

// A flow's answer is something chosen, and what was filled in.
void read_flow_reply(const object& body, std::vector<Part>& parts) {
  ActionResponse chosen{
      .action_id = text_in(body, "name"), .payload = "", .title = text_in(body, "body")};
  auto form = read_form(text_in(body, "response_json"));
  if (form) {
    // The token we opened the flow with comes back among the values.
    if (const auto token = form->values.find("flow_token"); token != form->values.end()) {
      chosen.payload = token->second;
    }
  }
  parts.emplace_back(std::move(chosen));
  if (form) parts.emplace_back(*std::move(form));
}

Result<void> read_interactive(const object& body, std::vector<Part>& parts) {
  const std::string type = text_in(body, "type");
  object chosen;
  if (type.empty() || !read_object(body, type, chosen)) {
    parts.emplace_back(Unsupported{.provider_type = "interactive " + type, .raw_ref = ""});
    return {};
  }
  if (type == "button_reply" || type == "list_reply") {
    std::string id = id_in(chosen, "id");
    parts.emplace_back(
        ActionResponse{.action_id = id, .payload = id, .title = text_in(chosen, "title")});
  } else if (type == "nfm_reply") {
    read_flow_reply(chosen, parts);
  } else {
    parts.emplace_back(Unsupported{.provider_type = "interactive " + type, .raw_ref = ""});
  }
  return {};
}

// A button of a template.
void read_button(const object& body, std::vector<Part>& parts) {
  const std::string payload = text_in(body, "payload");
  parts.emplace_back(
      ActionResponse{.action_id = payload, .payload = payload, .title = text_in(body, "text")});
}

std::string price_in(const object& item) {
  double price = 0;
  if (item["item_price"].get(price) != simdjson::SUCCESS) return id_in(item, "item_price");
  JsonWriter json;
  json.value(price);
  return json.take();
}

Result<void> read_order(const object& body, std::vector<Part>& parts) {
  array items;
  if (body["product_items"].get(items) != simdjson::SUCCESS) {
    return malformed("the order has no product_items");
  }
  for (const element one : items) {
    object item;
    if (one.get(item) != simdjson::SUCCESS || parts.size() == kPartsRoom) continue;
    Goods goods;
    goods.kind = GoodsKind::order;
    goods.id = id_in(item, "product_retailer_id");
    goods.title = id_in(item, "quantity") + " x " + goods.id;
    const std::string price = price_in(item), currency = text_in(item, "currency");
    goods.price = price.empty() || currency.empty() ? price + currency : price + " " + currency;
    parts.emplace_back(std::move(goods));
  }
  auto text = words_in(body, "text");
  if (!text) return std::move(text.error());
  add_text(*std::move(text), parts);
  return {};
}

// What the platform itself cannot pass on, with its own name for it.
std::string unsupported_type(const object& message, std::string_view type) {
  object body;
  if (read_object(message, "unsupported", body)) {
    std::string inner = text_in(body, "type");
    if (!inner.empty()) return inner;
  }
  return std::string(type);
}

std::string read_channel_data(const object& message) {
  JsonWriter json;
  json.begin_object();
  for (const std::string_view key : {"referral", "context", "errors", "origin"}) {
    const std::string raw = graph::raw_in(message, key, 4 * 1024);
    if (!raw.empty()) json.key(key).raw(raw);
  }
  json.end_object();
  return json.text() == "{}" ? std::string() : json.take();
}

Result<void> read_parts(const object& message, std::string_view type, std::vector<Part>& parts) {
  if (type == "contacts") return read_contacts(message, parts);
  object body;
  const bool has_body = read_object(message, type, body);
  const auto media = std::ranges::find(kMediaTypes, type, &MediaType::name);
  const bool known = media != std::end(kMediaTypes) || type == "text" || type == "location" ||
                     type == "interactive" || type == "button" || type == "order";
  if (known && !has_body) return malformed(std::string(type) + " is not an object");
  if (media != std::end(kMediaTypes)) return read_media(body, media->kind, parts);
  if (type == "location") return read_location(body, parts);
  if (type == "interactive") return read_interactive(body, parts);
  if (type == "order") return read_order(body, parts);
  if (type == "button") {
    read_button(body, parts);
  } else if (type == "text") {
    auto text = words_in(body, "body");
    if (!text) return std::move(text.error());
    add_text(*std::move(text), parts);
  }
  return {};
}

}  // namespace

Result<Content> read_content(const object& message, std::string_view type) {
  Content content;
  if (auto done = read_parts(message, type, content.parts); !done) return std::move(done.error());
  if (content.parts.empty()) {
    content.parts.emplace_back(
        Unsupported{.provider_type = unsupported_type(message, type), .raw_ref = ""});
  }
  content.channel_data = read_channel_data(message);
  return content;
}

}  // namespace parley::connectors::whatsapp
