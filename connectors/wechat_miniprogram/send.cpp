#include "connectors/wechat_miniprogram/send.hpp"

#include "base/json_writer.hpp"
#include "connectors/tencent_callback.hpp"
#include "connectors/tencent_passive.hpp"
#include "connectors/tencent_send.hpp"
#include "connectors/wechat_miniprogram/api.hpp"

namespace parley::connectors::wechat_miniprogram {
namespace {

using tencent::Item;

constexpr std::string_view kRawTypes[] = {"miniprogrampage", "link"};

tencent::Plan plan_of(const SendContext& context) {
  tencent::Forms forms;
  forms.text_bytes_max =
      tencent::text_bytes_setting(context.channel).value_or(tencent::kTextBytesMax);
  forms.articles = tencent::Articles::by_url;
  forms.pages = true;
  forms.own_app_id = context.channel.setting("app_id");
  forms.templates = tencent::Templates::subscription;
  forms.transfer = true;
  forms.raw_types = kRawTypes;
  return tencent::plan_message(context.send.message, forms);
}

void optional_member(JsonWriter& json, std::string_view name, std::string_view value) {
  if (!value.empty()) json.member(name, value);
}

std::string subscription_body(const Item& item, const SendContext& context) {
  const Template& filled = *item.filled;
  JsonWriter json;
  json.begin_object().member("touser", context.send.recipient);
  json.member("template_id", filled.name);
  optional_member(json, "page", filled.page.empty() ? filled.url : filled.page);
  optional_member(json, "lang", filled.language);
  json.key("data").begin_object();
  for (const auto& [name, value] : item.parameters) {
    json.key(name).begin_object().member("value", *value).end_object();
  }
  json.end_object().end_object();
  return json.take();
}

std::string_view type_of(const Item& item) {
  switch (item.kind) {
    case Item::Kind::image:
      return "image";
    case Item::Kind::news:
      return "link";
    case Item::Kind::page:
      return "miniprogrampage";
    case Item::Kind::raw:
      return item.type;
    default:
      return "text";
  }
}

void write_content(JsonWriter& json, const Item& item, std::string_view media_id) {
  if (item.kind == Item::Kind::raw) {
    json.raw(item.raw);
    return;
  }
  json.begin_object();
  if (item.kind == Item::Kind::image) {
    json.member("media_id", media_id);
  } else if (item.kind == Item::Kind::news) {
    json.member("title", item.title).member("description", item.description);
    json.member("url", item.url).member("thumb_url", item.image_url);
  } else if (item.kind == Item::Kind::page) {
    json.member("title", item.title).member("pagepath", item.page);
    json.member("thumb_media_id", media_id);
  } else {
    json.member("content", item.text);
  }
  json.end_object();
}

// Raw UTF-8: escaped characters reach the customer as they are written.
std::string message_body(const Item& item, std::string_view media_id, const SendContext& context) {
  const auto type = type_of(item);
  JsonWriter json;
  json.begin_object().member("touser", context.send.recipient).member("msgtype", type);
  json.key(type);
  write_content(json, item, media_id);
  json.end_object();
  return json.take();
}

class Sending final : public tencent::SendApi {
 public:
  tencent::Plan plan(const SendContext& context) const override { return plan_of(context); }
  const tencent::Api& api() const override { return kApi; }
  std::variant<HttpCall, Error> call(const Item& item, std::size_t, std::string_view media_id,
                                     const SendContext& context) const override {
    if (item.kind == Item::Kind::transfer) {
      return Error{.code = Errc::rejected,
                   .detail = "a transfer to WeChat's agents goes with the webhook's answer only"};
    }
    const bool subscription = item.kind == Item::Kind::subscription;
    const auto path =
        subscription ? "/cgi-bin/message/subscribe/send" : "/cgi-bin/message/custom/send";
    return HttpCall{.url = tencent::api_url(kApi, context.channel, path, context.access_token),
                    .headers = {{"Accept", "application/json"}},
                    .body = subscription ? subscription_body(item, context)
                                         : message_body(item, media_id, context)};
  }
};

const Sending kSending;

Reply json_reply(JsonWriter json) {
  return {.content_type = "application/json; charset=utf-8", .body = json.take()};
}

std::string transfer_json(const SendContext& context, std::string_view account) {
  JsonWriter json;
  json.begin_object().member("ToUserName", context.send.recipient);
  json.member("FromUserName", account);
  json.key("CreateTime").raw(tencent::seconds_of(context.now));
  json.member("MsgType", "transfer_customer_service").end_object();
  return json.take();
}

Reply sealed_json(const tencent::Sealed& sealed) {
  JsonWriter json;
  json.begin_object().member("Encrypt", sealed.encrypt);
  json.member("MsgSignature", sealed.signature);
  json.key("TimeStamp").raw(sealed.time);
  json.member("Nonce", sealed.nonce).end_object();
  return json_reply(std::move(json));
}

}  // namespace

SendStep start_send(const SendContext& context) { return tencent::start_send(kSending, context); }

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return tencent::resume_send(kSending, context, step, answer);
}

std::optional<Reply> render_transfer(const SendContext& context, std::string_view account,
                                     std::string_view nonce) {
  const auto plan = plan_of(context);
  if (account.empty() || plan.items.size() != 1 || !plan.degraded.empty() ||
      plan.items.front().kind != Item::Kind::transfer) {
    return std::nullopt;
  }
  const bool xml = context.channel.setting("format") == "xml";
  const auto document = xml ? tencent::passive_document(plan.items.front(), context, account)
                            : std::optional(transfer_json(context, account));
  if (!document) return std::nullopt;
  if (tencent::mode_of(context.channel) == tencent::Mode::plaintext) {
    if (xml) return tencent::xml_reply(*document);
    return Reply{.content_type = "application/json; charset=utf-8", .body = *document};
  }
  const auto sealed =
      tencent::seal_reply(context, *document, context.channel.setting("app_id"), nonce);
  if (!sealed) return std::nullopt;
  return xml ? tencent::xml_reply(*sealed) : sealed_json(*sealed);
}

}  // namespace parley::connectors::wechat_miniprogram
