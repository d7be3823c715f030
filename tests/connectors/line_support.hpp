// tests/connectors/line_support.hpp
// A LINE channel and requests signed as LINE signs them.
#pragma once

#include "base/crypto.hpp"
#include "connectors/line/line.hpp"
#include "tests/connectors/dialogue_support.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::line_support {

inline const Entry& entry() {
  static const Entry kEntry = make_line();
  return kEntry;
}

inline Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"line1"};
  channel.platform = "line";
  channel.secrets.emplace("channel_secret", Secret("secret-of-the-channel"));
  channel.secrets.emplace("channel_access_token", Secret("ACCESS"));
  return channel;
}

inline testing_support::OwnedRequest signed_with(const std::string& body,
                                                 const std::string& secret) {
  testing_support::OwnedRequest request;
  request.headers = {{"content-type", "application/json; charset=utf-8"},
                     {"x-line-signature", to_base64(hmac_sha256(secret, body))}};
  request.body = body;
  return request;
}

inline Parsed parse(std::string_view body) {
  return dialogue_support::parse(entry(), channel(), body);
}

// One event of user U1 with these members.
inline std::string event(std::string_view members) {
  return R"({"destination":"Ubot","events":[{"mode":"active","timestamp":1700000000123,
      "source":{"type":"user","userId":"U1"},"webhookEventId":"01E","replyToken":"RT",
      "deliveryContext":{"isRedelivery":false},)" +
         std::string(members) + "}]}";
}

inline std::string message(std::string_view members) {
  return event(R"("type":"message","message":{"id":"55",)" + std::string(members) + "}");
}

inline dialogue_support::Talk talk(Send send,
                                   const std::vector<dialogue_support::Scripted>& script) {
  return dialogue_support::talk(entry(), channel(), std::move(send), script);
}

}  // namespace parley::connectors::line_support
