#include "connectors/feishu/stand_in.hpp"

#include <deque>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"

namespace parley::connectors::feishu {
namespace {

constexpr std::size_t kKeysKept = 10'000;
constexpr std::string_view kMessages = "/open-apis/im/v1/messages";

// The chat of a customer with the bot, and back.
std::string chat_of(std::string_view user) { return "oc_" + std::string(user.substr(3)); }
std::string user_of(std::string_view recipient) {
  return recipient.starts_with("oc_") ? "ou_" + std::string(recipient.substr(3))
                                      : std::string(recipient);
}

ApiAnswer said(int code, std::string_view words, int status = 200) {
  JsonWriter out;
  out.begin_object().member("code", code).member("msg", words).end_object();
  return json_answer(out.take(), status);
}

ApiAnswer said_with(std::string_view name, std::string_view value) {
  JsonWriter out;
  out.begin_object().member("code", 0).member("msg", "success");
  out.key("data").begin_object().member(name, value).end_object().end_object();
  return json_answer(out.take());
}

// PKCS#7 to whole blocks of 16, under sha256 of the key, the IV in front.
std::string sealed(std::string_view key, std::string plain) {
  const std::string iv = random_bytes(16);
  const std::size_t fill = 16 - plain.size() % 16;
  plain.append(fill, static_cast<char>(fill));
  return to_base64(iv + aes256_cbc_encrypt(sha256(key), iv, plain).value_or(""));
}

Webhook pushed(const Channel& channel, std::string event, TimePoint at) {
  Webhook hook;
  hook.target = webhook_path(channel);
  hook.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  const auto& key = channel.secret("encrypt_key").reveal();
  if (key.empty()) {
    hook.body = std::move(event);
    return hook;
  }
  JsonWriter out;
  out.begin_object().member("encrypt", sealed(key, std::move(event))).end_object();
  hook.body = out.take();
  const auto time = std::to_string(unix_seconds(at));
  const auto nonce = random_hex(8);
  hook.headers.emplace_back("X-Lark-Request-Timestamp", time);
  hook.headers.emplace_back("X-Lark-Request-Nonce", nonce);
  hook.headers.emplace_back("X-Lark-Signature", to_hex(sha256(time + nonce + key + hook.body)));
  return hook;
}

std::string ms_of(TimePoint time) { return std::to_string(time.time_since_epoch().count()); }

// The outer part of an event, up to and with `"event":`.
JsonWriter event_head(const Channel& channel, std::string_view type, TimePoint at) {
  JsonWriter out;
  out.begin_object().member("schema", "2.0").key("header").begin_object();
  out.member("event_id", random_hex(16)).member("event_type", type);
  out.member("create_time", ms_of(at));
  out.member("token", channel.secret("verification_token").reveal());
  out.member("app_id", channel.setting("app_id")).member("tenant_key", "sample").end_object();
  out.key("event");
  return out;
}

std::string words_of(std::string_view body) {
  const auto type = json_at(body, "/msg_type"), content = json_at(body, "/content");
  if (type == "text") return json_at(content, "/text");
  if (type == "interactive") return json_at(content, "/elements/0/text/content");
  return "[" + type + "]";
}

class FeishuStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel encrypted = sample_channel("feishu", "", api_base);
    encrypted.settings = {{"app_id", "cli_sample0000001"}};
    encrypted.secrets.emplace("app_secret", Secret("sample-app-secret"));
    encrypted.secrets.emplace("verification_token", Secret("sample-verification-token"));
    Channel plain = sample_channel("feishu", "plain", api_base);
    plain.settings = encrypted.settings;
    plain.settings["allow_unsigned"] = "true";
    plain.secrets = encrypted.secrets;
    encrypted.secrets.emplace("encrypt_key", Secret("sample-encrypt-key"));
    return {encrypted, plain};
  }

  std::string user(std::uint64_t number) const override {
    return "ou_simulated" + std::to_string(number);
  }

  Redelivery redelivery() const override { return {5, Milliseconds(3'000), Milliseconds(15'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& utterance) const override {
    if (!utterance.user.starts_with("ou_")) {
      return Error{.code = Errc::misconfigured, .detail = "a Feishu user is an open id, ou_..."};
    }
    auto out = event_head(channel, "im.message.receive_v1", utterance.sent_at);
    out.begin_object().key("sender").begin_object().key("sender_id").begin_object();
    out.member("open_id", utterance.user).end_object().member("sender_type", "user").end_object();
    out.key("message").begin_object();
    out.member("message_id", "om_in" + std::to_string(utterance.number));
    out.member("create_time", ms_of(utterance.said_at));
    out.member("chat_id", chat_of(utterance.user)).member("chat_type", "p2p");
    out.member("message_type", "text");
    out.member("content", R"({"text":)" + json_quote(utterance.text) + "}");
    out.end_object().end_object().end_object();
    return Dispatch{.webhooks = {pushed(channel, out.take(), utterance.sent_at)}};
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    if (state != DeliveryState::read || send.external_id.empty()) return std::nullopt;
    auto out = event_head(channel, "im.message.message_read_v1", at);
    out.begin_object().key("reader").begin_object().key("reader_id").begin_object();
    out.member("open_id", send.to).end_object().member("read_time", ms_of(at)).end_object();
    out.key("message_id_list").begin_array().value(send.external_id).end_array();
    out.end_object().end_object();
    return Dispatch{.webhooks = {pushed(channel, out.take(), at)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.method == "POST" && (request.path == kMessages || !quoted(request).empty());
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path == "/open-apis/auth/v3/tenant_access_token/internal") {
      return ApiOutcome{give_token(request)};
    }
    const bool resource =
        request.method == "GET" && request.path.starts_with(std::string(kMessages) + "/");
    const bool image = request.path == "/open-apis/im/v1/images";
    const bool file = request.path == "/open-apis/im/v1/files";
    if (!resource && !image && !file && !is_send(request)) return std::nullopt;
    if (request.header("authorization") != "Bearer " + token()) {
      return ApiOutcome{said(99991663, "Invalid access token for authorization.", 400)};
    }
    if (resource) return ApiOutcome{picture_answer()};
    if (image) return ApiOutcome{said_with("image_key", "img_standin_1")};
    if (file) return ApiOutcome{said_with("file_key", "file_standin_1")};
    return take(request);
  }

  ApiAnswer throttled(int retry_after_s) const override {
    auto answer = said(99991400, "request trigger frequency limit", 429);
    answer.headers.emplace_back("x-ogw-ratelimit-reset", std::to_string(retry_after_s));
    return answer;
  }

  void expire_token() override { ++token_number_; }

 private:
  std::string token() const { return "t-standin-" + std::to_string(token_number_); }

  // The message answered, of "/open-apis/im/v1/messages/<id>/reply".
  static std::string_view quoted(const ApiRequest& request) {
    std::string_view path = request.path;
    constexpr std::string_view kReply = "/reply";
    if (!path.starts_with(kMessages) || !path.ends_with(kReply)) return {};
    path.remove_prefix(kMessages.size());
    path.remove_suffix(kReply.size());
    return path.starts_with('/') ? path.substr(1) : std::string_view();
  }

  ApiAnswer give_token(const ApiRequest& request) const {
    if (json_at(request.body, "/app_id").empty() || json_at(request.body, "/app_secret").empty()) {
      return said(10003, "invalid param", 400);
    }
    JsonWriter out;
    out.begin_object().member("code", 0).member("msg", "ok");
    out.member("tenant_access_token", token()).member("expire", 7200).end_object();
    return json_answer(out.take());
  }

  ApiOutcome take(const ApiRequest& request) {
    AcceptedSend send;
    send.method = quoted(request).empty() ? "messages" : "reply";
    send.to = user_of(json_at(request.body, "/receive_id"));
    send.text = words_of(request.body);
    if (json_at(request.body, "/content").empty() || (send.to.empty() && send.method != "reply")) {
      return {said(230001, "Your request contains an invalid request parameter.", 400)};
    }
    const auto uuid = json_at(request.body, "/uuid");
    for (const auto& [key, id] : seen_) {
      if (!uuid.empty() && key == uuid) return {said_with("message_id", id)};
    }
    send.external_id = "om_out" + std::to_string(++messages_);
    seen_.emplace_back(uuid, send.external_id);
    if (seen_.size() > kKeysKept) seen_.pop_front();
    return {said_with("message_id", send.external_id), {std::move(send)}};
  }

  std::uint64_t token_number_ = 1, messages_ = 0;
  std::deque<std::pair<std::string, std::string>> seen_;  // uuid, message id
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<FeishuStandIn>(); }

}  // namespace parley::connectors::feishu
