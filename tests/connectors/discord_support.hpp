// tests/connectors/discord_support.hpp
// A Discord channel and requests signed as Discord signs them.
#pragma once

#include "base/crypto.hpp"
#include "connectors/discord/discord.hpp"
#include "tests/connectors/dialogue_support.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::discord_support {

inline const std::string kSeed(32, '\x17');  // of the pair of keys; Discord keeps its own
inline const std::string kToken = "bot-token-of-the-fixture";

inline const Entry& entry() {
  static const Entry kEntry = make_discord();
  return kEntry;
}

inline Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"discord1"};
  channel.platform = "discord";
  channel.secrets.emplace("public_key", Secret(to_hex(*ed25519_public_key(kSeed))));
  channel.secrets.emplace("bot_token", Secret(kToken));
  return channel;
}

inline testing_support::OwnedRequest signed_at(const std::string& body,
                                               const std::string& time = "1760000000",
                                               const std::string& seed = kSeed) {
  testing_support::OwnedRequest request;
  request.headers = {{"content-type", "application/json"},
                     {"x-signature-timestamp", time},
                     {"x-signature-ed25519", to_hex(*ed25519_sign(seed, time + body))}};
  request.body = body;
  return request;
}

inline Parsed parse(std::string_view body) {
  return dialogue_support::parse(entry(), channel(), body);
}

// An interaction of a user in a guild's channel, with these members.
inline std::string interaction(int type, std::string_view members) {
  return R"({"type":)" + std::to_string(type) +
         R"(,"version":1,"id":"1427000000000000001","application_id":"9001","token":"tok-1",
      "channel_id":"645027906669510667","guild_id":"290926798626357999","locale":"en-US",
      "member":{"nick":"Mas","user":{"id":"53908232506183680","username":"mason",
      "global_name":"Mason"}},)" +
         std::string(members) + "}";
}

inline dialogue_support::Talk talk(Send send,
                                   const std::vector<dialogue_support::Scripted>& script) {
  return dialogue_support::talk(entry(), channel(), std::move(send), script);
}

}  // namespace parley::connectors::discord_support
