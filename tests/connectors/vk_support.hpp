// tests/connectors/vk_support.hpp
// A VK channel, callbacks with its secret, and readers of what went out.
#pragma once

#include <map>

#include "connectors/url.hpp"
#include "connectors/vk/vk.hpp"
#include "tests/connectors/dialogue_support.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::vk_support {

inline const Entry& entry() {
  static const Entry kEntry = make_vk();
  return kEntry;
}

inline Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"vk1"};
  channel.platform = "vk";
  channel.settings["callback_verification_string"] = "a1b2c3";
  channel.secrets.emplace("access_token", Secret("vk1.a.TOKEN"));
  channel.secrets.emplace("secret", Secret("hook-secret"));
  return channel;
}

// A callback of this type about this object.
inline std::string callback(std::string_view type, std::string_view object,
                            std::string_view secret = "hook-secret") {
  return R"({"group_id":77,"type":")" + std::string(type) + R"(","event_id":"e5","v":"5.199",
      "object":)" +
         std::string(object) + R"(,"secret":")" + std::string(secret) + "\"}";
}

inline std::string message(std::string_view members) {
  return callback("message_new",
                  R"({"message":{"id":21,"date":1700000000,"from_id":123456,"peer_id":123456,
                      "conversation_message_id":9,)" +
                      std::string(members) + R"(},"client_info":{"keyboard":true}})");
}

inline testing_support::OwnedRequest carrying(const std::string& body) {
  testing_support::OwnedRequest request;
  request.headers = {{"content-type", "application/json"}};
  request.body = body;
  return request;
}

inline Parsed parse(std::string_view body) {
  return dialogue_support::parse(entry(), channel(), body);
}

inline dialogue_support::Talk talk(Send send,
                                   const std::vector<dialogue_support::Scripted>& script) {
  return dialogue_support::talk(entry(), channel(), std::move(send), script);
}

// "messages.send" of ".../method/messages.send.json?..."
inline std::string method(const HttpCall& call) {
  const auto from = call.url.find("/method/");
  if (from == std::string::npos) return call.url;
  return call.url.substr(from + 8, call.url.find(".json") - from - 8);
}

// What the call says, in its query or in its body.
inline std::string said(const HttpCall& call, std::string_view name) {
  const auto question = call.url.find('?');
  const std::string query = question == std::string::npos ? "" : call.url.substr(question + 1);
  const std::string value = form_value(query, name);
  return value.empty() ? form_value(call.body, name) : value;
}

}  // namespace parley::connectors::vk_support
