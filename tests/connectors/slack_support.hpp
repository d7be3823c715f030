// tests/connectors/slack_support.hpp
// A Slack channel and requests signed as Slack signs them.
#pragma once

#include "base/crypto.hpp"
#include "connectors/slack/slack.hpp"
#include "tests/connectors/dialogue_support.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::slack_support {

inline constexpr std::int64_t kNowS = 1'760'000'000;  // of every OwnedRequest
inline constexpr const char* kSecret = "signing-secret-of-the-app";

inline const Entry& entry() {
  static const Entry kEntry = make_slack();
  return kEntry;
}

inline Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"slack1"};
  channel.platform = "slack";
  channel.secrets.emplace("signing_secret", Secret(kSecret));
  channel.secrets.emplace("bot_token", Secret("xoxb-TOKEN"));
  return channel;
}

inline testing_support::OwnedRequest signed_at(const std::string& body, std::int64_t seconds,
                                               const std::string& secret = kSecret) {
  const std::string time = std::to_string(seconds);
  testing_support::OwnedRequest request;
  request.headers = {
      {"content-type", "application/json"},
      {"x-slack-request-timestamp", time},
      {"x-slack-signature", "v0=" + to_hex(hmac_sha256(secret, "v0:" + time + ":" + body))}};
  request.body = body;
  return request;
}

inline Parsed parse(std::string_view body) {
  return dialogue_support::parse(entry(), channel(), body);
}

// An event of workspace T1 with these members.
inline std::string callback(std::string_view event, std::string_view id = "Ev1") {
  return R"({"type":"event_callback","team_id":"T1","api_app_id":"A1","event_id":")" +
         std::string(id) + R"(","event_time":1760000000,"authorizations":[{"team_id":"T1",
      "user_id":"UBOT","is_bot":true}],"event":{)" +
         std::string(event) + "}}";
}

inline std::string message(std::string_view members) {
  return callback(R"("type":"message","user":"U1","channel":"D1","channel_type":"im",
      "ts":"1760000000.000100",)" +
                  std::string(members));
}

inline dialogue_support::Talk talk(Send send,
                                   const std::vector<dialogue_support::Scripted>& script) {
  return dialogue_support::talk(entry(), channel(), std::move(send), script);
}

}  // namespace parley::connectors::slack_support
