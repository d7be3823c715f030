// tests/connectors/qq_support.hpp
// A QQ bot and the platform's side of signing for it.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "connectors/qq/address.hpp"
#include "connectors/qq/qq.hpp"
#include "connectors/qq/send.hpp"
#include "connectors/qq/trust.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kQqSecret = "BotSecretOfTests";

inline Channel qq_channel() {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"qq1"};
  channel.platform = "qq";
  channel.settings = {{"app_id", "1024"}};
  channel.secrets.emplace("bot_secret", Secret(std::string(kQqSecret)));
  return channel;
}

inline OwnedRequest qq_signed(std::string body, std::string_view secret = kQqSecret) {
  OwnedRequest request;
  request.path = "/webhooks/demo/qq1";
  const std::string time = "1760000000";
  request.headers = {
      {"content-type", "application/json"},
      {"x-bot-appid", "1024"},
      {"x-signature-timestamp", time},
      {"x-signature-ed25519", to_hex(*ed25519_sign(qq::seed_of(secret), time + body))}};
  request.body = std::move(body);
  return request;
}

inline std::string qq_event(std::string_view type, std::string_view d,
                            std::string_view id = "ev1") {
  return R"({"op":0,"id":")" + std::string(id) + R"(","s":1,"t":")" + std::string(type) +
         R"(","d":)" + std::string(d) + "}";
}

inline std::string qq_direct(std::string_view content, std::string_view more = "",
                             std::string_view event = "ev1") {
  return qq_event("C2C_MESSAGE_CREATE",
                  R"({"id":"ROBOT1.0_m1","author":{"user_openid":"U1","union_openid":"N1"},)"
                  R"("timestamp":"2023-11-06T13:37:18+08:00","content":")" +
                      std::string(content) + "\"" + std::string(more) + "}",
                  event);
}

}  // namespace parley::connectors::testing_support
