// tests/connectors/douyin_support.hpp
// A Douyin channel and the platform's side of signing.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "connectors/douyin/address.hpp"
#include "connectors/douyin/douyin.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kDouyinSecret = "ClientSecretOfTests";

inline Channel douyin_channel() {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"dy"};
  channel.platform = "douyin";
  channel.settings = {{"client_key", "key1"}};
  channel.secrets.emplace("client_secret", Secret(std::string(kDouyinSecret)));
  channel.secrets.emplace("refresh_token", Secret("rft.OfTests"));
  return channel;
}

inline OwnedRequest douyin_signed(std::string body, std::string delivery = "7001") {
  OwnedRequest request;
  request.path = "/webhooks/demo/dy";
  request.headers = {{"content-type", "application/json"},
                     {"msg-id", std::move(delivery)},
                     {"x-douyin-signature", to_hex(sha1(std::string(kDouyinSecret) + body))}};
  request.body = std::move(body);
  return request;
}

// `content` is the inside of an object, which travels as a text or as it is.
inline std::string douyin_event(std::string_view event, std::string_view content,
                                bool as_text = true) {
  const std::string object =
      R"({"conversation_short_id":"@c1==","server_message_id":"@m1==","conversation_type":1,)"
      R"("create_time":1705027200123,"user_infos":[{"open_id":"u1","nick_name":"小明",)"
      R"("avatar":"https://a/p"}],)" +
      std::string(content) + "}";
  std::string quoted;
  for (const char c : object) {
    if (as_text && (c == '"' || c == '\\')) quoted += '\\';
    quoted += c;
  }
  if (as_text) quoted = "\"" + quoted + "\"";
  return R"({"event":")" + std::string(event) +
         R"(","client_key":"key1","from_user_id":"u1","to_user_id":"biz","log_id":"l","content":)" +
         quoted + "}";
}

}  // namespace parley::connectors::testing_support
