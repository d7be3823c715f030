#include "connectors/wechat_oa/stand_in.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wechat_oa {
namespace {

constexpr std::string_view kMessagePaths[] = {"/cgi-bin/message/custom/send",
                                              "/cgi-bin/message/template/send",
                                              "/cgi-bin/message/subscribe/bizsend"};

bool sealed_mode(const Channel& channel) {
  return channel.setting("mode") != "plaintext" && !channel.secret("encoding_aes_key").empty();
}

std::string account_of(const Channel& channel) {
  const auto account = channel.setting("account");
  return account.empty() ? "gh_simulated" : std::string(account);
}

std::string cdata(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + xml_cdata(text) + "</" + tag + ">";
}

std::string number(std::string_view name, std::string_view digits) {
  const std::string tag(name);
  return "<" + tag + ">" + std::string(digits) + "</" + tag + ">";
}

// A push as the platform signs it, in the channel's mode.
Dispatch push(const Channel& channel, const std::string& xml, TimePoint sent_at) {
  const std::string time = std::to_string(unix_seconds(sent_at));
  const std::string nonce = random_hex(8);
  const std::string& token = channel.secret("token").reveal();
  Webhook hook;
  hook.target = webhook_path(channel) + "?signature=" + tencent_signature({token, time, nonce}) +
                "&timestamp=" + time + "&nonce=" + nonce;
  hook.headers = {{"Content-Type", "text/xml"}};
  hook.body = xml;
  if (sealed_mode(channel)) {
    const std::string sealed = seal_envelope(channel.secret("encoding_aes_key"), xml,
                                             channel.setting("app_id"), random_hex(8));
    hook.target +=
        "&encrypt_type=aes&msg_signature=" + tencent_signature({token, time, nonce, sealed});
    hook.body =
        "<xml>" + cdata("ToUserName", account_of(channel)) + cdata("Encrypt", sealed) + "</xml>";
  }
  return {.webhooks = {std::move(hook)}};
}

std::string envelope_head(const Channel& channel, std::string_view user, TimePoint at) {
  return cdata("ToUserName", account_of(channel)) + cdata("FromUserName", user) +
         number("CreateTime", std::to_string(unix_seconds(at)));
}

ApiAnswer errcode(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("errcode", code).member("errmsg", words).end_object();
  return json_answer(out.take());
}

// What a customer would read of a message.
std::string words_of(std::string_view body) {
  const std::string type = json_at(body, "/msgtype");
  if (type.empty()) return "[template " + json_at(body, "/template_id") + "]";
  if (type == "text") return json_at(body, "/text/content");
  if (type == "news") {
    return json_at(body, "/news/articles/0/title") + " " + json_at(body, "/news/articles/0/url");
  }
  if (type != "msgmenu") return "[" + type + "]";
  std::string text = json_at(body, "/msgmenu/head_content");
  for (int i = 0; i < 64; ++i) {
    const auto option = json_at(body, "/msgmenu/list/" + std::to_string(i) + "/content");
    if (option.empty()) break;
    text += "\n- " + option;
  }
  return text;
}

class WechatOaStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel plain = sample_channel("wechat_oa", "plain", api_base);
    plain.settings = {
        {"app_id", "wxsample000000001"}, {"mode", "plaintext"}, {"account", "gh_sample0000001"}};
    plain.secrets.emplace("token", Secret("sample-push-token"));
    plain.secrets.emplace("app_secret", Secret("sample-app-secret"));
    Channel safe = sample_channel("wechat_oa", "safe", api_base);
    safe.settings = plain.settings;
    safe.settings["mode"] = "safe";
    safe.secrets = plain.secrets;
    safe.secrets.emplace("encoding_aes_key", Secret("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"));
    return {safe, plain};
  }

  std::string user(std::uint64_t index) const override {
    return index == 0 ? "oSimulatedCustomer" : "oSimulatedCustomer-" + std::to_string(index);
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(0)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    const std::string xml = "<xml>" + envelope_head(channel, said.user, said.said_at) +
                            cdata("MsgType", "text") + cdata("Content", said.text) +
                            number("MsgId", std::to_string(said.number)) + "</xml>";
    return push(channel, xml, said.sent_at);
  }

  // Told of template messages only; the customer-service API gives no ids to speak of.
  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    const bool failed = state == DeliveryState::failed;
    if (send.external_id.empty() || (!failed && state != DeliveryState::delivered)) {
      return std::nullopt;
    }
    const std::string xml =
        "<xml>" + envelope_head(channel, send.to, at) + cdata("MsgType", "event") +
        cdata("Event", "TEMPLATESENDJOBFINISH") + number("MsgID", send.external_id) +
        cdata("Status", failed ? "failed: system failed" : "success") + "</xml>";
    return push(channel, xml, at);
  }

  std::string passive_text(const Channel& channel, std::string_view body) const override {
    if (!body.starts_with("<xml")) return {};
    auto root = parse_xml(body);
    if (!root) return {};
    if (const auto sealed = root->child_text("Encrypt"); !sealed.empty()) {
      auto inner =
          open_envelope(channel.secret("encoding_aes_key"), sealed, channel.setting("app_id"));
      if (!inner) return {};
      root = parse_xml(*inner);
      if (!root) return {};
    }
    const std::string text(root->child_text("Content"));
    return text.empty() ? "[" + std::string(root->child_text("MsgType")) + "]" : text;
  }

  bool is_send(const ApiRequest& request) const override {
    return std::ranges::find(kMessagePaths, request.path) != std::end(kMessagePaths);
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!request.path.starts_with("/cgi-bin/")) return std::nullopt;
    const auto path = std::string_view(request.path).substr(8);
    if (path == "/token" || path == "/stable_token") return ApiOutcome{give_token(path)};
    const bool known = path == "/media/get" || path == "/media/upload" || path == "/user/info" ||
                       path == "/message/custom/typing" || is_send(request);
    if (!known) return std::nullopt;
    const std::string given = form_value(request.query, "access_token");
    if (given.empty()) return ApiOutcome{errcode(41001, "access_token missing")};
    if (expired_) return ApiOutcome{errcode(42001, "access_token expired")};
    if (given != token()) return ApiOutcome{errcode(40001, "invalid credential")};
    if (path == "/media/get") return ApiOutcome{picture_answer()};
    if (path == "/media/upload") {
      return ApiOutcome{
          json_answer(R"({"type":"image","media_id":"standin-media-1","created_at":1})")};
    }
    if (path == "/message/custom/typing") return ApiOutcome{errcode(0, "ok")};
    if (path == "/user/info") return ApiOutcome{follower(form_value(request.query, "openid"))};
    return take(request, path);
  }

  ApiAnswer throttled(int) const override { return errcode(45011, "api minute-quota reach limit"); }

  void expire_token() override { expired_ = true; }

 private:
  std::string token() const { return "standin-token-" + std::to_string(token_number_); }

  // The classic endpoint gives a new token each time, the stable one only when it must.
  ApiAnswer give_token(std::string_view path) {
    if (path == "/token" || expired_) ++token_number_;
    expired_ = false;
    JsonWriter out;
    out.begin_object().member("access_token", token()).member("expires_in", 7200).end_object();
    return json_answer(out.take());
  }

  static ApiAnswer follower(std::string_view openid) {
    JsonWriter out;
    out.begin_object().member("subscribe", 1).member("openid", openid).member("nickname", "");
    out.member("language", "zh_CN").member("unionid", "oSimulatedUnion-" + std::string(openid));
    out.end_object();
    return json_answer(out.take());
  }

  ApiOutcome take(const ApiRequest& request, std::string_view path) {
    simdjson::dom::parser parser;
    if (parser.parse(request.body).error() != simdjson::SUCCESS) {
      return {errcode(47001, "data format error")};
    }
    AcceptedSend send;
    send.method = path.substr(1);
    send.to = json_at(request.body, "/touser");
    if (send.to.empty()) return {errcode(40003, "invalid openid")};
    send.text = words_of(request.body);
    if (path != "/message/template/send") return {errcode(0, "ok"), {std::move(send)}};
    send.external_id = std::to_string(++templates_);
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.member("msgid", templates_).end_object();
    return {json_answer(out.take()), {std::move(send)}};
  }

  std::uint64_t token_number_ = 1;
  bool expired_ = false;
  std::uint64_t templates_ = 200'000'000;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<WechatOaStandIn>(); }

}  // namespace parley::connectors::wechat_oa
