// tests/connectors/wechat_miniprogram_support.hpp
// A mini program as the tests need it, and the platform's pushes to it in both formats.
#pragma once

#include <string>
#include <string_view>

#include "connectors/wechat_miniprogram/wechat_miniprogram.hpp"
#include "tests/connectors/tencent_support.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kMiniAppId = "wx4f4bc4dec97d474b";

inline Channel mini_channel(std::string mode) {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"mini"};
  channel.platform = "wechat_miniprogram";
  channel.settings = {{"app_id", std::string(kMiniAppId)}, {"mode", std::move(mode)}};
  channel.secrets.emplace("token", Secret(std::string(kPushToken)));
  channel.secrets.emplace("app_secret", Secret("AppSecretOfTests"));
  channel.secrets.emplace("encoding_aes_key", Secret(std::string(kPushKey)));
  return channel;
}

inline OwnedRequest mini_plain(std::string body) { return signed_request(std::move(body), ""); }

inline OwnedRequest mini_safe_xml(std::string_view inner) {
  const auto sealed = sealed_for(kMiniAppId, inner);
  return signed_request(envelope_xml("gh_1", sealed), sealed);
}

inline OwnedRequest mini_safe_json(std::string_view inner) {
  const auto sealed = sealed_for(kMiniAppId, inner);
  return signed_request(R"({"ToUserName":"gh_1","Encrypt":")" + sealed + R"("})", sealed);
}

// A push in JSON with the common members and what the type adds.
inline std::string mini_json(std::string_view type, std::string_view more) {
  return R"({"ToUserName":"gh_1","FromUserName":"oUser","CreateTime":1482048670,"MsgType":")" +
         std::string(type) + "\"" + (more.empty() ? "" : ",") + std::string(more) + "}";
}

}  // namespace parley::connectors::testing_support
