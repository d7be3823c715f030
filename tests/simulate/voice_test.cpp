// What the simulator signs, the connectors believe: each platform's own proof, read back by the
// connector that serves real customers.
#include "gateway/cli/simulate/voice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "connectors/registry.hpp"

namespace parley::gateway::simulate {
namespace {

using connectors::Channel;

constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};

Channel channel_of(const std::string& platform, const std::string& mode = {}) {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"ch"};
  channel.platform = platform;
  const auto secret = [&](const char* name, const char* value) {
    channel.secrets.emplace(name, Secret(value));
  };
  if (platform == "wechat_oa") {
    channel.settings["app_id"] = "wx1";
    channel.settings["mode"] = mode;
    secret("token", "push-token");
    secret("app_secret", "app-secret");
    if (mode != "plaintext") {
      secret("encoding_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
    }
  } else if (platform == "telegram") {
    secret("bot_token", "1:T");
    secret("secret_token", "hook");
  } else {
    secret("secret", "whsec_cGFybGV5LWZpeHR1cmUtc2VjcmV0LTEyMzQ1Njc4");
  }
  return channel;
}

struct VoiceCase {
  const char* name;
  const char* platform;
  const char* mode;
};
void PrintTo(const VoiceCase& c, std::ostream* out) { *out << c.name; }

const VoiceCase kVoices[] = {
    {"WechatPlain", "wechat_oa", "plaintext"},
    {"WechatSafe", "wechat_oa", "safe"},
    {"Telegram", "telegram", ""},
    {"Custom", "custom", ""},
};

class Voice : public testing::TestWithParam<VoiceCase> {};

TEST_P(Voice, IsBelieved) {
  const auto channel = channel_of(GetParam().platform, GetParam().mode);
  const std::string user = default_user(channel.platform);
  const auto first = deliver(channel, {user, "转人工 ]]> <b>", 77, kNow, kNow});
  // Redelivered later: signed anew, and still the same message.
  const auto second =
      deliver(channel, {user, "转人工 ]]> <b>", 77, kNow, kNow + Milliseconds(5'000)});
  ASSERT_TRUE(first && second);
  std::string keys[2];
  int index = 0;
  for (const auto* ask : {&*first, &*second}) {
    connectors::WebhookRequest request;
    request.method = ask->method;
    const auto question = ask->target.find('?');
    request.path = std::string_view(ask->target).substr(0, question);
    if (question != std::string::npos) {
      request.query = std::string_view(ask->target).substr(question + 1);
    }
    std::vector<std::pair<std::string, std::string>> headers = ask->headers;
    for (auto& [name, value] : headers) {
      std::ranges::transform(name, name.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      });
      request.headers.push_back({name, value});
    }
    request.body = ask->body;
    request.received_at = kNow + Milliseconds(index * 5'000);
    const auto& connector = *connectors::builtin_registry().find(channel.platform)->connector;
    const auto proven = connector.authenticate(request, channel);
    ASSERT_TRUE(proven) << proven.error().detail;
    const auto parsed = connector.parse(request, channel);
    ASSERT_EQ(parsed.events.size(), 1u) << (parsed.stopped ? parsed.stopped->detail : "");
    EXPECT_EQ(parsed.events[0].identity.key.value, user);
    EXPECT_EQ(std::get<connectors::MessageIn>(parsed.events[0].what).message.fallback_text,
              "转人工 ]]> <b>");
    keys[index++] = parsed.events[0].dedup_key;
  }
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_FALSE(keys[0].empty());
}
INSTANTIATE_TEST_SUITE_P(Table, Voice, testing::ValuesIn(kVoices),
                         [](const auto& test) { return test.param.name; });

TEST(Voice, ReadsPassiveReplies) {
  for (const char* mode : {"plaintext", "safe"}) {
    const auto channel = channel_of("wechat_oa", mode);
    const auto& entry = *connectors::builtin_registry().find("wechat_oa");
    Send send;
    send.recipient = "oCustomer";
    send.message.content = {Text{.text = "您好 ]]>"}};
    const auto reply =
        entry.passive_reply->render({send, channel, {}, kNow}, "gh_1", "0123456789abcdef");
    ASSERT_TRUE(reply);
    EXPECT_EQ(passive_text(channel, reply->body), "您好 ]]>") << mode;
  }
  EXPECT_EQ(passive_text(channel_of("wechat_oa", "plaintext"), "success"), "");
}

TEST(Voice, RefusesUsersThePlatformWouldNeverName) {
  EXPECT_FALSE(deliver(channel_of("telegram"), {"ann", "hi", 1, kNow, kNow}));
  EXPECT_FALSE(deliver(channel_of("pigeon"), {"ann", "hi", 1, kNow, kNow}));
}

}  // namespace
}  // namespace parley::gateway::simulate
