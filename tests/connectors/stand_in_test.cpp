// What the contract over all stand-ins does not reach: the shared pieces, and what one platform has
// of its own.
#include "connectors/stand_in.hpp"

#include <gtest/gtest.h>

#include "tests/connectors/stand_in_support.hpp"

namespace parley::connectors {
namespace {

constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};

std::unique_ptr<StandIn> stand_in_of(const char* platform) {
  return builtin_registry().find(platform)->stand_in();
}

TEST(JsonAt, GivesTextNumbersAndTruth) {
  constexpr std::string_view kBody = R"({"a":{"b":["x",9007199254740993,true,null]}})";
  EXPECT_EQ(json_at(kBody, "/a/b/0"), "x");
  EXPECT_EQ(json_at(kBody, "/a/b/1"), "9007199254740993");
  EXPECT_EQ(json_at(kBody, "/a/b/2"), "true");
  EXPECT_EQ(json_at(kBody, "/a/b/3"), "");
  EXPECT_EQ(json_at(kBody, "/a/b/9"), "");
  EXPECT_EQ(json_at(kBody, "/a"), "");
  EXPECT_EQ(json_at("{", "/a"), "");
  EXPECT_EQ(json_at("", "/a"), "");
}

TEST(FormField, ReadsBothEncodings) {
  ApiRequest plain{.path = "/", .query = {}, .body = "a=1&text=%E6%82%A8+x"};
  EXPECT_EQ(form_field(plain, "text"), "您 x");
  EXPECT_EQ(form_field(plain, "none"), "");
  ApiRequest parts{.path = "/",
                   .query = {},
                   .headers = {{"content-type", "multipart/form-data; boundary=b"}},
                   .body =
                       "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n"
                       "42\r\n--b--\r\n"};
  EXPECT_EQ(form_field(parts, "chat_id"), "42");
  EXPECT_EQ(form_field(parts, "text"), "");
  parts.body.resize(parts.body.size() - 9);
  EXPECT_EQ(form_field(parts, "chat_id"), "") << "cut off";
}

TEST(TelegramStandIn, RefusesUsersThePlatformWouldNeverName) {
  const auto telegram = stand_in_of("telegram");
  const auto channel = telegram->samples("").at(0);
  for (const char* user : {"", "ann", "-5", "12345678901234567"}) {
    EXPECT_FALSE(telegram->deliver(channel, {user, "hi", 1, kNow, kNow})) << user;
  }
}

TEST(WechatOaStandIn, TellsWhatBecameOfTemplates) {
  const auto& entry = *builtin_registry().find("wechat_oa");
  const auto wechat = stand_in_of("wechat_oa");
  for (const auto& channel : wechat->samples("")) {
    const auto token = json_at(
        wechat->api({.path = "/cgi-bin/stable_token", .query = {}, .body = "{}"})->answer.body,
        "/access_token");
    const auto outcome = wechat->api({.path = "/cgi-bin/message/template/send",
                                      .query = "access_token=" + token,
                                      .body = R"({"touser":"o1","template_id":"T"})"});
    ASSERT_EQ(outcome->sent.size(), 1u) << outcome->answer.body;
    const auto& send = outcome->sent[0];
    EXPECT_EQ(json_at(outcome->answer.body, "/msgid"), send.external_id);
    for (const auto state : {DeliveryState::delivered, DeliveryState::failed}) {
      const auto dispatch = wechat->receipt(channel, send, state, kNow);
      ASSERT_TRUE(dispatch);
      const testing_support::Arrived request(dispatch->webhooks.at(0));
      ASSERT_TRUE(entry.connector->authenticate(request.view(kNow), channel));
      const auto parsed = entry.connector->parse(request.view(kNow), channel);
      ASSERT_EQ(parsed.events.size(), 2u);  // the event and what it says of the send
      const auto& receipt = std::get<ReceiptIn>(parsed.events[1].what);
      EXPECT_EQ(receipt.external_id, send.external_id);
      EXPECT_EQ(receipt.state, state);
    }
    EXPECT_FALSE(wechat->receipt(channel, send, DeliveryState::read, kNow));
  }
}

TEST(WechatOaStandIn, KnowsOneTokenAtATime) {
  const auto wechat = stand_in_of("wechat_oa");
  const auto ask = [&](const char* path, const std::string& token) {
    return wechat
        ->api({.path = path,
               .query = token.empty() ? "" : "access_token=" + token,
               .body = R"({"touser":"o1","msgtype":"text","text":{"content":"x"}})"})
        ->answer.body;
  };
  constexpr const char* kSend = "/cgi-bin/message/custom/send";
  const auto first = json_at(ask("/cgi-bin/stable_token", ""), "/access_token");
  EXPECT_EQ(json_at(ask("/cgi-bin/stable_token", ""), "/access_token"), first);
  EXPECT_EQ(json_at(ask(kSend, ""), "/errcode"), "41001");
  EXPECT_EQ(json_at(ask(kSend, "old"), "/errcode"), "40001");
  EXPECT_EQ(json_at(ask(kSend, first), "/errcode"), "0");
  const auto second = json_at(ask("/cgi-bin/token", ""), "/access_token");
  EXPECT_NE(second, first) << "the classic endpoint takes the old one away";
  EXPECT_EQ(json_at(ask(kSend, first), "/errcode"), "40001");
  wechat->expire_token();
  EXPECT_EQ(json_at(ask(kSend, second), "/errcode"), "42001");
}

}  // namespace
}  // namespace parley::connectors
