// The customer-service, template and subscription messages as JSON. Raw UTF-8: escaped characters
// reach the customer as they are written.
#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/wechat_oa/outgoing.hpp"

namespace parley::connectors::wechat_oa {
namespace {

using tencent::Item;

constexpr std::string_view kRawTypes[] = {"miniprogrampage", "wxcard", "mpnews", "mpnewsarticle",
                                          "music",           "news",   "msgmenu"};

void optional_member(JsonWriter& json, std::string_view name, std::string_view value) {
  if (!value.empty()) json.member(name, value);
}

void write_news(JsonWriter& json, const Item& item) {
  json.key("articles").begin_array().begin_object();
  json.member("title", item.title).member("description", item.description);
  json.member("url", item.url).member("picurl", item.image_url);
  json.end_object().end_array();
}

void write_menu(JsonWriter& json, const Item& item) {
  json.member("head_content", item.text);
  json.key("list").begin_array();
  for (const auto& option : item.options) {
    json.begin_object().member("id", option.id).member("content", option.title).end_object();
  }
  json.end_array().member("tail_content", "");
}

void write_content(JsonWriter& json, const Item& item, std::string_view media_id) {
  switch (item.kind) {
    case Item::Kind::text:
      json.member("content", item.text);
      return;
    case Item::Kind::image:
    case Item::Kind::voice:
      json.member("media_id", media_id);
      return;
    case Item::Kind::video:
      json.member("media_id", media_id);
      optional_member(json, "thumb_media_id", item.thumb_media_id);
      optional_member(json, "title", item.title);
      optional_member(json, "description", item.description);
      return;
    case Item::Kind::music:
      optional_member(json, "title", item.title);
      optional_member(json, "description", item.description);
      json.member("musicurl", item.url).member("hqmusicurl", item.url);
      json.member("thumb_media_id", item.thumb_media_id);
      return;
    case Item::Kind::news:
      write_news(json, item);
      return;
    case Item::Kind::menu:
      write_menu(json, item);
      return;
    case Item::Kind::page:
      json.member("title", item.title).member("appid", item.app_id);
      json.member("pagepath", item.page).member("thumb_media_id", media_id);
      return;
    case Item::Kind::markdown:
    case Item::Kind::file:
    case Item::Kind::location:
    case Item::Kind::raw:
    case Item::Kind::template_:
    case Item::Kind::subscription:
    case Item::Kind::transfer:
      return;
  }
}

// The platform refuses a repeat of this within ten minutes. It takes 32 characters; a longer key
// is shortened to as many of its digest.
std::string client_msg_id(const std::string& key) {
  constexpr std::size_t kCharsMax = 32;
  return key.size() <= kCharsMax ? key : to_hex(sha256(key)).substr(0, kCharsMax);
}

std::string template_body(const Item& item, const SendContext& context) {
  const Template& filled = *item.filled;
  JsonWriter json;
  json.begin_object().member("touser", context.send.recipient);
  json.member("template_id", filled.name);
  if (item.kind == Item::Kind::template_) {
    optional_member(json, "url", filled.url);
    optional_member(json, "client_msg_id", client_msg_id(context.send.idempotency_key));
  } else if (filled.app_id.empty()) {
    optional_member(json, "page", filled.url.empty() ? filled.page : filled.url);
  }
  if (!filled.app_id.empty()) {
    json.key("miniprogram").begin_object().member("appid", filled.app_id);
    optional_member(json, "pagepath", filled.page);
    json.end_object();
  }
  json.key("data").begin_object();
  for (const auto& [name, value] : item.parameters) {
    json.key(name).begin_object().member("value", *value).end_object();
  }
  json.end_object().end_object();
  return json.take();
}

std::string_view type_name(Item::Kind kind) noexcept {
  switch (kind) {
    case Item::Kind::text:
      return "text";
    case Item::Kind::image:
      return "image";
    case Item::Kind::voice:
      return "voice";
    case Item::Kind::video:
      return "video";
    case Item::Kind::music:
      return "music";
    case Item::Kind::news:
      return "news";
    case Item::Kind::menu:
      return "msgmenu";
    case Item::Kind::page:
      return "miniprogrampage";
    case Item::Kind::markdown:
    case Item::Kind::file:
    case Item::Kind::location:
    case Item::Kind::raw:
    case Item::Kind::template_:
    case Item::Kind::subscription:
    case Item::Kind::transfer:
      break;
  }
  return "";
}

}  // namespace

tencent::Plan plan_message(const Message& message, const Channel& channel) {
  tencent::Forms forms;
  forms.text_bytes_max = tencent::text_bytes_setting(channel).value_or(kTextBytesMax);
  forms.voice = forms.video = forms.music = true;
  forms.articles = tencent::Articles::by_url;
  forms.pages = true;
  forms.templates = tencent::Templates::both;
  forms.menu_options_max = 10;
  forms.transfer = true;
  forms.transfer_to = channel.setting("kf_account");
  forms.raw_types = kRawTypes;
  return tencent::plan_message(message, forms);
}

std::string active_body(const Item& item, std::string_view media_id, const SendContext& context) {
  if (item.filled) return template_body(item, context);
  const auto type =
      item.kind == Item::Kind::raw ? std::string_view(item.type) : type_name(item.kind);
  JsonWriter json;
  json.begin_object().member("touser", context.send.recipient).member("msgtype", type);
  json.key(type);
  if (item.kind == Item::Kind::raw) {
    json.raw(item.raw);
  } else {
    json.begin_object();
    write_content(json, item, media_id);
    json.end_object();
  }
  if (const auto account = context.channel.setting("kf_account"); !account.empty()) {
    json.key("customservice").begin_object().member("kf_account", account).end_object();
  }
  json.end_object();
  return json.take();
}

}  // namespace parley::connectors::wechat_oa
