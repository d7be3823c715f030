#include "gateway/cli/simulate/voice.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/standard_webhook.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/xml.hpp"

namespace parley::gateway::simulate {
namespace {

using connectors::Channel;

std::string seconds(TimePoint time) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::string webhook_path(const Channel& channel) {
  return "/webhooks/" + channel.tenant.value + "/" + channel.id.value;
}

bool sealed_mode(const Channel& channel) {
  return channel.setting("mode") != "plaintext" && !channel.secret("encoding_aes_key").empty();
}

std::string cdata_element(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + connectors::xml_cdata(text) + "</" + tag + ">";
}

Result<Ask> wechat(const Channel& channel, const Utterance& said) {
  std::string xml = "<xml>" + cdata_element("ToUserName", "gh_simulated") +
                    cdata_element("FromUserName", said.user) + "<CreateTime>" +
                    seconds(said.said_at) + "</CreateTime>" + cdata_element("MsgType", "text") +
                    cdata_element("Content", said.text) + "<MsgId>" + std::to_string(said.number) +
                    "</MsgId></xml>";
  const std::string time = seconds(said.sent_at);
  const std::string nonce = random_hex(8);
  const std::string& token = channel.secret("token").reveal();
  Ask ask;
  ask.target = webhook_path(channel) +
               "?signature=" + connectors::tencent_signature({token, time, nonce}) +
               "&timestamp=" + time + "&nonce=" + nonce;
  ask.headers = {{"Content-Type", "text/xml"}};
  if (!sealed_mode(channel)) {
    ask.body = std::move(xml);
    return ask;
  }
  const std::string sealed = connectors::seal_envelope(channel.secret("encoding_aes_key"), xml,
                                                       channel.setting("app_id"), random_hex(8));
  ask.target += "&encrypt_type=aes&msg_signature=" +
                connectors::tencent_signature({token, time, nonce, sealed});
  ask.body = "<xml>" + cdata_element("ToUserName", "gh_simulated") +
             cdata_element("Encrypt", sealed) + "</xml>";
  return ask;
}

Result<Ask> telegram(const Channel& channel, const Utterance& said) {
  const bool digits = !said.user.empty() && said.user.size() < 16 &&
                      std::ranges::all_of(said.user, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) {
    return Error{.code = Errc::misconfigured, .detail = "a Telegram user is a number"};
  }
  JsonWriter json;
  json.begin_object().member("update_id", said.number);
  json.key("message").begin_object().member("message_id", said.number);
  json.key("from").begin_object();
  json.key("id").raw(said.user).member("is_bot", false);
  json.member("first_name", "Simulated").member("last_name", "Customer").end_object();
  json.key("chat").begin_object().key("id").raw(said.user).member("type", "private").end_object();
  json.key("date").raw(seconds(said.said_at));
  json.member("text", said.text).end_object().end_object();
  Ask ask;
  ask.target = webhook_path(channel);
  ask.headers = {{"Content-Type", "application/json"},
                 {"X-Telegram-Bot-Api-Secret-Token", channel.secret("secret_token").reveal()}};
  ask.body = json.take();
  return ask;
}

Result<Ask> custom(const Channel& channel, const Utterance& said) {
  JsonWriter json;
  json.begin_object().member("type", "message.created");
  json.member("id", "sim-" + std::to_string(said.number));
  json.member("timestamp", format_time(said.said_at));
  json.key("sender").begin_object().member("id", said.user);
  json.member("name", "Simulated Customer").end_object();
  json.member("text", said.text).end_object();
  Ask ask;
  ask.body = json.take();
  ask.target = webhook_path(channel);
  const std::string id = "sim_" + std::to_string(said.number);
  const auto time =
      std::chrono::duration_cast<std::chrono::seconds>(said.sent_at.time_since_epoch()).count();
  ask.headers = {{"Content-Type", "application/json"},
                 {std::string(connectors::kWebhookId), id},
                 {std::string(connectors::kWebhookTimestamp), std::to_string(time)},
                 {std::string(connectors::kWebhookSignature),
                  connectors::sign_webhook(channel.secret("secret"), id, time, ask.body)}};
  return ask;
}

}  // namespace

Result<Ask> deliver(const Channel& channel, const Utterance& utterance) {
  if (channel.platform == "wechat_oa") return wechat(channel, utterance);
  if (channel.platform == "telegram") return telegram(channel, utterance);
  if (channel.platform == "custom") return custom(channel, utterance);
  return Error{.code = Errc::misconfigured,
               .detail = "the simulator cannot act as " + channel.platform};
}

std::string default_user(std::string_view platform) {
  if (platform == "telegram") return "424242";
  if (platform == "wechat_oa") return "oSimulatedCustomer";
  return "simulated-customer";
}

std::string passive_text(const Channel& channel, std::string_view body) {
  if (!body.starts_with("<xml")) return {};
  auto root = connectors::parse_xml(body);
  if (!root) return {};
  if (const auto sealed = root->child_text("Encrypt"); !sealed.empty()) {
    auto inner = connectors::open_envelope(channel.secret("encoding_aes_key"), sealed,
                                           channel.setting("app_id"));
    if (!inner) return {};
    root = connectors::parse_xml(*inner);
    if (!root) return {};
  }
  const std::string text(root->child_text("Content"));
  return text.empty() ? "[" + std::string(root->child_text("MsgType")) + "]" : text;
}

Redelivery redelivery_of(std::string_view platform) {
  if (platform == "wechat_oa") return {3, Milliseconds(5'000), Milliseconds(0)};
  if (platform == "telegram") return {8, Milliseconds(20'000), Milliseconds(1'000)};
  return {5, Milliseconds(15'000), Milliseconds(5'000)};
}

}  // namespace parley::gateway::simulate
