#include "connectors/standard_webhook.hpp"

#include <charconv>
#include <optional>
#include <vector>

#include "base/crypto.hpp"
#include "base/mutant.hpp"

namespace parley::connectors {
namespace {

constexpr std::size_t kKeyBytesMin = 24, kKeyBytesMax = 64;
constexpr std::size_t kIdBytesMax = 256;

std::optional<std::string> key_of(const Secret& secret) {
  std::string_view text = secret.reveal();
  constexpr std::string_view kPrefix = "whsec_";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  auto key = from_base64(text);
  if (!key || key->size() < kKeyBytesMin || key->size() > kKeyBytesMax) return std::nullopt;
  return key;
}

std::string mac(std::string_view key, std::string_view id, std::string_view timestamp,
                std::string_view body) {
  if (MUTANT("signature_of_rewritten_json") && body.contains(' ')) {
    std::string rewritten(body);
    std::erase(rewritten, ' ');
    return mac(key, id, timestamp, rewritten);
  }
  std::string text;
  text.reserve(id.size() + timestamp.size() + body.size() + 2);
  text.append(id).append(".").append(timestamp).append(".").append(body);
  return to_base64(hmac_sha256(key, text));
}

Error refused(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

std::optional<std::int64_t> seconds_of(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || seconds < 0 || seconds > 253'402'300'799) return std::nullopt;
  return seconds;
}

}  // namespace

bool usable_webhook_secret(const Secret& secret) { return key_of(secret).has_value(); }

std::string sign_webhook(const Secret& secret, std::string_view id, std::int64_t timestamp_s,
                         std::string_view body) {
  const auto key = key_of(secret);
  if (!key) return {};
  return "v1," + mac(*key, id, std::to_string(timestamp_s), body);
}

std::vector<std::pair<std::string, std::string>> webhook_headers(const Secret& secret,
                                                                 std::string_view id, TimePoint now,
                                                                 std::string_view body) {
  const std::int64_t now_s =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::string signature = sign_webhook(secret, id, now_s, body);
  if (signature.empty()) return {};
  return {{std::string(kWebhookId), std::string(id)},
          {std::string(kWebhookTimestamp), std::to_string(now_s)},
          {std::string(kWebhookSignature), std::move(signature)}};
}

Result<void> verify_webhook(const SignedWebhook& webhook, std::span<const Secret> secrets,
                            TimePoint now, Milliseconds tolerance) {
  if (webhook.id.empty() || webhook.timestamp.empty() || webhook.signature.empty()) {
    return refused("webhook-id, webhook-timestamp or webhook-signature is missing");
  }
  // A dot in the id would let bytes move between the id and the timestamp under one signature.
  if (webhook.id.size() > kIdBytesMax || webhook.id.find('.') != std::string_view::npos) {
    return refused("webhook-id is not usable");
  }
  const auto sent = seconds_of(webhook.timestamp);
  if (!sent) return refused("webhook-timestamp is not a time in seconds");
  const auto distance = now - TimePoint{std::chrono::seconds(*sent)};
  if (distance > tolerance || distance < -tolerance) {
    return refused("webhook-timestamp is too far from now");
  }
  std::vector<std::string> expected;
  for (const auto& secret : secrets) {
    if (const auto key = key_of(secret)) {
      expected.push_back(mac(*key, webhook.id, webhook.timestamp, webhook.body));
    }
  }
  bool matches = false;
  std::string_view rest = webhook.signature;
  for (std::size_t i = 0; i < kSignaturesMax && !rest.empty(); ++i) {
    const auto space = rest.find(' ');
    const auto one = rest.substr(0, space);
    rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
    if (!one.starts_with("v1,")) continue;  // other versions may stand beside ours
    for (const auto& want : expected) matches |= equal_constant_time(one.substr(3), want);
  }
  if (!matches) return refused("webhook-signature does not match");
  return {};
}

}  // namespace parley::connectors
