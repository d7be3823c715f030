#include "connectors/tencent_callback.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/json_tree.hpp"
#include "connectors/tencent_envelope.hpp"

namespace parley::connectors::tencent {
namespace {

constexpr std::size_t kEchoBytesMax = 512;

bool enveloped(const WebhookRequest& request, const Channel& channel, const Callback& callback) {
  if (callback.mode != Mode::plaintext) return true;
  return !channel.secret("encoding_aes_key").empty() &&
         request.query_value("encrypt_type") == "aes";
}

Error no_token() {
  return Error{.code = Errc::misconfigured, .detail = "the channel has no token"};
}

// A key and somebody it is for?
Result<void> check_keys(const Channel& channel, const Callback& callback) {
  if (channel.secret("token").empty()) return no_token();
  const bool named = std::ranges::any_of(
      callback.receivers, [](const std::string& receiver) { return !receiver.empty(); });
  if (!named || !is_envelope_key(channel.secret("encoding_aes_key"))) {
    return Error{.code = Errc::misconfigured,
                 .detail = "no usable encoding_aes_key, or no id that envelopes are for"};
  }
  return {};
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

Result<void> check_sealed(const WebhookRequest& request, const Channel& channel,
                          std::string_view sealed) {
  const auto timestamp = request.query_value("timestamp"), nonce = request.query_value("nonce");
  const auto expected =
      tencent_signature({channel.secret("token").reveal(), timestamp, nonce, sealed});
  if (equal_constant_time(expected, request.query_value("msg_signature"))) return {};
  return envelope_refused();
}

Result<std::string> open(std::string_view sealed, const Channel& channel,
                         const Callback& callback) {
  for (const auto& receiver : callback.receivers) {
    auto message = open_envelope(channel.secret("encoding_aes_key"), sealed, receiver);
    if (message) return message;
  }
  return envelope_refused();
}

Result<XmlElement> parse(std::string_view body, const Callback& callback) {
  if (callback.json && body.starts_with('{')) return parse_json_tree(body);
  return parse_xml(body);
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

std::string check_key(const Channel& channel) {
  const auto& key = channel.secret("encoding_aes_key");
  if (key.empty() || is_envelope_key(key)) return {};
  return "encoding_aes_key must be the 43 characters shown in the platform's console";
}

std::string check_mode(const Channel& channel) {
  const bool has_key = !channel.secret("encoding_aes_key").empty();
  if (channel.setting("mode").empty() && !has_key) {
    return "set encoding_aes_key and choose safe mode in the platform's console; plain mode does "
           "not sign message bodies and must be asked for with mode = \"plaintext\"";
  }
  if (auto wrong = check_key(channel); !wrong.empty()) return wrong;
  if (mode_of(channel) != Mode::plaintext && !has_key) {
    return "mode safe and mode compat need encoding_aes_key";
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

Result<Reply> answer_sealed_handshake(const WebhookRequest& request, const Channel& channel,
                                      const Callback& callback) {
  if (auto able = check_keys(channel, callback); !able) return std::move(able.error());
  const auto sealed = request.query_value("echostr");
  if (auto signed_ = check_sealed(request, channel, sealed); !signed_) {
    return std::move(signed_.error());
  }
  auto echo = open(sealed, channel, callback);
  if (!echo) return std::move(echo.error());
  return Reply{.body = std::move(*echo)};
}

Result<void> authenticate(const WebhookRequest& request, const Channel& channel,
                          const Callback& callback) {
  if (!enveloped(request, channel, callback)) return check_url(request, channel);
  if (auto able = check_keys(channel, callback); !able) return able;
  const auto outer = parse(request.body, callback);
  if (!outer) return envelope_refused();
  const auto sealed = outer->child_text("Encrypt");
  if (auto signed_ = check_sealed(request, channel, sealed); !signed_) return signed_;
  if (const auto inner = open(sealed, channel, callback); !inner) return envelope_refused();
  return {};
}

Result<XmlElement> trusted_document(const WebhookRequest& request, const Channel& channel,
                                    const Callback& callback) {
  auto outer = parse(request.body, callback);
  if (!outer || !enveloped(request, channel, callback)) return outer;
  auto inner = open(outer->child_text("Encrypt"), channel, callback);
  if (!inner) return std::move(inner.error());
  auto document = parse(*inner, callback);
  if (!document) return document;
  // In safe mode the envelope names its addressee outside too. They are one, or somebody
  // touched it.
  const auto addressee = outer->child_text("ToUserName");
  if (callback.names_addressee && callback.mode == Mode::safe && !addressee.empty() &&
      addressee != document->child_text("ToUserName")) {
    return envelope_refused();
  }
  return document;
}

}  // namespace parley::connectors::tencent
