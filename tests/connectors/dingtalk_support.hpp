// tests/connectors/dingtalk_support.hpp
// A DingTalk channel with both kinds of request, as the platform signs and seals them.
#pragma once

#include <string>
#include <string_view>

#include "connectors/dingtalk/address.hpp"
#include "connectors/dingtalk/dingtalk.hpp"
#include "connectors/dingtalk/trust.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kDingSecret = "AppSecretOfTests";
inline constexpr std::string_view kDingToken = "EventTokenOfTests";
inline constexpr std::string_view kDingKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
inline constexpr std::string_view kDingOwner = "dingOwner";
inline constexpr TimePoint kDingNow{Milliseconds{1'760'000'000'000}};

inline Channel dingtalk_channel() {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"ding"};
  channel.platform = "dingtalk";
  channel.settings = {{"app_key", "dingApp"}, {"owner_key", std::string(kDingOwner)}};
  channel.secrets.emplace("app_secret", Secret(std::string(kDingSecret)));
  channel.secrets.emplace("token", Secret(std::string(kDingToken)));
  channel.secrets.emplace("encoding_aes_key", Secret(std::string(kDingKey)));
  return channel;
}

inline OwnedRequest dingtalk_robot(std::string body, std::string timestamp = "1760000000000") {
  OwnedRequest request;
  request.path = "/webhooks/demo/ding";
  auto sign = dingtalk::robot_sign(kDingSecret, timestamp);
  request.headers = {{"content-type", "application/json; charset=utf-8"},
                     {"timestamp", std::move(timestamp)},
                     {"sign", std::move(sign)}};
  request.body = std::move(body);
  return request;
}

inline OwnedRequest dingtalk_event(std::string_view json, std::string_view owner = kDingOwner) {
  const auto sealed = seal_envelope(Secret(std::string(kDingKey)), json, owner, "0123456789abcdef");
  OwnedRequest request;
  request.path = "/webhooks/demo/ding";
  request.query =
      "msg_signature=" + tencent_signature({kDingToken, "1760000000000", "n0nce", sealed}) +
      "&timestamp=1760000000000&nonce=n0nce";
  request.headers = {{"content-type", "application/json"}};
  request.body = R"({"encrypt":")" + sealed + R"("})";
  return request;
}

inline std::string dingtalk_message(std::string_view type, std::string_view content,
                                    std::string_view more = "") {
  return R"({"conversationId":"cid1==","chatbotUserId":"$:bot","msgId":"msg1","senderNick":"李",)"
         R"("senderStaffId":"staff1","senderId":"$:sender","senderCorpId":"dingcorp",)"
         R"("sessionWebhookExpiredTime":1760005400000,"createAt":1759999999000,)"
         R"("conversationType":"1","robotCode":"dingRobot",)"
         R"("sessionWebhook":"https://oapi.dingtalk.com/robot/sendBySession?session=s1",)"
         R"("msgtype":")" +
         std::string(type) + "\"," + std::string(content) + std::string(more) + "}";
}

}  // namespace parley::connectors::testing_support
