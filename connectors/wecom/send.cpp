#include "connectors/wecom/send.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/tencent_passive.hpp"
#include "connectors/tencent_send.hpp"
#include "connectors/text_split.hpp"
#include "connectors/wecom/api.hpp"
#include "connectors/wecom/parse.hpp"

namespace parley::connectors::wecom {
namespace {

using tencent::Item;

constexpr std::string_view kRawTypes[] = {"textcard",           "mpnews",       "news", "markdown",
                                          "miniprogram_notice", "template_card"};
constexpr std::size_t kButtonsMax = 6;
constexpr std::size_t kCardTitleChars = 26, kCardTextChars = 112, kButtonChars = 10;
constexpr std::size_t kKeyBytesMax = 1024;

tencent::Plan plan_of(const SendContext& context) {
  tencent::Forms forms;
  forms.text_bytes_max =
      tencent::text_bytes_setting(context.channel).value_or(tencent::kTextBytesMax);
  forms.markdown = true;
  forms.voice = forms.video = forms.file = true;
  forms.voice_mp3 = false;
  forms.articles = tencent::Articles::by_url;
  forms.menu_options_max = kButtonsMax;
  forms.menu_head_bytes_max = kCardTextChars;
  forms.menu_id_bytes_max = kKeyBytesMax;
  forms.raw_types = kRawTypes;
  return tencent::plan_message(context.send.message, forms);
}

std::string_view type_of(const Item& item) {
  switch (item.kind) {
    case Item::Kind::markdown:
      return "markdown";
    case Item::Kind::image:
      return "image";
    case Item::Kind::voice:
      return "voice";
    case Item::Kind::video:
      return "video";
    case Item::Kind::file:
      return "file";
    case Item::Kind::news:
      return "news";
    case Item::Kind::menu:
      return "template_card";
    case Item::Kind::raw:
      return item.type;
    default:
      return "text";
  }
}

void optional_member(JsonWriter& json, std::string_view name, std::string_view value) {
  if (!value.empty()) json.member(name, value);
}

std::string cut(const std::string& text, std::size_t chars) {
  const auto pieces = split_text(text, chars, TextUnit::code_points);
  return pieces.empty() ? std::string() : pieces.front();
}

// A card may be pressed once, and its id must be new each time.
std::string task_id(const SendContext& context, std::size_t index) {
  std::string id(kTaskPrefix);
  id += context.send.idempotency_key;
  id += "-" + std::to_string(index);
  std::ranges::replace_if(
      id,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '_' || c == '-' || c == '@');
      },
      '_');
  return id.substr(0, 128);
}

void write_card(JsonWriter& json, const Item& item, std::size_t index, const SendContext& context) {
  const bool short_head = text_length(item.text, TextUnit::code_points) <= kCardTitleChars;
  json.begin_object().member("card_type", "button_interaction");
  json.key("main_title").begin_object();
  json.member("title", short_head ? item.text : std::string("请选择"));
  json.end_object();
  if (!short_head) json.member("sub_title_text", cut(item.text, kCardTextChars));
  json.member("task_id", task_id(context, index));
  json.key("button_list").begin_array();
  for (const auto& option : item.options) {
    json.begin_object().member("text", cut(option.title, kButtonChars));
    json.member("style", 1).member("key", option.id).end_object();
  }
  json.end_array().end_object();
}

void write_article(JsonWriter& json, const Item& item) {
  json.begin_object().key("articles").begin_array().begin_object();
  json.member("title", item.title).member("description", item.description);
  json.member("url", item.url);
  optional_member(json, "picurl", item.image_url);
  json.end_object().end_array().end_object();
}

void write_content(JsonWriter& json, const Item& item, std::size_t index, std::string_view media_id,
                   const SendContext& context) {
  switch (item.kind) {
    case Item::Kind::raw:
      json.raw(item.raw);
      return;
    case Item::Kind::menu:
      return write_card(json, item, index, context);
    case Item::Kind::news:
      return write_article(json, item);
    case Item::Kind::image:
    case Item::Kind::voice:
    case Item::Kind::file:
      json.begin_object().member("media_id", media_id).end_object();
      return;
    case Item::Kind::video:
      json.begin_object().member("media_id", media_id);
      optional_member(json, "title", item.title);
      optional_member(json, "description", item.description);
      json.end_object();
      return;
    default:
      json.begin_object().member("content", item.text).end_object();
  }
}

// The channel's application, or the one the customer wrote to.
std::string_view agent_of(const SendContext& context) {
  const auto set = context.channel.setting("agent_id");
  return set.empty() ? std::string_view(context.send.account) : set;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class Sending final : public tencent::SendApi {
 public:
  tencent::Plan plan(const SendContext& context) const override { return plan_of(context); }
  const tencent::Api& api() const override { return wecom::api(); }

  std::variant<HttpCall, Error> call(const Item& item, std::size_t index, std::string_view media_id,
                                     const SendContext& context) const override {
    const auto& to = context.send.recipient;
    // The platform reads "a|b" as two members and "@all" as the whole company.
    if (to.empty() || to.front() == '@' || to.contains('|')) {
      return Error{.code = Errc::rejected, .detail = "the recipient is not one member"};
    }
    const auto agent = agent_of(context);
    if (!is_number(agent)) {
      return Error{.code = Errc::misconfigured, .detail = "agent_id is not a number"};
    }
    const auto type = type_of(item);
    JsonWriter json;
    json.begin_object().member("touser", to).member("msgtype", type);
    json.key("agentid").raw(agent);
    json.key(type);
    write_content(json, item, index, media_id, context);
    json.end_object();
    return HttpCall{.url = tencent::api_url(wecom::api(), context.channel, "/cgi-bin/message/send",
                                            context.access_token),
                    .headers = {{"Accept", "application/json"}},
                    .body = json.take()};
  }

  // errcode 0, and the one member it was for was left out.
  std::optional<Error> objection(const tencent::ApiAnswer& said,
                                 const SendContext& context) const override {
    if (said.invalid_user.empty() || said.invalid_user != context.send.recipient) {
      return std::nullopt;
    }
    return Error{.code = Errc::rejected,
                 .detail = "the member is unknown or may not see the application",
                 .code_text = "invaliduser"};
  }
};

const Sending kSending;

}  // namespace

SendStep start_send(const SendContext& context) { return tencent::start_send(kSending, context); }

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return tencent::resume_send(kSending, context, step, answer);
}

std::optional<Reply> render_passive(const SendContext& context, std::string_view account,
                                    std::string_view nonce) {
  const auto plan = plan_of(context);
  if (plan.items.size() != 1 || !plan.degraded.empty()) return std::nullopt;
  const auto document = tencent::passive_document(plan.items.front(), context, account);
  if (!document) return std::nullopt;
  const auto sealed =
      tencent::seal_reply(context, *document, context.channel.setting("corp_id"), nonce);
  if (!sealed) return std::nullopt;
  return tencent::xml_reply(*sealed);
}

}  // namespace parley::connectors::wecom
