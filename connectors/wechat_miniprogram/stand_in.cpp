#include "connectors/wechat_miniprogram/stand_in.hpp"

#include <simdjson.h>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wechat_miniprogram {
namespace {

constexpr std::string_view kAccount = "gh_sample0000002";

bool in_xml(const Channel& channel) { return channel.setting("format") == "xml"; }

std::string cdata(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + xml_cdata(text) + "</" + tag + ">";
}

std::string text_xml(const Utterance& said) {
  return "<xml>" + cdata("ToUserName", kAccount) + cdata("FromUserName", said.user) +
         "<CreateTime>" + std::to_string(unix_seconds(said.said_at)) + "</CreateTime>" +
         cdata("MsgType", "text") + cdata("Content", said.text) + "<MsgId>" +
         std::to_string(said.number) + "</MsgId></xml>";
}

std::string text_json(const Utterance& said) {
  JsonWriter json;
  json.begin_object().member("ToUserName", kAccount).member("FromUserName", said.user);
  json.member("CreateTime", unix_seconds(said.said_at)).member("MsgType", "text");
  json.member("Content", said.text).member("MsgId", said.number).end_object();
  return json.take();
}

std::string envelope(const Channel& channel, const std::string& sealed) {
  if (in_xml(channel)) {
    return "<xml>" + cdata("ToUserName", kAccount) + cdata("Encrypt", sealed) + "</xml>";
  }
  JsonWriter json;
  json.begin_object().member("ToUserName", kAccount).member("Encrypt", sealed).end_object();
  return json.take();
}

Dispatch push(const Channel& channel, std::string body, TimePoint sent_at) {
  const std::string time = std::to_string(unix_seconds(sent_at)), nonce = random_hex(8);
  const std::string& token = channel.secret("token").reveal();
  Webhook hook;
  hook.target = webhook_path(channel) + "?signature=" + tencent_signature({token, time, nonce}) +
                "&timestamp=" + time + "&nonce=" + nonce;
  hook.headers = {{"Content-Type", in_xml(channel) ? "text/xml" : "application/json"}};
  if (channel.setting("mode") != "plaintext") {
    const auto sealed = seal_envelope(channel.secret("encoding_aes_key"), body,
                                      channel.setting("app_id"), random_hex(8));
    hook.target +=
        "&encrypt_type=aes&msg_signature=" + tencent_signature({token, time, nonce, sealed});
    body = envelope(channel, sealed);
  }
  hook.body = std::move(body);
  return {.webhooks = {std::move(hook)}};
}

ApiAnswer errcode(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("errcode", code).member("errmsg", words).end_object();
  return json_answer(out.take());
}

std::string words_of(std::string_view body) {
  const auto type = json_at(body, "/msgtype");
  if (type.empty()) return "[template " + json_at(body, "/template_id") + "]";
  if (type == "text") return json_at(body, "/text/content");
  if (type == "link") return json_at(body, "/link/title") + " " + json_at(body, "/link/url");
  return "[" + type + "]";
}

// The type of a document in either form, sealed or not.
std::string type_inside(const Channel& channel, std::string_view body) {
  std::string text(body);
  for (int layer = 0; layer < 2; ++layer) {
    std::string sealed, type;
    if (text.starts_with('{')) {
      sealed = json_at(text, "/Encrypt");
      type = json_at(text, "/MsgType");
    } else if (const auto root = parse_xml(text)) {
      sealed = root->child_text("Encrypt");
      type = root->child_text("MsgType");
    }
    if (!type.empty()) return type;
    auto inner =
        open_envelope(channel.secret("encoding_aes_key"), sealed, channel.setting("app_id"));
    if (!inner) return {};
    text = *std::move(inner);
  }
  return {};
}

class MiniProgramStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel json = sample_channel("wechat_miniprogram", "", api_base);
    json.settings = {{"app_id", "wxsample000000002"}, {"mode", "safe"}, {"format", "json"}};
    json.secrets.emplace("token", Secret("sample-push-token"));
    json.secrets.emplace("app_secret", Secret("sample-app-secret"));
    json.secrets.emplace("encoding_aes_key", Secret("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"));
    Channel xml = json, plain = json;
    xml.id.value += "_xml";
    xml.settings["format"] = "xml";
    plain.id.value += "_plain";
    plain.settings["mode"] = "plaintext";
    plain.secrets.erase("encoding_aes_key");
    return {json, xml, plain};
  }

  std::string user(std::uint64_t index) const override {
    return "oSimulatedPlayer" + (index == 0 ? std::string() : "-" + std::to_string(index));
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(0)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    return push(channel, in_xml(channel) ? text_xml(said) : text_json(said), said.sent_at);
  }

  // The only answer there is: a hand-over.
  std::string passive_text(const Channel& channel, std::string_view body) const override {
    if (!body.starts_with('{') && !body.starts_with("<xml")) return {};
    const auto type = type_inside(channel, body);
    return type.empty() ? type : "[" + type + "]";
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/cgi-bin/message/custom/send" ||
           request.path == "/cgi-bin/message/subscribe/send";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    const auto& path = request.path;
    if (path == "/cgi-bin/token" || path == "/cgi-bin/stable_token") {
      return ApiOutcome{give_token(path == "/cgi-bin/token")};
    }
    const bool known = is_send(request) || path == "/cgi-bin/media/get" ||
                       path == "/cgi-bin/media/upload" || path == "/cgi-bin/message/custom/typing";
    if (!known) return std::nullopt;
    const auto given = form_value(request.query, "access_token");
    if (given.empty()) return ApiOutcome{errcode(41001, "access_token missing")};
    if (expired_) return ApiOutcome{errcode(42001, "access_token expired")};
    if (given != token()) return ApiOutcome{errcode(40001, "invalid credential")};
    if (path == "/cgi-bin/media/get") return ApiOutcome{picture_answer()};
    if (path == "/cgi-bin/media/upload") {
      return ApiOutcome{
          json_answer(R"({"type":"image","media_id":"standin-media-2","created_at":1})")};
    }
    if (!is_send(request)) return ApiOutcome{errcode(0, "ok")};
    return take(request);
  }

  ApiAnswer throttled(int) const override { return errcode(45011, "api minute-quota reach limit"); }

  void expire_token() override { expired_ = true; }

 private:
  std::string token() const { return "standin-mini-token-" + std::to_string(token_number_); }

  ApiAnswer give_token(bool always_new) {
    if (always_new || expired_) ++token_number_;
    expired_ = false;
    JsonWriter out;
    out.begin_object().member("access_token", token()).member("expires_in", 7200).end_object();
    return json_answer(out.take());
  }

  ApiOutcome take(const ApiRequest& request) {
    AcceptedSend send;
    send.method = request.path.substr(std::string_view("/cgi-bin/").size());
    send.to = json_at(request.body, "/touser");
    if (send.to.empty()) return {errcode(40003, "invalid openid")};
    send.text = words_of(request.body);
    if (!json_at(request.body, "/msgtype").empty()) {
      return {errcode(0, "ok"), {std::move(send)}};
    }
    send.external_id = std::to_string(++messages_);
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.member("msgid", messages_).end_object();
    return {json_answer(out.take()), {std::move(send)}};
  }

  std::uint64_t token_number_ = 1, messages_ = 1'864'323'726'461'255'680;
  bool expired_ = false;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<MiniProgramStandIn>(); }

}  // namespace parley::connectors::wechat_miniprogram
