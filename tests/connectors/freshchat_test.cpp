#include <gtest/gtest.h>

#include "tests/connectors/freshchat_support.hpp"

namespace parley::connectors {
namespace {

using freshchat_support::channel;

const Entry& entry() {
  static const Entry kEntry = make_freshchat();
  return kEntry;
}

std::string webhook(const std::string& message) {
  return R"({"action":"message_create","data":{"message":{)" + message + "}}}";
}
constexpr const char* kEnvelope =
    R"("id":"m1","actor_id":"u1","channel_id":"t1","actor_type":"user",)";

Parsed parse(const std::string& body) {
  const auto request = freshchat_support::signed_request(body);
  return entry().connector->parse(request.view(), channel());
}

const Message& message(const Parsed& parsed) {
  return std::get<MessageIn>(parsed.events.at(0).what).message;
}

TEST(FreshchatParse, AUsersMessageIsOne) {
  const auto parsed = parse(webhook(std::string(kEnvelope) + R"("conversation_id":"c1",
      "created_time":"2025-10-09T08:53:20.875Z","app_id":"a1",
      "message_parts":[{"text":{"content":"hi"}},{"image":{"url":"https://m/1"}},
      {"file":{"url":"https://m/2","name":"a.pdf","content_type":"application/pdf",
      "file_size_in_bytes":12}}])"));
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& in = parsed.events[0];
  EXPECT_EQ(in.identity.key, (IdentityKey{"help", "freshchat", "t1/u1"}));
  EXPECT_EQ(in.identity.union_id, "u1");
  EXPECT_EQ(in.recipient, "t1/u1/c1");
  EXPECT_EQ(in.dedup_key, "m1");
  EXPECT_EQ(in.occurred_at->time_since_epoch().count(), 1'760'000'000'875);
  const auto& content = message(parsed).content;
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(std::get<Text>(content[0]).text, "hi");
  EXPECT_EQ(std::get<Media>(content[1]).kind, MediaKind::image);
  EXPECT_EQ(std::get<Media>(content[2]).name, "a.pdf");
  EXPECT_EQ(std::get<Media>(content[2]).size_bytes, 12u);
}

TEST(FreshchatParse, ChoicesLinksAndTheUnknown) {
  const auto parsed = parse(webhook(std::string(kEnvelope) + R"("message_parts":[
      {"quick_reply_button":{"label":"Yes","custom_reply_text":"yes please"}},
      {"url_button":{"label":"Map","url":"https://map"}},{"hologram":{}},7])"));
  const auto& content = message(parsed).content;
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(std::get<ActionResponse>(content[0]).payload, "yes please");
  EXPECT_EQ(std::get<Link>(content[1]).url, "https://map");
  EXPECT_EQ(std::get<Unsupported>(content[2]).provider_type, "hologram");
  EXPECT_EQ(parsed.events[0].recipient, "t1/u1");
}

struct SilentCase {
  const char* name;
  std::string body;
  bool stopped;
};
void PrintTo(const SilentCase& c, std::ostream* out) { *out << c.name; }

const SilentCase kSilent[] = {
    {"Agents", webhook(R"("id":"m1","actor_id":"a","channel_id":"t","actor_type":"agent")"), false},
    {"TheSystem", webhook(R"("id":"m1","actor_type":"system")"), false},
    {"ANote", webhook(std::string(kEnvelope) + R"("message_type":"private","message_parts":[])"),
     false},
    {"AnAssignment", R"({"action":"conversation_assignment","data":{"assignment":{}}})", false},
    {"NoParts", webhook(std::string(kEnvelope) + R"("message_parts":[])"), true},
    {"NoId", webhook(R"("actor_id":"u","channel_id":"t","actor_type":"user")"), true},
    {"AnIdWithASlash", webhook(R"("id":"m","actor_id":"u/x","channel_id":"t","actor_type":"user")"),
     true},
    {"NotJson", "hello", true},
};

class FreshchatSilent : public testing::TestWithParam<SilentCase> {};

TEST_P(FreshchatSilent, GivesNoEvent) {
  const auto parsed = parse(GetParam().body);
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_EQ(parsed.stopped.has_value(), GetParam().stopped);
}
INSTANTIATE_TEST_SUITE_P(Table, FreshchatSilent, testing::ValuesIn(kSilent),
                         [](const auto& test) { return test.param.name; });

SendStep start(std::vector<Part> content, const std::string& to) {
  Send send;
  send.recipient = to;
  send.message.content = std::move(content);
  const Channel over = channel();
  return entry().connector->start({send, over, {}, {}});
}

TEST(FreshchatSend, AnswersIntoTheConversation) {
  const auto call = std::get<HttpCall>(start({Text{.text = "hi"}}, "t1/u1/c1"));
  EXPECT_EQ(call.url, "https://api.freshchat.com/v2/conversations/c1/messages");
  EXPECT_EQ(call.body, R"({"message_parts":[{"text":{"content":"hi"}}],"actor_id":"agent-9",)"
                       R"("actor_type":"agent","message_type":"normal"})");
  EXPECT_EQ(call.headers.at(0).second, "Bearer token-of-the-api");
}

TEST(FreshchatSend, BeginsOneWhereThereIsNone) {
  Media photo, film;
  photo.kind = MediaKind::image;
  photo.url = "https://m/1.png";
  film.kind = MediaKind::video;
  film.url = "https://m/2.mp4";
  const auto call = std::get<HttpCall>(start({photo, film}, "t1/u1"));
  EXPECT_EQ(call.url, "https://api.freshchat.com/v2/conversations");
  EXPECT_EQ(call.body,
            R"({"messages":[{"message_parts":[{"text":{"content":"https://m/2.mp4"}},)"
            R"({"image":{"url":"https://m/1.png"}}],"actor_id":"agent-9","actor_type":"agent"}],)"
            R"("channel_id":"t1","users":[{"id":"u1"}]})");
}

TEST(FreshchatSend, LongTextBecomesSteps) {
  Send send;
  send.recipient = "t1/u1/c1";
  send.message.content = {Text{.text = std::string(6000, 'a')}};
  const Channel over = channel();
  auto call = std::get<HttpCall>(entry().connector->start({send, over, {}, {}}));
  HttpAnswer answer;
  answer.status = 201;
  answer.body = R"({"id":"x1"})";
  call = std::get<HttpCall>(entry().connector->resume({send, over, {}, {}}, 0, answer));
  EXPECT_EQ(call.step, 1);
  send.step = 1;
  send.step_data = call.step_data;
  answer.body = R"({"messages":[{"id":"x2"}]})";
  const auto sent = std::get<Sent>(entry().connector->resume({send, over, {}, {}}, 1, answer));
  EXPECT_EQ(sent.external_ids, (std::vector<std::string>{"x1", "x2"}));
}

TEST(FreshchatSend, RefusesWhatHasNoWay) {
  EXPECT_EQ(std::get<Error>(start({Text{.text = "hi"}}, "u1")).code, Errc::rejected);
  EXPECT_EQ(std::get<Error>(start({}, "t1/u1")).code, Errc::rejected);
}

TEST(FreshchatSend, AnswersSayWhatToDo) {
  const auto code = [](int status) {
    Send send;
    send.recipient = "t1/u1";
    send.message.content = {Text{.text = "hi"}};
    const Channel over = channel();
    HttpAnswer answer;
    answer.status = status;
    return std::get<Error>(entry().connector->resume({send, over, {}, {}}, 0, answer)).code;
  };
  EXPECT_EQ(code(429), Errc::throttled);
  EXPECT_EQ(code(401), Errc::misconfigured);
  EXPECT_EQ(code(404), Errc::rejected);
  EXPECT_EQ(code(502), Errc::unavailable);
}

TEST(FreshchatSettings, TheKeyMustBeOne) {
  auto over = channel();
  EXPECT_EQ(entry().connector->check(over), "");
  over.secrets["public_key"] = Secret("MIIB");
  EXPECT_NE(entry().connector->check(over), "");
}

}  // namespace
}  // namespace parley::connectors
