// tests/connectors/viber_support.hpp
// A Viber channel and requests signed as Viber signs them.
#pragma once

#include "base/crypto.hpp"
#include "connectors/viber/viber.hpp"
#include "tests/connectors/dialogue_support.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::viber_support {

inline constexpr const char* kToken = "445da6az1s345z78-dazcczb2542zv51a";

inline const Entry& entry() {
  static const Entry kEntry = make_viber();
  return kEntry;
}

inline Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"viber1"};
  channel.platform = "viber";
  channel.secrets.emplace("auth_token", Secret(kToken));
  return channel;
}

inline testing_support::OwnedRequest signed_with(const std::string& body,
                                                 const std::string& token = kToken) {
  testing_support::OwnedRequest request;
  request.headers = {{"content-type", "application/json"},
                     {"x-viber-content-signature", to_hex(hmac_sha256(token, body))}};
  request.body = body;
  return request;
}

inline Parsed parse(std::string_view body) {
  return dialogue_support::parse(entry(), channel(), body);
}

inline std::string message(std::string_view members) {
  return R"({"event":"message","timestamp":1700000000123,"message_token":4912661846655238145,
      "sender":{"id":"01234567890A=","name":"Li","avatar":"https://x.example/a","language":"zh"},
      "message":{)" +
         std::string(members) + "}}";
}

inline dialogue_support::Talk talk(Send send, const std::vector<dialogue_support::Scripted>& script,
                                   const Channel& over = channel()) {
  return dialogue_support::talk(entry(), over, std::move(send), script);
}

}  // namespace parley::connectors::viber_support
