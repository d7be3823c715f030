// The customer sees that somebody writes while a bot thinks, and no longer.
#include <latch>

#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using test::Answer;
using test::Asked;

struct TypingTest : testing::Test {
  Answer hear(const Asked& asked) {
    if (asked.target.starts_with("/typing/")) {
      shown.change([&](auto& list) { list.push_back(asked.target.substr(8) + ' ' + asked.body); });
      return typing_answer;
    }
    return Platform::ok();
  }
  Answer think(const Asked&) {
    thinking.wait();
    return {200, R"({"text":"Let me see."})", {}};
  }
  std::shared_ptr<const Tenant> tenant() const {
    return shop.tenant(
        {.platform_port = platform.port(),
         .first_outcome = {HolderKind::bot, "faq"},
         .bot_url = "http://127.0.0.1:" + std::to_string(bot.port()) + "/turn"});
  }
  static PipelineOptions options(Milliseconds after) {
    auto out = quick_options();
    out.bots.typing_after = after;
    return out;
  }

  ManualClock store_clock;
  storage::MemoryStore store{storage::Options{}, store_clock};
  Answer typing_answer{200, "{}", {}};
  std::latch thinking{1};
  Watched<std::vector<std::string>> shown;
  Platform platform{[this](const Asked& asked) { return hear(asked); }};
  test::LittleServer bot{[this](const Asked& asked) { return think(asked); }};
  Shop shop{{.typing = true}};
};

TEST_F(TypingTest, IsShownWhileABotThinksAndTakenBackAfterwards) {
  Life life(store, tenant(), options(Milliseconds(1)));
  ASSERT_EQ(life.webhook("m1|ann|hello").status, 200);
  ASSERT_TRUE(shown.wait_for([](const auto& list) { return !list.empty(); }));
  EXPECT_EQ(shown.get().front(), "ann on");
  EXPECT_TRUE(platform.calls().empty()) << "shown before the answer";
  thinking.count_down();
  ASSERT_TRUE(platform.wait_for(1));
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"Let me see."}));
  ASSERT_TRUE(shown.wait_for([](const auto& list) { return list.back() == "ann off"; }));
}

TEST_F(TypingTest, IsNotShownForAnAnswerThatComesAtOnce) {
  thinking.count_down();
  Life life(store, tenant(), options(Milliseconds(60'000)));
  ASSERT_EQ(life.webhook("m1|ann|hello").status, 200);
  ASSERT_TRUE(platform.wait_for(1));
  EXPECT_EQ(shown.get(), (std::vector<std::string>{}));
}

TEST_F(TypingTest, APlatformThatRefusesItStillGetsTheAnswer) {
  typing_answer = {500, "", {}};
  Life life(store, tenant(), options(Milliseconds(1)));
  ASSERT_EQ(life.webhook("m1|ann|hello").status, 200);
  ASSERT_TRUE(shown.wait_for([](const auto& list) { return !list.empty(); }));
  thinking.count_down();
  ASSERT_TRUE(platform.wait_for(1));
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"Let me see."}));
}

}  // namespace
}  // namespace parley::gateway
