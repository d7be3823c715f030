#include "connectors/alipay/send.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/alipay/gateway.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_document.hpp"
#include "connectors/piece_row.hpp"
#include "connectors/template_parameters.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::alipay {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kApiBase = "https://openapi.alipay.com";
constexpr std::string_view kSendMethod = "alipay.open.public.message.custom.send";
constexpr std::string_view kTemplateMethod = "alipay.open.public.message.single.send";
// An answer's member is named after the method.
constexpr std::string_view kAnswerNames[] = {"alipay_open_public_message_custom_send_response",
                                             "alipay_open_public_message_single_send_response",
                                             "error_response"};
// A template must have both; neither is for the caller to choose.
constexpr std::string_view kTextColour = "#333333", kBarColour = "#1677ff";
constexpr std::string_view kMoreWords = "查看详情";  // at most 8 Chinese characters
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;
constexpr std::size_t kCodeBytesMax = 80;

// "2014-07-24 03:07:50", Beijing's time.
std::string written(TimePoint time) {
  auto text = format_time(time + 8h);  // "2014-07-24T03:07:50.000Z"
  text.resize(19);
  text[10] = ' ';
  return text;
}

Pieces cut(const Message& message) {
  Shows shows;
  shows.text_max = kTextCharsMax;
  shows.links = true;
  shows.templates = true;
  auto pieces = pieces_of(message, shows);
  for (const auto& piece : pieces.list) {
    if (piece.approved != nullptr) body_parameters(*piece.approved, pieces.degraded);
  }
  return pieces;
}

std::string template_content(const Template& approved, const SendContext& context) {
  std::vector<std::string> reported;  // by cut()
  JsonWriter json;
  json.begin_object().member("to_user_id", context.send.recipient);
  json.key("template").begin_object().member("template_id", approved.name);
  json.key("context").begin_object().member("head_color", kBarColour);
  json.member("url", approved.url).member("action_name", kMoreWords);
  for (const auto& [name, value] : body_parameters(approved, reported)) {
    json.key(is_template_place(name) ? "keyword" + std::string(name) : std::string(name));
    json.begin_object().member("color", kTextColour).member("value", *value).end_object();
  }
  json.end_object().end_object().end_object();
  return json.take();
}

std::string business_content(const Piece& piece, const SendContext& context) {
  if (piece.approved != nullptr) return template_content(*piece.approved, context);
  const bool article = piece.kind == Piece::Kind::link;
  JsonWriter json;
  json.begin_object().member("to_user_id", context.send.recipient);
  json.member("msg_type", article ? "image-text" : "text");
  if (article) {
    json.key("articles").begin_array().begin_object();
    json.member("title", piece.link->title).member("desc", piece.link->description);
    if (!piece.link->image_url.empty()) json.member("image_url", piece.link->image_url);
    json.member("url", piece.link->url).end_object().end_array();
  } else {
    json.key("text").begin_object().member("content", piece.text).end_object();
  }
  json.member("chat", "1").end_object();  // among the consultations
  return json.take();
}

// A sub code is words: "isv.invalid-parameter". What is none is not repeated.
std::string safe_code(std::string_view code) {
  const bool good =
      !code.empty() && code.size() <= kCodeBytesMax && std::ranges::all_of(code, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
      });
  return good ? std::string(code) : std::string();
}

Error unreadable(const HttpAnswer& answer) {
  if (answer.status / 100 == 2) {
    return Error{.code = Errc::unavailable,
                 .delivery = Delivery::unknown,
                 .detail = "the platform's answer is not its JSON"};
  }
  return Error{.code = Errc::rejected,
               .detail = "HTTP " + std::to_string(answer.status),
               .code_text = std::to_string(answer.status)};
}

bool is_configuration(const std::string& code, const std::string& sub) {
  if (code == "2001" || code == "2002" || code == "20001" || code == "40003" || code == "40006") {
    return true;
  }
  return sub.contains("signature") || sub.contains("app-id") || sub.contains("app-state");
}

// Four to five digits; the sub code says more where there is one.
Error error_of(const std::string& code, const std::string& sub) {
  Error error{.code = Errc::rejected, .detail = "the platform refused"};
  if (code == "20000" || code == "503") {
    error.code = Errc::unavailable;
    error.delivery = Delivery::unknown;
    error.detail = "the platform is not available";
  } else if (code == "40005" || sub.contains("call-limited")) {
    error.code = Errc::throttled;
    error.retry_after = 60s;
    error.detail = "too many calls";
  } else if (code == "11011") {
    error.code = Errc::recipient_gone;
    error.detail = "the person does not follow the account";
  } else if (is_configuration(code, sub)) {
    error.code = Errc::misconfigured;
    error.detail = "the app, its key or its permissions are not in order";
  }
  error.code_text = sub.empty() ? code : sub;
  error.detail += " (" + error.code_text + ")";
  return error;
}

class Calls final : public PieceCalls {
 public:
  explicit Calls(const SendContext& context) : context_(context) {}

  std::variant<HttpCall, Error, RefreshToken> show(const Piece& piece, std::size_t,
                                                   const std::string&) const override {
    if (piece.approved != nullptr &&
        (piece.approved->name.empty() || piece.approved->url.empty())) {
      return Error{.code = Errc::rejected, .detail = "a template needs a name and a url here"};
    }
    std::map<std::string, std::string> fields = {
        {"app_id", std::string(context_.channel.setting("app_id"))},
        {"biz_content", business_content(piece, context_)},
        {"charset", "utf-8"},
        {"format", "JSON"},
        {"method", std::string(piece.approved != nullptr ? kTemplateMethod : kSendMethod)},
        {"sign_type", "RSA2"},
        {"timestamp", written(context_.now)},
        {"version", "1.0"}};
    const auto signature =
        sign_rsa_sha256(pem_of(context_.channel.secret("app_private_key")), signed_text(fields));
    if (signature.empty()) {
      return Error{.code = Errc::misconfigured, .detail = "app_private_key is no RSA key"};
    }
    std::vector<std::pair<std::string, std::string>> query;
    for (const auto& [name, value] : fields) {
      if (name != "biz_content") query.emplace_back(name, value);
    }
    query.emplace_back("sign", to_base64(signature));
    std::string_view base =
        context_.channel.api_base.empty() ? kApiBase : std::string_view(context_.channel.api_base);
    while (base.ends_with('/')) base.remove_suffix(1);
    HttpCall call;
    call.url = std::string(base) + "/gateway.do?" + form_encode(query);
    call.content_type = "application/x-www-form-urlencoded;charset=utf-8";
    call.body = form_encode({{"biz_content", fields.at("biz_content")}});
    return call;
  }

  Read read_show(const HttpAnswer& answer) const override {
    if (auto error = error_from_status(answer)) return *std::move(error);
    if (answer.body.size() > kAnswerBytesMax) return unreadable(answer);
    const auto document = JsonDocument::parse(answer.body);
    if (!document) return unreadable(answer);
    simdjson::dom::object said = json_empty();
    const bool named = std::ranges::any_of(kAnswerNames, [&](std::string_view name) {
      return json_object(document->root(), name, said);
    });
    if (!named) return unreadable(answer);
    const auto code = safe_code(json_id(said, "code"));
    if (code == "10000" || code == "200") return std::string();  // it names no message
    if (code.empty()) return unreadable(answer);
    return error_of(code, safe_code(json_text(said, "sub_code")));
  }

 private:
  const SendContext& context_;
};

}  // namespace

SendStep start_send(const SendContext& context) {
  return start_row(context, cut(context.send.message), Calls(context));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return resume_row(context, cut(context.send.message), Calls(context), step, answer);
}

}  // namespace parley::connectors::alipay
