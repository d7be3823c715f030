// tests/connectors/feishu_support.hpp
// Feishu channels with and without an Encrypt Key, and the platform's side of sealing and signing.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "connectors/feishu/feishu.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kFeishuKey = "EncryptKeyOfTests";
inline constexpr std::string_view kFeishuToken = "TokenOfTests";

inline Channel feishu_channel(bool encrypted = true) {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"fs"};
  channel.platform = "feishu";
  channel.settings = {{"app_id", "cli_1"}};
  channel.secrets.emplace("app_secret", Secret("AppSecretOfTests"));
  channel.secrets.emplace("verification_token", Secret(std::string(kFeishuToken)));
  if (encrypted) channel.secrets.emplace("encrypt_key", Secret(std::string(kFeishuKey)));
  return channel;
}

inline std::string feishu_sealed(std::string_view plain, std::string_view key = kFeishuKey) {
  const std::string iv = "0123456789abcdef";
  std::string padded(plain);
  const std::size_t padding = 16 - padded.size() % 16;
  padded.append(padding, static_cast<char>(padding));
  return to_base64(iv + *aes256_cbc_encrypt(sha256(key), iv, padded));
}

inline OwnedRequest feishu_plain(std::string body) {
  OwnedRequest request;
  request.path = "/webhooks/demo/fs";
  request.headers = {{"content-type", "application/json"}};
  request.body = std::move(body);
  return request;
}

inline OwnedRequest feishu_signed(std::string body, std::string signature) {
  auto request = feishu_plain(std::move(body));
  request.headers.emplace_back("x-lark-request-timestamp", "1600000000");
  request.headers.emplace_back("x-lark-request-nonce", "n0nce");
  request.headers.emplace_back("x-lark-signature", std::move(signature));
  return request;
}

// An event in its envelope, signed.
inline OwnedRequest feishu_event(std::string_view json, std::string_view key = kFeishuKey) {
  const std::string body = R"({"encrypt":")" + feishu_sealed(json, key) + R"("})";
  return feishu_signed(body, to_hex(sha256("1600000000n0nce" + std::string(key) + body)));
}

// The callback of a card of the old kind: in the clear, signed with the token.
inline OwnedRequest feishu_old_card(const std::string& body) {
  return feishu_signed(body, to_hex(sha1("1600000000n0nce" + std::string(kFeishuToken) + body)));
}

inline std::string feishu_json(std::string_view type, std::string_view event,
                               std::string_view id = "e1") {
  return R"({"schema":"2.0","header":{"event_id":")" + std::string(id) + R"(","event_type":")" +
         std::string(type) +
         R"(","create_time":"1600000000123","token":"TokenOfTests","app_id":"cli_1",)"
         R"("tenant_key":"t1"},"event":)" +
         std::string(event) + "}";
}

// `content` is JSON; it travels as a text.
inline std::string feishu_message(std::string_view type, std::string_view content,
                                  std::string_view more = "", std::string_view chat = "p2p") {
  std::string quoted;
  for (const char c : content) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return feishu_json(
      "im.message.receive_v1",
      R"({"sender":{"sender_id":{"open_id":"ou_1","union_id":"on_1","user_id":"u1"},)"
      R"("sender_type":"user"},"message":{"message_id":"om_1","create_time":"1600000000456",)"
      R"("chat_id":"oc_1","chat_type":")" +
          std::string(chat) + R"(","message_type":")" + std::string(type) + R"(","content":")" +
          quoted + "\"" + std::string(more) + "}}");
}

}  // namespace parley::connectors::testing_support
