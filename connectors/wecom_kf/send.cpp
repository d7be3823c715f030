#include "connectors/wecom_kf/send.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/tencent_send.hpp"
#include "connectors/wecom_kf/api.hpp"

namespace parley::connectors::wecom_kf {
namespace {

using tencent::Item;

constexpr std::string_view kRawTypes[] = {"link", "miniprogram", "msgmenu", "business_card",
                                          "ca_link"};
constexpr std::size_t kMessageIdBytesMax = 32;
constexpr int kWaitingForPeople = 2, kWithOnePerson = 3;  // states of a session

tencent::Plan plan_of(const SendContext& context) {
  tencent::Forms forms;
  forms.text_bytes_max =
      tencent::text_bytes_setting(context.channel).value_or(tencent::kTextBytesMax);
  forms.voice = forms.video = forms.file = forms.location = true;
  forms.voice_mp3 = false;
  forms.articles = tencent::Articles::uploaded;
  forms.pages = true;
  forms.menu_options_max = 10;
  forms.menu_links = true;
  forms.menu_head_bytes_max = 1024;
  forms.menu_id_bytes_max = 64;
  forms.menu_title_bytes_max = 128;
  forms.transfer = true;
  forms.raw_types = kRawTypes;
  return tencent::plan_message(context.send.message, forms);
}

// Ours if it may stand there, else as many digits of its digest; each further message of the same
// send has an id of its own.
std::string message_id(const SendContext& context, std::size_t index) {
  const auto& key = context.send.idempotency_key;
  const bool fits =
      !key.empty() && key.size() <= kMessageIdBytesMax && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
      });
  if (index == 0 && fits) return key;
  return to_hex(sha256(key + ":" + std::to_string(index))).substr(0, kMessageIdBytesMax);
}

std::string_view type_of(const Item& item) {
  switch (item.kind) {
    case Item::Kind::image:
      return "image";
    case Item::Kind::voice:
      return "voice";
    case Item::Kind::video:
      return "video";
    case Item::Kind::file:
      return "file";
    case Item::Kind::news:
      return "link";
    case Item::Kind::page:
      return "miniprogram";
    case Item::Kind::menu:
      return "msgmenu";
    case Item::Kind::location:
      return "location";
    case Item::Kind::raw:
      return item.type;
    default:
      return "text";
  }
}

void write_option(JsonWriter& json, const tencent::Option& option) {
  json.begin_object();
  if (!option.url.empty()) {
    json.member("type", "view").key("view").begin_object();
    json.member("url", option.url).member("content", option.title);
  } else if (!option.app_id.empty()) {
    json.member("type", "miniprogram").key("miniprogram").begin_object();
    json.member("appid", option.app_id).member("pagepath", option.page);
    json.member("content", option.title);
  } else {
    json.member("type", "click").key("click").begin_object();
    json.member("id", option.id).member("content", option.title);
  }
  json.end_object().end_object();
}

void write_fields(JsonWriter& json, const Item& item, std::string_view media_id) {
  switch (item.kind) {
    case Item::Kind::image:
    case Item::Kind::voice:
    case Item::Kind::video:
    case Item::Kind::file:
      json.member("media_id", media_id);
      return;
    case Item::Kind::news:
      json.member("title", item.title).member("desc", item.description);
      json.member("url", item.url).member("thumb_media_id", media_id);
      return;
    case Item::Kind::page:
      json.member("appid", item.app_id).member("title", item.title);
      json.member("thumb_media_id", media_id).member("pagepath", item.page);
      return;
    case Item::Kind::location:
      json.member("name", item.title).member("address", item.description);
      json.member("latitude", item.latitude).member("longitude", item.longitude);
      return;
    case Item::Kind::menu:
      json.member("head_content", item.text).key("list").begin_array();
      for (const auto& option : item.options) write_option(json, option);
      json.end_array();
      return;
    default:
      json.member("content", item.text);
  }
}

// The account the customer wrote to, else the channel's own.
std::string_view account_of(const SendContext& context) {
  return context.send.account.empty() ? context.channel.setting("open_kfid")
                                      : std::string_view(context.send.account);
}

HttpCall post(const SendContext& context, std::string_view path, JsonWriter json) {
  return {.url = tencent::api_url(api(), context.channel, path, context.access_token),
          .headers = {{"Accept", "application/json"}},
          .body = json.take()};
}

HttpCall hand_over(const Item& item, const SendContext& context) {
  JsonWriter json;
  json.begin_object().member("open_kfid", account_of(context));
  json.member("external_userid", context.send.recipient);
  json.member("service_state", item.text.empty() ? kWaitingForPeople : kWithOnePerson);
  if (!item.text.empty()) json.member("servicer_userid", item.text);
  json.end_object();
  return post(context, "/cgi-bin/kf/service_state/trans", std::move(json));
}

class Sending final : public tencent::SendApi {
 public:
  tencent::Plan plan(const SendContext& context) const override { return plan_of(context); }
  const tencent::Api& api() const override { return wecom_kf::api(); }

  std::variant<HttpCall, Error> call(const Item& item, std::size_t index, std::string_view media_id,
                                     const SendContext& context) const override {
    if (account_of(context).empty()) {
      return Error{.code = Errc::misconfigured, .detail = "no account to send from: set open_kfid"};
    }
    if (item.kind == Item::Kind::transfer) return hand_over(item, context);
    const auto type = type_of(item);
    JsonWriter json;
    json.begin_object().member("touser", context.send.recipient);
    json.member("open_kfid", account_of(context));
    json.member("msgid", message_id(context, index)).member("msgtype", type);
    json.key(type);
    if (item.kind == Item::Kind::raw) {
      json.raw(item.raw);
    } else {
      json.begin_object();
      write_fields(json, item, media_id);
      json.end_object();
    }
    json.end_object();
    return post(context, "/cgi-bin/kf/send_msg", std::move(json));
  }
};

const Sending kSending;

}  // namespace

SendStep start_send(const SendContext& context) { return tencent::start_send(kSending, context); }

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return tencent::resume_send(kSending, context, step, answer);
}

}  // namespace parley::connectors::wecom_kf
