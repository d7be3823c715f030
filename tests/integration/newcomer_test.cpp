// The story README tells a newcomer, over the files we ship: whoever changes one must keep the
// other true.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "tests/integration/customer.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAdmin = "demo-admin-key";
constexpr const char* kAnna = "demo-anna-key";
constexpr const char* kAngry = "都三天了还没发货，太差了，我要投诉！";
constexpr const char* kSorry = "非常抱歉，我马上为您处理。";

using Replacements = std::vector<std::pair<std::string, std::string>>;

// Each stands in the shipped file; what is replaced is what one machine has only one of.
void replace_in(const std::string& path, const Replacements& replacements) {
  std::string text;
  {
    std::ifstream in(path, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (const auto& [from, to] : replacements) {
    auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << path << " no longer holds " << from;
    for (; at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  std::ofstream(path, std::ios::binary) << text;
}

void furnish_as_shipped(const std::string& directory, std::uint16_t platform_port) {
  const std::string source = PARLEY_SOURCE_DIR;
  const std::string platform = "127.0.0.1:" + std::to_string(platform_port);
  fs::copy(source + "/config/parley.toml", directory);
  fs::copy(source + "/config/tenants", directory + "/tenants");
  replace_in(directory + "/parley.toml", {{"port = 8080", "port = 0"},
                                          {"port = 8081", "port = 0"},
                                          {"path = \"data\"", "path = \"" + directory + "/data\""},
                                          {"\"models/", "\"" + source + "/models/"},
                                          {"127.0.0.1:8089", platform},
                                          {"level = \"info\"", "level = \"error\""}});
  replace_in(directory + "/tenants/demo.toml", {{"127.0.0.1:8089", platform}});
}

class Newcomer : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(platform_.start());
    world_ = std::make_unique<World>(
        [&](const std::string& directory) { furnish_as_shipped(directory, platform_.port()); });
    wechat_ = std::make_unique<Customer>(*world_, platform_, "demo", "wechat");
    web_ = std::make_unique<Customer>(*world_, platform_, "demo", "web");
  }

  // Says it, and gives what they read next.
  std::string told(Customer& customer, const std::string& text) {
    const auto before = customer.reads(0).size();
    EXPECT_TRUE(customer.says(customer.utterance(++said_, text, SystemClock().now())));
    const auto& read = customer.reads(before + 1);
    EXPECT_EQ(read.size(), before + 1) << text;
    return read.size() > before ? read.back().text : std::string();
  }

  std::string ask(const char* key, const std::string& method, const std::string& path,
                  const std::string& body = {}) const {
    const auto answer = world_->api(key, method, path, body);
    EXPECT_EQ(answer.status / 100, 2) << path << ": " << answer.body;
    return answer.body;
  }

  // The person whom this channel knows, from the list of conversations.
  std::string person_on(const std::string& channel) const {
    const auto all = ask(kAdmin, "GET", "/v1/conversations");
    for (int i = 0; i < 10; ++i) {
      const auto at = "/conversations/" + std::to_string(i);
      const auto person = connectors::json_at(all, at + "/person_id");
      if (person.empty()) break;
      const auto profile = ask(kAdmin, "GET", "/v1/persons/" + person);
      if (connectors::json_at(profile, "/identities/0/channel") == channel) return person;
    }
    ADD_FAILURE() << "nobody on " << channel << ": " << all;
    return {};
  }

  gateway::simulate::PlatformStandIn platform_;
  std::unique_ptr<World> world_;
  std::unique_ptr<Customer> wechat_, web_;
  std::uint64_t said_ = 1'000;
};

// {"waiting": [...]} of one queue.
std::string waiting_in(const std::string& queues, const std::string& queue,
                       const std::string& field) {
  for (int i = 0; i < 10; ++i) {
    const auto at = "/queues/" + std::to_string(i);
    if (connectors::json_at(queues, at + "/id") != queue) continue;
    return connectors::json_at(queues, at + "/waiting/0/" + field);
  }
  return {};
}

// Channel and direction of each message, and its text: "web inbound hello".
std::vector<std::string> messages_of(const std::string& events) {
  std::vector<std::string> out;
  simdjson::dom::parser parser;
  simdjson::dom::array list;
  if (parser.parse(events)["events"].get(list) != simdjson::SUCCESS) return out;
  for (const auto event : list) {
    const auto json = simdjson::minify(event);
    if (connectors::json_at(json, "/type") != "message.created") continue;
    out.push_back(connectors::json_at(json, "/channel/id") + " " +
                  connectors::json_at(json, "/message/direction") + " " +
                  connectors::json_at(json, "/message/content/0/text"));
  }
  return out;
}

TEST_F(Newcomer, IsAnsweredByTheBotOnBothChannels) {
  EXPECT_NE(told(*wechat_, "怎么退款？").find("申请退款"), std::string::npos);
  EXPECT_NE(told(*web_, "What are your opening hours?").find("9:00 to 22:00"), std::string::npos);
}

TEST_F(Newcomer, IsHeardWhenAngryAndAnsweredByAnna) {
  EXPECT_NE(told(*wechat_, kAngry).find("高级客服"), std::string::npos);

  const auto queues = ask(kAdmin, "GET", "/v1/queues");
  const auto conversation = waiting_in(queues, "complaints", "conversation_id");
  ASSERT_TRUE(conversation.starts_with("cnv_")) << queues;
  EXPECT_NE(waiting_in(queues, "complaints", "reason").find("unhappy customers"), std::string::npos)
      << queues;

  const auto claimed = ask(kAnna, "POST", "/v1/claim", "{}");
  EXPECT_EQ(connectors::json_at(claimed, "/conversation/id"), conversation) << claimed;
  ask(kAnna, "POST", "/v1/conversations/" + conversation + "/messages",
      std::string(R"({"content":[{"type":"text","text":")") + kSorry + R"("}]})");
  const auto& read = wechat_->reads(2);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[1].text, kSorry);
}

TEST_F(Newcomer, IsOnePersonOnBothChannelsWhenTheShopSaysSo) {
  told(*wechat_, kAngry);
  ask(kAnna, "POST", "/v1/claim", "{}");
  told(*web_, "What are your opening hours?");
  const auto person = person_on("wechat"), other = person_on("web");
  ASSERT_NE(person, other);

  ask(kAdmin, "POST", "/v1/persons/" + other + "/merge", R"({"into":")" + person + "\"}");
  std::vector<std::string> timeline;
  EXPECT_TRUE(World::eventually([&] {  // the survivor hears of it by a relay, a moment later
    timeline = messages_of(ask(kAdmin, "GET", "/v1/persons/" + person + "/timeline"));
    return count_containing(timeline, "web inbound What are your opening hours?") == 1;
  }));
  EXPECT_EQ(count_containing(timeline, std::string("wechat inbound ") + kAngry), 1u);
  EXPECT_EQ(count_containing(timeline, "web outbound "), 1u);

  // From now on both write into one conversation, which is anna's.
  ASSERT_TRUE(web_->says(web_->utterance(++said_, "It is me again.", SystemClock().now())));
  const auto conversation = "cnv_" + person.substr(4);
  const auto events = ask(kAdmin, "GET", "/v1/conversations/" + conversation + "/events?limit=200");
  EXPECT_EQ(count_containing(messages_of(events), "web inbound It is me again."), 1u) << events;

  ask(kAdmin, "POST", "/v1/persons/" + other + "/unmerge", "{}");
  told(*web_, "What are your opening hours?");
  const auto apart = ask(kAdmin, "GET", "/v1/persons/" + other + "/timeline");
  EXPECT_EQ(count_containing(messages_of(apart), "web inbound What are your opening hours?"), 2u)
      << apart;
}

}  // namespace
}  // namespace parley::test
