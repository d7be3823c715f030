// Customers whose messages must be fetched, from socket to socket: a bell, pages, an answer, and
// what a restart does to all of it.
#include <gtest/gtest.h>

#include <mutex>

#include "connectors/registry.hpp"
#include "connectors/stand_in.hpp"
#include "conversation/ids.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

using namespace connectors;

TimePoint now() {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

// A platform's own stand-in behind a socket.
class Simulated {
 public:
  explicit Simulated(std::string_view platform)
      : entry_(*builtin_registry().find(platform)),
        stand_in_(entry_.stand_in()),
        server_([this](const Asked& asked) { return answer(asked); }) {
    channel = stand_in_->samples("http://127.0.0.1:" + std::to_string(server_.port())).at(0);
    channel.tenant = {"shop"};
  }

  // The channel as the tenant's file has it.
  std::string toml() const {
    std::string out = "[[channel]]\nid = \"" + channel.id.value + "\"\nplatform = \"" +
                      channel.platform + "\"\napi_base = \"" + channel.api_base + "\"\n";
    for (const auto& [name, value] : channel.settings) out += name + " = \"" + value + "\"\n";
    for (const auto& [name, secret] : channel.secrets) {
      out += name + " = \"" + secret.reveal() + "\"\n";
    }
    return out;
  }

  // A customer writes: it is there to be fetched; the webhooks are what would tell us.
  std::vector<Webhook> says(std::uint64_t number, const std::string& text) {
    const std::lock_guard lock(mutex_);
    const auto dispatch = stand_in_->deliver(channel, {.user = stand_in_->user(0),
                                                       .text = text,
                                                       .number = number,
                                                       .said_at = now(),
                                                       .sent_at = now()});
    EXPECT_TRUE(dispatch) << dispatch.error().detail;
    for (const auto& record : dispatch->records) stand_in_->stock(record);
    return dispatch->webhooks;
  }

  std::vector<AcceptedSend> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  bool wait_for_sent(std::size_t count) const {
    return World::eventually([&] { return sent().size() >= count; });
  }
  std::vector<std::string> pulled() const {
    std::vector<std::string> out;
    for (const auto& asked : server_.asked()) {
      const bool pull = asked.target.contains("sync_msg") || asked.target.contains("getUpdates");
      if (pull) out.push_back(asked.body);
    }
    return out;
  }

  Channel channel;

 private:
  Answer answer(const Asked& asked) {
    ApiRequest request{.method = asked.method,
                       .path = asked.target,
                       .query = {},
                       .headers = asked.headers,
                       .body = asked.body,
                       .received_at = now()};
    if (const auto question = request.path.find('?'); question != std::string::npos) {
      request.query = request.path.substr(question + 1);
      request.path.resize(question);
    }
    const std::lock_guard lock(mutex_);
    auto outcome = stand_in_->api(request);
    if (!outcome) return {404, "", {}};
    for (auto& send : outcome->sent) {
      send.body = asked.body;
      sent_.push_back(std::move(send));
    }
    return {outcome->answer.status,
            outcome->answer.body,
            {{"content-type", outcome->answer.content_type}}};
  }

  const Entry& entry_;
  mutable std::mutex mutex_;
  std::unique_ptr<StandIn> stand_in_;
  std::vector<AcceptedSend> sent_;
  LittleServer server_;
};

constexpr const char* kQuestion = "What are your opening hours?";
constexpr const char* kReply = "We are open from 9 to 18.";

Answer post(const World& world, const Webhook& webhook) {
  return ask(world.port(), webhook.method, webhook.target, webhook.headers, webhook.body);
}

TEST(Pull, ABellIsAnsweredWithWhatItRangForAndNothingTwice) {
  Simulated platform("wecom_kf");
  World world({{.id = "shop", .extra = platform.toml()}});
  const auto bells = platform.says(1, kQuestion);
  const auto ack = post(world, bells.at(0));
  EXPECT_EQ(ack.status, 200);
  EXPECT_EQ(ack.body, "success");
  ASSERT_TRUE(platform.wait_for_sent(1));
  EXPECT_EQ(platform.sent()[0].text, kReply);
  EXPECT_TRUE(platform.sent()[0].body.contains("\"open_kfid\":\"" +
                                               std::string(platform.channel.setting("open_kfid"))))
      << platform.sent()[0].body;
  EXPECT_EQ(post(world, bells.at(0)).status, 200) << "rung again";

  world.restart();
  const auto again = platform.says(2, kQuestion);
  EXPECT_EQ(post(world, again.at(0)).status, 200);
  ASSERT_TRUE(platform.wait_for_sent(2));
  const auto person =
      person_id_of({"shop"}, {"wecom:" + std::string(platform.channel.setting("corp_id")),
                              "wecom_external_userid", platform.sent()[0].to});
  const auto conversation = conversation_of(person).value;
  ASSERT_TRUE(World::eventually([&] {
    return count_containing(world.events("shop-admin", conversation), R"("state":"sent")") == 2;
  }));
  const auto events = world.events("shop-admin", conversation);
  EXPECT_EQ(count_containing(events, R"("type":"message.created")"), 4u);
  EXPECT_EQ(platform.sent().size(), 2u);
}

TEST(Pull, AMessageWhoseBellWasLostIsFoundByTheNextStart) {
  Simulated platform("wecom_kf");
  World world({{.id = "shop", .extra = platform.toml()}});
  ASSERT_TRUE(World::eventually([&] { return !platform.pulled().empty(); }));
  platform.says(1, kQuestion);  // and nobody rings
  world.restart();
  ASSERT_TRUE(platform.wait_for_sent(1));
  EXPECT_EQ(platform.sent()[0].text, kReply);
}

TEST(Pull, AForgedBellRingsNothing) {
  Simulated platform("wecom_kf");
  World world({{.id = "shop", .extra = platform.toml()}});
  auto forged = platform.says(1, kQuestion).at(0);
  forged.body.replace(forged.body.find("CDATA[") + 60, 1, "!");
  EXPECT_EQ(post(world, forged).status, 401);
}

TEST(Pull, APolledPlatformNeedsNoWebhookAndGoesOnAtItsOffset) {
  Simulated platform("telegram");
  platform.channel.id = {"polled"};
  platform.channel.settings["receive"] = "poll";
  platform.channel.secrets.erase("secret_token");
  World world({{.id = "shop", .extra = platform.toml()}});
  EXPECT_TRUE(platform.says(7, kQuestion).empty()) << "there is nothing to call";
  ASSERT_TRUE(platform.wait_for_sent(1));
  EXPECT_EQ(platform.sent()[0].text, kReply);
  ASSERT_TRUE(World::eventually([&] {
    const auto pulled = platform.pulled();
    return !pulled.empty() && pulled.back().contains("offset=8");
  }));
  const auto before = platform.pulled().size();
  world.restart();
  ASSERT_TRUE(World::eventually([&] { return platform.pulled().size() > before; }));
  EXPECT_TRUE(platform.pulled()[before].contains("offset=8"));
  platform.says(8, kQuestion);
  ASSERT_TRUE(platform.wait_for_sent(2));
  EXPECT_EQ(platform.sent().size(), 2u);
}

}  // namespace
}  // namespace parley::test
