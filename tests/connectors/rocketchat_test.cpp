#include "connectors/rocketchat/rocketchat.hpp"

#include <gtest/gtest.h>

#include "tests/connectors/fixture.hpp"

namespace parley::connectors {
namespace {

using testing_support::OwnedRequest;

const Entry& entry() {
  static const Entry kEntry = make_rocketchat();
  return kEntry;
}

Channel channel() {
  Channel channel;
  channel.id = ChannelId{"rc"};
  channel.platform = "rocketchat";
  channel.settings = {{"base_url", "https://chat.example/api/apps/public/7/"},
                      {"bot_username", "parley.bot"},
                      {"admin_user_id", "admin"}};
  channel.secrets.emplace("secret", Secret("s3cret"));
  channel.secrets.emplace("admin_auth_token", Secret("pat"));
  return channel;
}

Parsed parse(const std::string& body, std::int64_t at_ms = 1'760'000'000'000) {
  OwnedRequest owned;
  owned.body = body;
  auto request = owned.view();
  request.received_at = TimePoint{Milliseconds{at_ms}};
  return entry().connector->parse(request, channel());
}

constexpr const char* kHello =
    R"({"user":{"urn":"direct:li","username":"li","full_name":"Li Na"},"text":"hi"})";

TEST(RocketchatParse, AMessageOfAUser) {
  const auto parsed = parse(kHello);
  const auto& in = parsed.events.at(0);
  EXPECT_EQ(in.identity.key, (IdentityKey{"rc", "rocketchat", "direct:li"}));
  EXPECT_EQ(in.identity.username, "li");
  EXPECT_EQ(in.identity.display_name, "Li Na");
  EXPECT_EQ(in.recipient, "direct:li");
  EXPECT_EQ(std::get<MessageIn>(in.what).message.fallback_text, "hi");
}

TEST(RocketchatParse, TheSameWordsLaterAreAnotherMessage) {
  EXPECT_NE(parse(kHello).events.at(0).dedup_key,
            parse(kHello, 1'760'000'001'000).events.at(0).dedup_key);
  const std::string named = R"({"id":"x1","user":{"urn":"direct:li"},"text":"hi"})";
  EXPECT_EQ(parse(named).events.at(0).dedup_key, "x1");
  EXPECT_EQ(parse(named, 1'760'000'001'000).events.at(0).dedup_key, "x1");
}

TEST(RocketchatParse, Attachments) {
  const auto parsed = parse(R"({"user":{"urn":"livechat:7"},"attachments":[
      {"type":"image/png","url":"https://chat.example/1.png"},{"type":"audio","url":"https://x/2"},
      {"type":"video/mp4"},5,{"url":"https://x/3"}]})");
  const auto& content = std::get<MessageIn>(parsed.events.at(0).what).message.content;
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(std::get<Media>(content[0]).mime, "image/png");
  EXPECT_EQ(std::get<Media>(content[1]).kind, MediaKind::audio);
  EXPECT_EQ(std::get<Media>(content[1]).mime, "");
  EXPECT_EQ(std::get<Media>(content[2]).kind, MediaKind::file);
}

TEST(RocketchatParse, WhatIsNoMessage) {
  EXPECT_TRUE(parse(R"({"user":{"urn":"direct:li"}})").stopped);
  EXPECT_TRUE(parse(R"({"user":{"urn":"direct:li"},"text":5})").stopped);
  EXPECT_TRUE(parse(R"({"text":"hi"})").stopped);
  EXPECT_TRUE(parse(R"({"user":"li","text":"hi"})").stopped);
  EXPECT_TRUE(parse("[]").stopped);
  // Our own bot's words come back to us in some rooms.
  const auto own = parse(R"({"user":{"urn":"direct:p","username":"parley.bot"},"text":"hi"})");
  EXPECT_TRUE(own.events.empty());
  EXPECT_FALSE(own.stopped);
}

HttpCall start(std::vector<Part> content, const std::string& to) {
  Send send;
  send.recipient = to;
  send.message.content = std::move(content);
  const Channel over = channel();
  return std::get<HttpCall>(entry().connector->start({send, over, {}, {}}));
}

TEST(RocketchatSend, TextAndFiles) {
  Media file;
  file.url = "https://m/1.pdf";
  file.mime = "application/pdf";
  const auto call = start({Text{.text = "hi \"you\""}, file}, "direct:li#li");
  EXPECT_EQ(call.url, "https://chat.example/api/apps/public/7/message");
  EXPECT_EQ(call.headers.at(0).second, "Token s3cret");
  EXPECT_EQ(call.body, R"({"user":"direct:li","bot":"parley.bot","text":"hi \"you\"",)"
                       R"("attachments":[{"type":"application/pdf","url":"https://m/1.pdf"}]})");
}

TEST(RocketchatSend, AStandInTakesTheServersPlace) {
  Send send;
  send.recipient = "direct:li";
  send.message.content = {Text{.text = "hi"}};
  Channel over = channel();
  over.api_base = "http://127.0.0.1:9/rocketchat";
  EXPECT_EQ(std::get<HttpCall>(entry().connector->start({send, over, {}, {}})).url,
            "http://127.0.0.1:9/rocketchat/message");
}

struct AnswerCase {
  const char* name;
  int status;
  const char* body;
  std::optional<Errc> code;  // nullopt: sent
  std::size_t ids = 0;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }

const AnswerCase kAnswers[] = {
    {"Taken", 201, R"({"id":"x1"})", std::nullopt, 1},
    {"TakenWithoutAnId", 200, "", std::nullopt, 0},
    {"Throttled", 429, "", Errc::throttled},
    {"WrongSecret", 401, "", Errc::misconfigured},
    {"Moved", 301, "", Errc::misconfigured},
    {"NoSuchUser", 404, "", Errc::rejected},
    {"ServerError", 500, "", Errc::unavailable},
};

class RocketchatAnswer : public testing::TestWithParam<AnswerCase> {};

TEST_P(RocketchatAnswer, SaysWhatToDo) {
  const auto& c = GetParam();
  Send send;
  send.recipient = "direct:li";
  send.message.content = {Text{.text = "hi"}};
  const Channel over = channel();
  HttpAnswer answer;
  answer.status = c.status;
  answer.body = c.body;
  const auto step = entry().connector->resume({send, over, {}, {}}, 0, answer);
  if (c.code) {
    EXPECT_EQ(std::get<Error>(step).code, *c.code);
  } else {
    EXPECT_EQ(std::get<Sent>(step).external_ids.size(), c.ids);
  }
}
INSTANTIATE_TEST_SUITE_P(Table, RocketchatAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(RocketchatMedia, TheAdminsTokenGoesToTheServerOnly) {
  Media file;
  file.url = "https://chat.example/file-upload/1.png";
  const auto step = entry().media_source->start(file, channel(), "");
  ASSERT_TRUE(std::holds_alternative<HttpCall>(step));
  EXPECT_EQ(std::get<HttpCall>(step).headers.at(0).second, "pat");
  for (const char* url : {"https://chat.example.evil/1.png", "http://chat.example/1.png", ""}) {
    file.url = url;
    EXPECT_TRUE(std::holds_alternative<Error>(entry().media_source->start(file, channel(), "")));
  }
}

}  // namespace
}  // namespace parley::connectors
