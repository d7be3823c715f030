// tests/connectors/wecom_support.hpp
// A company's application and its customer service as the tests need them, and their callbacks.
#pragma once

#include <string>
#include <string_view>

#include "connectors/wecom/wecom.hpp"
#include "connectors/wecom_kf/wecom_kf.hpp"
#include "tests/connectors/tencent_support.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kCorpId = "ww1436e0e65a779aee";

inline Channel wecom_channel() {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"work"};
  channel.platform = "wecom";
  channel.settings = {{"corp_id", std::string(kCorpId)}, {"agent_id", "1000002"}};
  channel.secrets.emplace("token", Secret(std::string(kPushToken)));
  channel.secrets.emplace("secret", Secret("AppSecretOfTests"));
  channel.secrets.emplace("encoding_aes_key", Secret(std::string(kPushKey)));
  return channel;
}

inline Channel kf_channel() {
  Channel channel = wecom_channel();
  channel.id = {"kf"};
  channel.platform = "wecom_kf";
  channel.settings.erase("agent_id");
  channel.settings["open_kfid"] = "wkOurs";
  return channel;
}

inline OwnedRequest wecom_request(std::string_view inner, std::string_view receiver = kCorpId) {
  const auto sealed = sealed_for(receiver, inner);
  auto request = signed_request(envelope_xml(kCorpId, sealed), sealed);
  // There is no signature of the URL alone here.
  request.query.erase(0, request.query.find('&') + 1);
  return request;
}

inline std::string wecom_xml(std::string_view type, std::string_view more) {
  return "<xml><ToUserName><![CDATA[" + std::string(kCorpId) +
         "]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
         "<CreateTime>1348831860</CreateTime><MsgType><![CDATA[" +
         std::string(type) + "]]></MsgType>" + std::string(more) + "<AgentID>1</AgentID></xml>";
}

inline std::string kf_bell(std::string_view account = "wkOurs",
                           std::string_view token = "ENCToken") {
  return "<xml><ToUserName><![CDATA[" + std::string(kCorpId) +
         "]]></ToUserName><CreateTime>1348831860</CreateTime><MsgType><![CDATA[event]]></MsgType>"
         "<Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[" +
         std::string(token) + "]]></Token><OpenKfId><![CDATA[" + std::string(account) +
         "]]></OpenKfId></xml>";
}

// A page of kf/sync_msg around its entries.
inline std::string kf_page(std::string_view entries, std::string_view cursor = "c1", int more = 0) {
  return R"({"errcode":0,"errmsg":"ok","next_cursor":")" + std::string(cursor) +
         R"(","has_more":)" + std::to_string(more) + R"(,"msg_list":[)" + std::string(entries) +
         "]}";
}

inline std::string kf_message(std::string_view id, std::string_view type, std::string_view content,
                              int origin = 3) {
  return R"({"msgid":")" + std::string(id) +
         R"(","open_kfid":"wkOurs","external_userid":"wmLi","send_time":1615478585,"origin":)" +
         std::to_string(origin) + R"(,"msgtype":")" + std::string(type) + R"(",")" +
         std::string(type) + R"(":)" + std::string(content) + "}";
}

inline std::string kf_event(std::string_view id, std::string_view type, std::string_view more) {
  return R"({"msgid":")" + std::string(id) +
         R"(","send_time":1615478585,"origin":4,"msgtype":"event","event":{"event_type":")" +
         std::string(type) + R"(")" + std::string(more) + "}}";
}

inline constexpr std::string_view kKfCustomer = R"(,"open_kfid":"wkOurs","external_userid":"wmLi")";

}  // namespace parley::connectors::testing_support
