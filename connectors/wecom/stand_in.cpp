#include "connectors/wecom/stand_in.hpp"

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wecom {
namespace {

std::string cdata(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + xml_cdata(text) + "</" + tag + ">";
}

ApiAnswer errcode(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("errcode", code).member("errmsg", words).end_object();
  return json_answer(out.take());
}

std::string words_of(std::string_view body) {
  const auto type = json_at(body, "/msgtype");
  if (type == "text" || type == "markdown") return json_at(body, "/" + type + "/content");
  if (type == "news") {
    return json_at(body, "/news/articles/0/title") + " " + json_at(body, "/news/articles/0/url");
  }
  if (type != "template_card") return "[" + type + "]";
  std::string text = json_at(body, "/template_card/main_title/title");
  for (int i = 0; i < 16; ++i) {
    const auto button = "/template_card/button_list/" + std::to_string(i) + "/text";
    const auto words = json_at(body, button);
    if (words.empty()) break;
    text += "\n- " + words;
  }
  return text;
}

class WecomStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("wecom", "", api_base);
    channel.settings = {{"corp_id", "wwsample00000001"}, {"agent_id", "1000002"}};
    channel.secrets.emplace("token", Secret("sample-callback-token"));
    channel.secrets.emplace("secret", Secret("sample-app-secret"));
    channel.secrets.emplace("encoding_aes_key",
                            Secret("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "SimulatedMember" + (number == 0 ? std::string() : "-" + std::to_string(number));
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(0)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    const std::string corp(channel.setting("corp_id"));
    const std::string xml =
        "<xml>" + cdata("ToUserName", corp) + cdata("FromUserName", said.user) + "<CreateTime>" +
        std::to_string(unix_seconds(said.said_at)) + "</CreateTime>" + cdata("MsgType", "text") +
        cdata("Content", said.text) + "<MsgId>" + std::to_string(said.number) + "</MsgId>" +
        "<AgentID>" + std::string(channel.setting("agent_id")) + "</AgentID></xml>";
    const auto sealed = seal_envelope(channel.secret("encoding_aes_key"), xml, corp, random_hex(8));
    const std::string time = std::to_string(unix_seconds(said.sent_at)), nonce = random_hex(8);
    Webhook hook;
    hook.target = webhook_path(channel) + "?msg_signature=" +
                  tencent_signature({channel.secret("token").reveal(), time, nonce, sealed}) +
                  "&timestamp=" + time + "&nonce=" + nonce;
    hook.headers = {{"Content-Type", "text/xml"}};
    hook.body = "<xml>" + cdata("ToUserName", corp) + cdata("Encrypt", sealed) +
                cdata("AgentID", channel.setting("agent_id")) + "</xml>";
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  std::string passive_text(const Channel& channel, std::string_view body) const override {
    if (!body.starts_with("<xml")) return {};
    const auto outer = parse_xml(body);
    if (!outer) return {};
    const auto inner = open_envelope(channel.secret("encoding_aes_key"),
                                     outer->child_text("Encrypt"), channel.setting("corp_id"));
    const auto reply = inner ? parse_xml(*inner) : envelope_refused();
    if (!reply) return {};
    const std::string text(reply->child_text("Content"));
    return text.empty() ? "[" + std::string(reply->child_text("MsgType")) + "]" : text;
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/cgi-bin/message/send" && !json_at(request.body, "/agentid").empty();
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    const auto& path = request.path;
    if (path == "/cgi-bin/gettoken") return ApiOutcome{give_token()};
    const bool media = path == "/cgi-bin/media/get" || path == "/cgi-bin/media/upload";
    if (!is_send(request) && !media) return std::nullopt;
    const auto given = form_value(request.query, "access_token");
    if (given.empty()) return ApiOutcome{errcode(41001, "access_token missing")};
    if (expired_) return ApiOutcome{errcode(42001, "access_token expired")};
    if (given != token()) return ApiOutcome{errcode(40014, "invalid access_token")};
    if (path == "/cgi-bin/media/get") return ApiOutcome{picture_answer()};
    if (media) {
      return ApiOutcome{json_answer(
          R"({"errcode":0,"errmsg":"ok","type":"image","media_id":"standin-media-3"})")};
    }
    AcceptedSend send;
    send.method = "message/send";
    send.to = json_at(request.body, "/touser");
    if (send.to.empty()) return ApiOutcome{errcode(40003, "invalid userid")};
    send.text = words_of(request.body);
    send.external_id = "standin-work-" + std::to_string(++messages_);
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.member("invaliduser", "").member("msgid", send.external_id).end_object();
    return ApiOutcome{json_answer(out.take()), {std::move(send)}};
  }

  ApiAnswer throttled(int) const override { return errcode(45009, "api freq out of limit"); }

  void expire_token() override { expired_ = true; }

 private:
  std::string token() const { return "standin-work-token-" + std::to_string(token_number_); }

  // The same one as long as it is good.
  ApiAnswer give_token() {
    if (expired_) ++token_number_;
    expired_ = false;
    JsonWriter out;
    out.begin_object().member("errcode", 0).member("errmsg", "ok");
    out.member("access_token", token()).member("expires_in", 7200).end_object();
    return json_answer(out.take());
  }

  std::uint64_t token_number_ = 1, messages_ = 0;
  bool expired_ = false;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<WecomStandIn>(); }

}  // namespace parley::connectors::wecom
