#include "connectors/wechat_oa/trust.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/wechat_oa/outgoing.hpp"

namespace parley::connectors::wechat_oa {
namespace {

constexpr std::size_t kEchoBytesMax = 512;

bool enveloped(const WebhookRequest& request, const Channel& channel) {
  if (mode_of(channel) != Mode::plaintext) return true;
  return !channel.secret("encoding_aes_key").empty() &&
         request.query_value("encrypt_type") == "aes";
}

Error no_token() {
  return Error{.code = Errc::misconfigured, .detail = "the channel has no token"};
}

// Does the URL carry sha1(sorted token, timestamp, nonce)?
Result<void> check_url(const WebhookRequest& request, const Channel& channel) {
  const auto& token = channel.secret("token");
  if (token.empty()) return no_token();
  const auto timestamp = request.query_value("timestamp"), nonce = request.query_value("nonce");
  if (equal_constant_time(tencent_signature({token.reveal(), timestamp, nonce}),
                          request.query_value("signature"))) {
    return {};
  }
  return Error{.code = Errc::unauthenticated, .detail = "the signature does not match"};
}

Result<std::string> open(const XmlElement& outer, const Channel& channel) {
  return open_envelope(channel.secret("encoding_aes_key"), outer.child_text("Encrypt"),
                       channel.setting("app_id"));
}

Result<void> check_envelope(const WebhookRequest& request, const Channel& channel) {
  const auto& token = channel.secret("token");
  if (token.empty()) return no_token();
  if (!is_envelope_key(channel.secret("encoding_aes_key")) || channel.setting("app_id").empty()) {
    return Error{.code = Errc::misconfigured, .detail = "no usable encoding_aes_key or app_id"};
  }
  const auto outer = parse_xml(request.body);
  if (!outer) return envelope_refused();
  const auto timestamp = request.query_value("timestamp"), nonce = request.query_value("nonce");
  const auto expected =
      tencent_signature({token.reveal(), timestamp, nonce, outer->child_text("Encrypt")});
  if (!equal_constant_time(expected, request.query_value("msg_signature"))) {
    return envelope_refused();
  }
  if (const auto inner = open(*outer, channel); !inner) return envelope_refused();
  return {};
}

// The URL's signature does not cover the echo string, so what we repeat must be harmless.
bool harmless(std::string_view echo) {
  return !echo.empty() && echo.size() <= kEchoBytesMax && std::ranges::all_of(echo, [](char c) {
    return c > ' ' && c < 0x7f && c != '<' && c != '>';
  });
}

}  // namespace

Mode mode_of(const Channel& channel) {
  const auto mode = channel.setting("mode");
  if (mode == "plaintext") return Mode::plaintext;
  if (mode == "compat") return Mode::compat;
  if (mode == "safe") return Mode::safe;
  return channel.secret("encoding_aes_key").empty() ? Mode::plaintext : Mode::safe;
}

std::string check_settings(const Channel& channel) {
  const auto& key = channel.secret("encoding_aes_key");
  if (channel.setting("mode").empty() && key.empty()) {
    return "set encoding_aes_key and choose safe mode in the platform's console; plain mode does "
           "not sign message bodies and must be asked for with mode = \"plaintext\"";
  }
  if (!key.empty() && !is_envelope_key(key)) {
    return "encoding_aes_key must be the 43 characters shown in the platform's console";
  }
  if (mode_of(channel) != Mode::plaintext && key.empty()) {
    return "mode safe and mode compat need encoding_aes_key";
  }
  if (!channel.setting("text_bytes_max").empty() && !text_bytes_setting(channel)) {
    return "text_bytes_max must be a whole number from 64 to 2048";
  }
  return {};
}

Result<Reply> answer_handshake(const WebhookRequest& request, const Channel& channel) {
  if (auto known = check_url(request, channel); !known) return std::move(known.error());
  auto echo = request.query_value("echostr");
  if (!harmless(echo)) {
    return Error{.code = Errc::malformed, .detail = "echostr is missing or not plain ASCII"};
  }
  return Reply{.body = std::move(echo)};
}

Result<void> authenticate(const WebhookRequest& request, const Channel& channel) {
  if (enveloped(request, channel)) return check_envelope(request, channel);
  return check_url(request, channel);
}

Result<XmlElement> trusted_document(const WebhookRequest& request, const Channel& channel) {
  auto outer = parse_xml(request.body);
  if (!outer || !enveloped(request, channel)) return outer;
  auto inner = open(*outer, channel);
  if (!inner) return std::move(inner.error());
  auto document = parse_xml(*inner);
  if (!document) return document;
  // In safe mode the envelope names its addressee outside too. They are one, or somebody
  // touched it.
  const auto addressee = outer->child_text("ToUserName");
  if (mode_of(channel) == Mode::safe && !addressee.empty() &&
      addressee != document->child_text("ToUserName")) {
    return envelope_refused();
  }
  return document;
}

}  // namespace parley::connectors::wechat_oa
