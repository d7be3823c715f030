#include "gateway/cli/simulate/stand_in.hpp"

#include <gtest/gtest.h>

#include "gateway/cli/simulate/http_line.hpp"

namespace parley::gateway::simulate {
namespace {

constexpr Milliseconds kTimeout{10'000};

class StandIn : public testing::Test {
 protected:
  void SetUp() override {
    const auto started = platform_.start();
    ASSERT_TRUE(started) << started.error().detail;
    line_ = std::make_unique<HttpLine>("127.0.0.1", platform_.port());
  }

  Result<Answer> telegram(const std::string& text) {
    return line_->ask_blocking({.target = "/bot1:T/sendMessage",
                                .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                .body = "chat_id=42&text=" + text},
                               kTimeout);
  }

  std::string token() {
    const auto answer =
        line_->ask_blocking({.target = "/cgi-bin/stable_token", .body = "{}"}, kTimeout);
    if (!answer) return {};
    const auto at = answer->body.find("standin-token-");
    return answer->body.substr(at, answer->body.find('"', at) - at);
  }

  Result<Answer> wechat(const std::string& access_token) {
    return line_->ask_blocking(
        {.target = "/cgi-bin/message/custom/send?access_token=" + access_token,
         .body = R"({"touser":"o1","msgtype":"text","text":{"content":"您好"}})"},
        kTimeout);
  }

  PlatformStandIn platform_;
  std::unique_ptr<HttpLine> line_;
};

TEST_F(StandIn, TakesSendsOfEachPlatform) {
  EXPECT_EQ(telegram("hi")->status, 200);
  EXPECT_EQ(wechat(token())->body, R"({"errcode":0,"errmsg":"ok"})");
  const auto custom = line_->ask_blocking(
      {.target = "/messages",
       .body = R"({"type":"message.created","recipient":"p1","message":{"fallback_text":"yo"}})"},
      kTimeout);
  EXPECT_EQ(custom->status, 200);
  const auto sends = platform_.accepted();
  ASSERT_EQ(sends.size(), 3u);
  EXPECT_EQ(sends[0].platform + sends[0].to + sends[0].text, "telegram42hi");
  EXPECT_EQ(sends[1].platform + sends[1].to + sends[1].text, "wechat_oao1您好");
  EXPECT_EQ(sends[2].platform + sends[2].to + sends[2].text, "customp1yo");
  EXPECT_EQ(platform_.accepted(2).size(), 1u);
}

TEST_F(StandIn, KnowsThePlatformByAPathThatNamesIt) {
  const auto ask = [&](const std::string& target) {
    return line_
        ->ask_blocking({.target = target,
                        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                        .body = "chat_id=42&text=hi"},
                       kTimeout)
        ->status;
  };
  EXPECT_EQ(ask("/telegram/bot1:T/sendMessage"), 200);
  EXPECT_EQ(platform_.accepted().at(0).platform, "telegram");
  EXPECT_EQ(ask("/wechat_oa/bot1:T/sendMessage"), 404) << "another platform's path below its name";
  EXPECT_EQ(ask("/telegram/_control/accepted"), 404);
  EXPECT_EQ(ask("/telegram"), 404);
  EXPECT_EQ(platform_.accepted().size(), 1u);
}

TEST_F(StandIn, TakesWhatIsToBeFetchedForPlatformsItKnows) {
  const auto stock = [&](const std::string& body) {
    return line_->ask_blocking({.target = "/_control/stock", .headers = {}, .body = body}, kTimeout)
        ->status;
  };
  EXPECT_EQ(stock(R"({"platform":"telegram","records":["a","b"]})"), 200);
  EXPECT_EQ(stock(R"({"platform":"pigeon","records":["a"]})"), 400);
  EXPECT_EQ(stock(R"({"platform":"telegram","records":[1]})"), 400);
  EXPECT_EQ(stock("x"), 400);
  EXPECT_TRUE(platform_.stock("telegram", {"a"}));
  EXPECT_FALSE(platform_.stock("pigeon", {"a"}));
}

TEST_F(StandIn, ReadsMultipartFields) {
  const auto answer = line_->ask_blocking(
      {.target = "/bot1:T/sendPhoto",
       .headers = {{"Content-Type", "multipart/form-data; boundary=b"}},
       .body = "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n"
               "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n"
               "Content-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n"},
      kTimeout);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(platform_.accepted().at(0).to, "42");
  EXPECT_EQ(platform_.accepted().at(0).text, "[Photo]");
}

TEST_F(StandIn, RefusesWhatThePlatformWould) {
  EXPECT_NE(wechat("")->body.find("41001"), std::string::npos);
  EXPECT_NE(wechat("old")->body.find("40001"), std::string::npos);
  EXPECT_EQ(
      line_->ask_blocking({.target = "/bot1:T/sendMessage", .body = "text=a"}, kTimeout)->status,
      400);
  EXPECT_EQ(line_->ask_blocking({.target = "/elsewhere"}, kTimeout)->status, 404);
  EXPECT_TRUE(platform_.accepted().empty());
}

TEST_F(StandIn, FailsAsOftenAsTold) {
  platform_.set_fault({.kind = FaultKind::server_error, .times = 2});
  EXPECT_EQ(telegram("a")->status, 502);
  EXPECT_EQ(telegram("a")->status, 502);
  EXPECT_EQ(telegram("a")->status, 200);
  platform_.set_fault({.kind = FaultKind::throttled, .times = 1, .retry_after_s = 9});
  const auto throttled = telegram("b");
  EXPECT_EQ(throttled->status, 429);
  EXPECT_NE(throttled->body.find("\"retry_after\":9"), std::string::npos);
  EXPECT_EQ(platform_.accepted().size(), 1u);
}

TEST_F(StandIn, ExpiresTokensUntilANewOneIsFetched) {
  const std::string old = token();
  EXPECT_EQ(token(), old) << "the stable endpoint gives the same token";
  platform_.set_fault({.kind = FaultKind::expired_token});
  EXPECT_NE(wechat(old)->body.find("42001"), std::string::npos);
  const std::string fresh = token();
  EXPECT_NE(fresh, old);
  EXPECT_NE(wechat(old)->body.find("40001"), std::string::npos);
  EXPECT_NE(wechat(fresh)->body.find("\"errcode\":0"), std::string::npos);
}

TEST_F(StandIn, TakesAndBreaksTheConnection) {
  platform_.set_fault({.kind = FaultKind::reset_after_accept, .times = 1});
  HttpLine fresh("127.0.0.1", platform_.port());
  const auto answer = fresh.ask_blocking(
      {.target = "/bot1:T/sendMessage", .headers = {}, .body = "chat_id=42&text=a"}, kTimeout);
  EXPECT_FALSE(answer);
  EXPECT_EQ(platform_.accepted().size(), 1u) << "taken, and the caller cannot know";
}

TEST_F(StandIn, StallsWithoutAnAnswer) {
  platform_.set_fault({.kind = FaultKind::stall, .times = 1});
  const auto answer = line_->ask_blocking(
      {.target = "/bot1:T/sendMessage", .headers = {}, .body = "chat_id=42&text=a"},
      Milliseconds(100));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().detail, "no answer in time");
  EXPECT_TRUE(platform_.wait_for_more_blocking(0, kTimeout));
}

TEST_F(StandIn, AnswersGarbage) {
  platform_.set_fault({.kind = FaultKind::garbage, .times = 1});
  EXPECT_EQ(telegram("a")->body, "<html>?</html>");
}

TEST_F(StandIn, IsSteeredFromOutside) {
  EXPECT_EQ(
      line_
          ->ask_blocking(
              {.target = "/_control/fault", .headers = {}, .body = R"({"fault":"5xx","times":1})"},
              kTimeout)
          ->status,
      200);
  EXPECT_EQ(telegram("a")->status, 502);
  EXPECT_EQ(telegram("b")->status, 200);
  const auto list =
      line_->ask_blocking({.method = "GET", .target = "/_control/accepted?after=0"}, kTimeout);
  EXPECT_NE(list->body.find("\"text\":\"b\""), std::string::npos) << list->body;
  EXPECT_EQ(
      line_
          ->ask_blocking(
              {.target = "/_control/fault", .headers = {}, .body = R"({"fault":"earthquake"})"},
              kTimeout)
          ->status,
      400);
}

TEST_F(StandIn, SaysThatAPortIsTaken) {
  PlatformStandIn second;
  const auto started = second.start(platform_.port());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::conflict);
}

TEST(LocalAddress, IsThisMachineOnly) {
  EXPECT_EQ(local_address("http://127.0.0.1:8089")->port, 8089);
  EXPECT_EQ(local_address("http://localhost:1/x")->host, "127.0.0.1");
  for (const char* bad :
       {"", "https://127.0.0.1:1", "http://api.telegram.org:80", "http://127.0.0.1",
        "http://127.0.0.1:0", "http://127.0.0.1:99999", "http://10.0.0.1:80"}) {
    EXPECT_FALSE(local_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace parley::gateway::simulate
