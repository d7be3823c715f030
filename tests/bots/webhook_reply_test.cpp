// What a bot's HTTP answer says. The bot is somebody else's program: anything may come.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "bots/dialogue.hpp"
#include "conversation/message.hpp"

namespace parley::bots {
namespace {

std::string texts_of(const Reply& reply) {
  std::string out;
  for (const auto& message : reply.messages) out += plain_text(message) + "|";
  return out;
}

struct Said {
  std::string json, texts;
  bool hand_over = false;
  std::string reason = {};
};

TEST(ParseWebhookReply, WhatItMaySay) {
  const Said cases[] = {
      {R"({"text":"hi"})", "hi|"},
      {R"({"messages":[{"text":"a"},{"text":"b"}]})", "a|b|"},
      {R"({"text":"first","messages":[{"text":"second"}]})", "first|second|"},
      {R"({"messages":[{"content":[{"type":"text","text":"part"}]}]})", "part|"},
      {R"({"handover":true})", "", true},
      {R"({"handover":{}})", "", true},
      {R"({"handover":{"reason":"too hard"}})", "", true, "too hard"},
      {R"({"text":"one moment","handover":{"reason":"r"}})", "one moment|", true, "r"},
      {R"({"text":"hi","handover":false})", "hi|"},
      {R"({"text":"hi","handover":null})", "hi|"},
      {R"({"text":"你好 \u4f60\ud83d\ude00"})", "你好 你😀|"},
      {R"({"text":"hi","unknown":{"deep":[1,2,{"a":null}]}})", "hi|"},
      {R"({"text":"first","text":"second"})", "first|"},
  };
  for (const auto& one : cases) {
    const auto reply = parse_webhook_reply(one.json);
    ASSERT_TRUE(reply) << one.json << ": " << reply.error().detail;
    EXPECT_EQ(texts_of(*reply), one.texts) << one.json;
    EXPECT_EQ(reply->hand_over, one.hand_over) << one.json;
    EXPECT_EQ(reply->reason, one.reason) << one.json;
  }
}

TEST(ParseWebhookReply, SuggestedActionsComeWithTheContent) {
  const auto reply = parse_webhook_reply(
      R"({"messages":[{"content":[{"type":"text","text":"which?"}],)"
      R"("suggested_actions":[{"title":"Yes","payload":"y"},{"title":"No"}]}]})");
  ASSERT_TRUE(reply) << reply.error().detail;
  const auto& actions = reply->messages.at(0).suggested_actions;
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].title, "Yes");
  EXPECT_EQ(actions[0].payload, "y");
  EXPECT_EQ(actions[1].payload, "");
}

std::string nested(int levels, const std::string& open, const std::string& close) {
  std::string out;
  for (int i = 0; i < levels; ++i) out += open;
  for (int i = 0; i < levels; ++i) out += close;
  return out;
}

std::string messages_of(int count) {
  std::string out = R"({"messages":[)";
  for (int i = 0; i < count; ++i) out += std::string(i > 0 ? "," : "") + R"({"text":"x"})";
  return out + "]}";
}

TEST(ParseWebhookReply, AnythingElseIsMalformed) {
  const std::string cases[] = {
      "",
      " ",
      "null",
      "[]",
      "\"text\"",
      "42",
      "{",
      "{}",
      R"({"text":1})",
      R"({"text":null})",
      R"({"messages":[]})",
      R"({"messages":{}})",
      R"({"messages":"x"})",
      R"({"messages":[1]})",
      R"({"messages":[null]})",
      R"({"messages":[[]]})",
      R"({"messages":[{}]})",
      R"({"messages":[{"text":1}]})",
      R"({"messages":[{"content":1}]})",
      R"({"messages":[{"content":{}}]})",
      R"({"messages":[{"content":[1]}]})",
      R"({"messages":[{"content":[{"type":"no such part"}]}]})",
      R"({"messages":[{"content":[{"type":"text","text":"a"}],"suggested_actions":[{}]}]})",
      R"({"messages":[{"content":[{"type":"text","text":"a"}],"suggested_actions":[1]}]})",
      R"({"messages":[{"content":[{"type":"text","text":"a"}],"suggested_actions":[{"title":2}]}]})",
      R"({"handover":false})",
      R"({"handover":null})",
      R"({"text":"a"} {"text":"b"})",
      R"({"text":"\ud800"})",
      "{\"text\":\"\xff\xfe\"}",
      "{\"text\":\"a\nb\"}",
      std::string("{\"text\":\"a\0b\"}", 14),
      R"({"text":1e999})",
      "\xef\xbb\xbf\xef\xbb\xbf{}",
      messages_of(11),
      R"({"text":"one more",)" + messages_of(10).substr(1),
      R"({"messages":)" + nested(2'000, "[", "]") + "}",
      R"({"messages":[{"content":)" + nested(500, "[", "]") + "}]}",
      nested(20'000, "{\"a\":", "}"),
  };
  for (const auto& json : cases) {
    const auto reply = parse_webhook_reply(json);
    ASSERT_FALSE(reply) << json.substr(0, 200);
    EXPECT_EQ(reply.error().code, Errc::malformed) << json.substr(0, 200);
    EXPECT_FALSE(reply.error().detail.empty());
  }
}

TEST(ParseWebhookReply, TenMessagesAreTakenAndTheTextCountsAsOne) {
  EXPECT_EQ(parse_webhook_reply(messages_of(10))->messages.size(), 10u);
  EXPECT_EQ(parse_webhook_reply(R"({"text":"x",)" + messages_of(9).substr(1))->messages.size(),
            10u);
}

TEST(ParseWebhookReply, PartsAndActionsHaveTheirLimits) {
  std::string parts, actions;
  for (std::size_t i = 0; i <= kPartsMax; ++i) {
    parts += std::string(i > 0 ? "," : "") + R"({"type":"text","text":"x"})";
    actions += std::string(i > 0 ? "," : "") + R"({"title":"x"})";
  }
  EXPECT_FALSE(parse_webhook_reply(R"({"messages":[{"content":[)" + parts + "]}]}"));
  EXPECT_FALSE(parse_webhook_reply(R"({"messages":[{"content":[{"type":"text","text":"x"}],)"
                                   R"("suggested_actions":[)" +
                                   actions + "]}]}"));
  EXPECT_FALSE(parse_webhook_reply(R"({"text":")" + std::string(70'000, 'x') + "\"}"));
}

// What is kept must be text: a reason that is not can never be read back from the log.
TEST(ParseWebhookReply, ALongReasonIsCutBetweenCharacters) {
  for (int lead = 0; lead < 4; ++lead) {
    std::string reason(static_cast<std::size_t>(lead), 'a');
    for (int i = 0; i < 100; ++i) reason += "图";
    const auto reply = parse_webhook_reply(R"({"handover":{"reason":")" + reason + "\"}}");
    ASSERT_TRUE(reply);
    EXPECT_LE(reply->reason.size(), 200u);
    EXPECT_GT(reply->reason.size(), 195u);
    EXPECT_TRUE(simdjson::validate_utf8(reply->reason.data(), reply->reason.size())) << lead;
  }
}

}  // namespace
}  // namespace parley::bots
