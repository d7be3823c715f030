#include "connectors/dingtalk/trust.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/json_document.hpp"
#include "connectors/tencent_envelope.hpp"

namespace parley::connectors::dingtalk {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kTolerance = 1h;
constexpr std::size_t kNonceChars = 16;
constexpr std::size_t kRandomBytesMax = 256;

Error refused(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

std::string query_either(const WebhookRequest& request, std::string_view one,
                         std::string_view other) {
  auto value = request.query_value(one);
  return value.empty() ? request.query_value(other) : value;
}

std::string owner_of(const Channel& channel) {
  const auto owner = channel.setting("owner_key");
  return std::string(owner.empty() ? channel.setting("app_key") : owner);
}

Result<std::string> sealed_text(const WebhookRequest& request) {
  const auto body = JsonDocument::parse(request.body);
  if (!body) return body.error();
  return json_text(body->root(), "encrypt");
}

Result<void> check_event(const WebhookRequest& request, const Channel& channel) {
  const auto& token = channel.secret("token");
  if (token.empty() || !is_envelope_key(channel.secret("encoding_aes_key")) ||
      owner_of(channel).empty()) {
    return Error{.code = Errc::misconfigured,
                 .detail = "events need token, encoding_aes_key and owner_key"};
  }
  const auto sealed = sealed_text(request);
  if (!sealed) return envelope_refused();
  const auto expected =
      tencent_signature({token.reveal(), query_either(request, "timestamp", "timeStamp"),
                         request.query_value("nonce"), *sealed});
  if (!equal_constant_time(expected, query_either(request, "signature", "msg_signature"))) {
    return envelope_refused();
  }
  if (const auto inner = open_event(request, channel); !inner) return envelope_refused();
  return {};
}

Result<void> check_robot(const WebhookRequest& request, const Channel& channel) {
  const auto& secret = channel.secret("app_secret").reveal();
  if (secret.empty()) {
    return Error{.code = Errc::misconfigured, .detail = "the channel has no app_secret"};
  }
  const auto timestamp = request.header("timestamp");
  if (!equal_constant_time(request.header("sign"), robot_sign(secret, timestamp))) {
    return refused("sign does not match");
  }
  std::int64_t ms = 0;
  const auto [end, error] =
      std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), ms);
  if (error != std::errc() || end != timestamp.data() + timestamp.size() || ms < 0 ||
      ms > 253'402'300'799'999) {
    return refused("timestamp is not a time in milliseconds");
  }
  const auto distance = request.received_at - TimePoint{Milliseconds{ms}};
  if (distance > kTolerance || distance < -kTolerance) {
    return refused("timestamp is more than an hour from now");
  }
  return {};
}

}  // namespace

bool is_event(const WebhookRequest& request) {
  return !query_either(request, "signature", "msg_signature").empty();
}

std::string robot_sign(std::string_view app_secret, std::string_view timestamp) {
  std::string text(timestamp);
  text += '\n';
  text += app_secret;
  return to_base64(hmac_sha256(app_secret, text));
}

std::string check_settings(const Channel& channel) {
  const auto& key = channel.secret("encoding_aes_key");
  if (key.empty() != channel.secret("token").empty()) {
    return "token and encoding_aes_key come as a pair, for event subscriptions";
  }
  if (!key.empty() && !is_envelope_key(key)) {
    return "encoding_aes_key must be the 43 characters shown in the platform's console";
  }
  return {};
}

Result<void> authenticate(const WebhookRequest& request, const Channel& channel) {
  return is_event(request) ? check_event(request, channel) : check_robot(request, channel);
}

Result<std::string> open_event(const WebhookRequest& request, const Channel& channel) {
  const auto sealed = sealed_text(request);
  if (!sealed) return sealed.error();
  return open_envelope(channel.secret("encoding_aes_key"), *sealed, owner_of(channel));
}

// Pure, so that the same event gets the same answer: nonce and padding come from the event under
// the key, and nobody without the key can tell them from random.
Reply sealed_reply(std::string_view words, const WebhookRequest& request, const Channel& channel) {
  const auto& key = channel.secret("encoding_aes_key");
  const auto drawn = to_hex(
      hmac_sha256(key.reveal(), std::string(request.query) + "\n" + std::string(request.body)));
  const auto nonce = drawn.substr(0, kNonceChars);
  const auto time = std::to_string(request.received_at.time_since_epoch().count());
  const auto sealed = seal_envelope(key, words, owner_of(channel), drawn.substr(kNonceChars, 16));
  JsonWriter json;
  json.begin_object();
  json.member("msg_signature",
              tencent_signature({channel.secret("token").reveal(), time, nonce, sealed}));
  json.member("timeStamp", time).member("nonce", nonce).member("encrypt", sealed).end_object();
  return Reply{.content_type = "application/json", .body = json.take()};
}

std::optional<Result<Reply>> answer_check(const WebhookRequest& request, const Channel& channel) {
  if (!is_event(request) || !check_event(request, channel)) return std::nullopt;
  const auto event = open_event(request, channel);
  if (!event) return std::nullopt;
  const auto document = JsonDocument::parse(*event);
  if (!document) return std::nullopt;
  const auto type = json_text(document->root(), "EventType");
  constexpr std::string_view kChecks[] = {"check_url", "check_create_suite_url",
                                          "check_update_suite_url"};
  if (std::ranges::find(kChecks, type) == std::end(kChecks)) return std::nullopt;
  auto random = json_text(document->root(), "Random");
  if (random.size() > kRandomBytesMax) {
    return Error{.code = Errc::malformed, .detail = "Random is too long"};
  }
  return sealed_reply(random.empty() ? "success" : random, request, channel);
}

}  // namespace parley::connectors::dingtalk
