#include "connectors/feishu/trust.hpp"

#include <simdjson.h>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::feishu {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kChallengeBytesMax = 512;

Error refused(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

// Looks at a whole block whatever the padding says, so the time says nothing about it.
std::size_t padding_of(std::string_view plain) {
  const auto count = static_cast<unsigned char>(plain.back());
  unsigned wrong = count < 1 || count > kBlock ? 1 : 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto byte = static_cast<unsigned char>(plain[plain.size() - 1 - i]);
    wrong |= i < count ? static_cast<unsigned>(byte ^ count) : 0u;
  }
  return wrong ? 0 : count;
}

std::string signed_text(const WebhookRequest& request, std::string_view secret) {
  std::string text(request.header("x-lark-request-timestamp"));
  text += request.header("x-lark-request-nonce");
  text += secret;
  text += request.body;
  return text;
}

// The word both sides know: in the header of new events, at the top of old ones.
std::string token_of(const simdjson::dom::object& event) {
  simdjson::dom::object header;
  if (json_object(event, "header", header)) {
    if (auto token = json_text(header, "token"); !token.empty()) return token;
  }
  return json_text(event, "token");
}

bool is_old_card(const WebhookRequest& request, const Channel& channel) {
  const auto& token = channel.secret("verification_token").reveal();
  if (token.empty()) return false;
  return equal_constant_time(request.header("x-lark-signature"),
                             to_hex(sha1(signed_text(request, token))));
}

// A signed event that names another token than ours was made for another app.
Result<void> check_inner_token(const WebhookRequest& request, const Channel& channel) {
  const auto body = opened(request, channel);
  if (!body) return {};  // parse() says what is wrong with it
  const auto event = JsonDocument::parse(body->json);
  if (!event) return {};
  const auto& ours = channel.secret("verification_token").reveal();
  const auto token = token_of(event->root());
  if (ours.empty() || token.empty() || equal_constant_time(token, ours)) return {};
  return refused("the event's token is not ours");
}

}  // namespace

std::string open_envelope(std::string_view encrypt_key, std::string_view base64) {
  const auto sealed = from_base64(base64);
  if (encrypt_key.empty() || !sealed || sealed->size() < 2 * kBlock) return {};
  const auto bytes = std::string_view(*sealed);
  const auto plain =
      aes256_cbc_decrypt(sha256(encrypt_key), bytes.substr(0, kBlock), bytes.substr(kBlock));
  if (!plain) return {};
  const auto padding = padding_of(*plain);
  if (padding == 0) return {};
  return plain->substr(0, plain->size() - padding);
}

Result<Opened> opened(const WebhookRequest& request, const Channel& channel) {
  const auto outer = JsonDocument::parse(request.body);
  if (!outer) return outer.error();
  if (!json_has(outer->root(), "encrypt")) {
    return Opened{.json = std::string(request.body), .sealed = false};
  }
  const auto& key = channel.secret("encrypt_key");
  if (key.empty()) {
    return Error{.code = Errc::malformed,
                 .detail = "the body is encrypted, but the channel has no encrypt_key"};
  }
  auto plain = open_envelope(key.reveal(), json_text(outer->root(), "encrypt"));
  if (plain.empty()) {
    return Error{.code = Errc::malformed, .detail = "the envelope does not open with our key"};
  }
  return Opened{.json = std::move(plain), .sealed = true};
}

std::optional<Result<Reply>> answer_challenge(const WebhookRequest& request,
                                              const Channel& channel) {
  const auto body = opened(request, channel);
  if (!body) return std::nullopt;
  const auto event = JsonDocument::parse(body->json);
  if (!event || json_text(event->root(), "type") != "url_verification") return std::nullopt;
  const auto challenge = json_text(event->root(), "challenge");
  if (challenge.empty() || challenge.size() > kChallengeBytesMax) {
    return Error{.code = Errc::malformed, .detail = "challenge is missing or too long"};
  }
  const auto& ours = channel.secret("verification_token").reveal();
  const bool proven = body->sealed && ours.empty();
  if (!proven && !equal_constant_time(token_of(event->root()), ours)) {
    return refused("the challenge's token is not ours");
  }
  JsonWriter reply;
  reply.begin_object().member("challenge", challenge).end_object();
  return Reply{.content_type = "application/json", .body = reply.take()};
}

Result<void> authenticate(const WebhookRequest& request, const Channel& channel) {
  const auto& key = channel.secret("encrypt_key").reveal();
  if (!key.empty()) {
    if (equal_constant_time(request.header("x-lark-signature"),
                            to_hex(sha256(signed_text(request, key))))) {
      return check_inner_token(request, channel);
    }
    // An event in the clear would be a way round the key; only card callbacks have another proof.
    if (is_old_card(request, channel)) return {};
    return refused("x-lark-signature does not match");
  }
  if (is_old_card(request, channel)) return {};
  const auto event = JsonDocument::parse(request.body);
  if (event &&
      equal_constant_time(token_of(event->root()), channel.secret("verification_token").reveal())) {
    return {};
  }
  return refused("the event's token is not ours");
}

}  // namespace parley::connectors::feishu
