// tests/connectors/wechat_oa_support.hpp
// A WeChat Official Account as the tests need it: channels of each mode, and the platform's side
// of signing and sealing.
#pragma once

#include <string>
#include <string_view>

#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "connectors/wechat_oa/wechat_oa.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kWechatToken = "PushTokenOfTests";
inline constexpr std::string_view kWechatKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
inline constexpr std::string_view kWechatAppId = "wx5823bf96d3bd56c7";

inline Channel wechat_channel(std::string mode) {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"wx"};
  channel.platform = "wechat_oa";
  channel.settings = {{"app_id", std::string(kWechatAppId)}, {"mode", std::move(mode)}};
  channel.secrets.emplace("token", Secret(std::string(kWechatToken)));
  channel.secrets.emplace("app_secret", Secret("AppSecretOfTests"));
  channel.secrets.emplace("encoding_aes_key", Secret(std::string(kWechatKey)));
  return channel;
}

inline std::string url_signature(std::string_view time = "1409735669",
                                 std::string_view nonce = "1320562132") {
  return tencent_signature({kWechatToken, time, nonce});
}

inline OwnedRequest wechat_plain(std::string body, std::string signature = url_signature(),
                                 std::string_view time = "1409735669",
                                 std::string_view nonce = "1320562132") {
  OwnedRequest request;
  request.path = "/webhooks/demo/wx";
  request.query =
      "signature=" + signature + "&timestamp=" + std::string(time) + "&nonce=" + std::string(nonce);
  request.headers = {{"content-type", "text/xml"}};
  request.body = std::move(body);
  return request;
}

inline std::string wechat_sealed(std::string_view inner, std::string_view app_id = kWechatAppId) {
  return seal_envelope(Secret(std::string(kWechatKey)), inner, app_id, "0123456789abcdef");
}

// The request around an Encrypt text, with the outer fields given.
inline OwnedRequest wechat_envelope(std::string_view sealed, std::string_view outer_fields,
                                    std::string_view time = "1409735669",
                                    std::string_view nonce = "1320562132") {
  OwnedRequest request = wechat_plain({}, url_signature(time, nonce), time, nonce);
  request.query += "&openid=oUser&encrypt_type=aes&msg_signature=" +
                   tencent_signature({kWechatToken, time, nonce, sealed});
  request.body = "<xml>" + std::string(outer_fields) + "<Encrypt><![CDATA[" + std::string(sealed) +
                 "]]></Encrypt></xml>";
  return request;
}

inline OwnedRequest wechat_safe(std::string_view inner, std::string_view time = "1409735669",
                                std::string_view nonce = "1320562132") {
  return wechat_envelope(wechat_sealed(inner), "<ToUserName><![CDATA[gh_1]]></ToUserName>", time,
                         nonce);
}

// <xml> with the common fields and what the type adds.
inline std::string wechat_xml(std::string_view type, std::string_view more,
                              std::string_view time = "1348831860") {
  return "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oUser]]>"
         "</FromUserName><CreateTime>" +
         std::string(time) + "</CreateTime><MsgType><![CDATA[" + std::string(type) +
         "]]></MsgType>" + std::string(more) + "</xml>";
}

inline std::string wechat_event(std::string_view name, std::string_view more = "",
                                std::string_view time = "1348831860") {
  return wechat_xml(
      "event", "<Event><![CDATA[" + std::string(name) + "]]></Event>" + std::string(more), time);
}

}  // namespace parley::connectors::testing_support
