#include <gtest/gtest.h>

#include "tests/connectors/line_support.hpp"

namespace parley::connectors {
namespace {

using namespace dialogue_support;
using line_support::talk;

const Scripted kOk{200, R"({"sentMessages":[{"id":"461","quoteToken":"q"}]})"};
const Scripted kBadToken{400, R"({"message":"Invalid reply token"})"};

Send text_to(std::string text) { return send_of("U1", {Text{.text = std::move(text)}}); }

std::string messages_of(const HttpCall& call) {
  const auto at = call.body.find("\"messages\":");
  return call.body.substr(at + 11, call.body.size() - at - 12);
}

TEST(LineSend, APushCarriesARetryKey) {
  const auto done = talk(text_to("hi"), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  const auto& call = done.calls[0];
  EXPECT_EQ(call.url, "https://api.line.me/v2/bot/message/push");
  EXPECT_EQ(header(call, "Authorization"), "Bearer ACCESS");
  EXPECT_EQ(call.body, R"({"to":"U1","messages":[{"type":"text","text":"hi"}]})");
  const std::string key = header(call, "X-Line-Retry-Key");
  ASSERT_EQ(key.size(), 36u);
  EXPECT_EQ(key.find_first_not_of("0123456789abcdef-"), std::string::npos);
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"461"});
}

TEST(LineSend, TheRetryKeyIsTheSendsOwn) {
  const auto once = talk(text_to("hi"), {kOk});
  const auto again = talk(text_to("hi"), {kOk});
  auto another = text_to("hi");
  another.idempotency_key = "key_2";
  EXPECT_EQ(header(once.calls[0], "X-Line-Retry-Key"), header(again.calls[0], "X-Line-Retry-Key"));
  EXPECT_NE(header(once.calls[0], "X-Line-Retry-Key"),
            header(talk(another, {kOk}).calls[0], "X-Line-Retry-Key"));
}

TEST(LineSend, ARetryKeyTakenBeforeIsSent) {
  const auto done = talk(text_to("hi"), {{409, R"({"message":"The retry key is already accepted",
      "sentMessages":[{"id":"461"}]})"}});
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"461"});
}

TEST(LineSend, AReplyTokenRepliesWithoutARetryKey) {
  auto send = text_to("hi");
  send.reply_token = "RT";
  const auto done = talk(send, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://api.line.me/v2/bot/message/reply");
  EXPECT_EQ(done.calls[0].body, R"({"replyToken":"RT","messages":[{"type":"text","text":"hi"}]})");
  EXPECT_EQ(header(done.calls[0], "X-Line-Retry-Key"), "") << "LINE refuses one in a reply";
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"461"});
}

TEST(LineSend, AReplyTokenTooOldBecomesAPush) {
  auto send = text_to("hi");
  send.reply_token = "RT";
  const auto done = talk(send, {kBadToken, kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_TRUE(done.calls[1].url.ends_with("/message/push"));
  EXPECT_EQ(done.calls[1].step, 1);
  EXPECT_NE(header(done.calls[1], "X-Line-Retry-Key"), "");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"461"});
}

// The first attempt's answer was lost: the token may be used up because the message is there.
TEST(LineSend, AReplyThatMayHaveArrivedIsNotPushed) {
  auto send = text_to("hi");
  send.reply_token = "RT";
  send.unclear = true;
  const auto done = talk(send, {kBadToken, kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.error().code, Errc::rejected);
  EXPECT_EQ(done.error().delivery, Delivery::unknown);
  EXPECT_EQ(done.error().code_text, "400");
}

TEST(LineSend, AReplyThatSurelyDidNotGoIsPushedWhenItsTokenIsTooOld) {
  auto send = text_to("hi");
  send.reply_token = "RT";
  const auto first = talk(send, {{429, R"({"message":"limit"})"}});
  EXPECT_EQ(first.error().code, Errc::throttled) << "a reply costs nothing: it is worth the wait";
  send.message.delivery = DeliveryStatus{.state = DeliveryState::submitting, .attempts = 1};
  const auto second = talk(send, {kBadToken, kOk});
  ASSERT_EQ(second.calls.size(), 2u);
  EXPECT_EQ(second.sent().external_ids.size(), 1u);
}

TEST(LineSend, MoreThanFiveMessagesTakeMoreCalls) {
  std::vector<Part> parts;
  for (int i = 0; i < 7; ++i) parts.emplace_back(Text{.text = "t" + std::to_string(i)});
  auto send = send_of("U1", std::move(parts));
  send.reply_token = "RT";
  const auto done = talk(send, {{200, R"({"sentMessages":[{"id":"1"},{"id":"2"},{"id":"3"},
      {"id":"4"},{"id":"5"}]})"},
                                {200, R"({"sentMessages":[{"id":"6"},{"id":"7"}]})"}});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_TRUE(done.calls[0].url.ends_with("/reply"));
  EXPECT_TRUE(done.calls[1].url.ends_with("/push"));
  EXPECT_EQ(done.calls[1].step_data, "1,2,3,4,5");
  EXPECT_EQ(messages_of(done.calls[1]),
            R"([{"type":"text","text":"t5"},{"type":"text","text":"t6"}])");
  EXPECT_EQ(done.sent().external_ids.size(), 7u);
}

TEST(LineSend, GoesOnAtTheStoredStep) {
  std::vector<Part> parts;
  for (int i = 0; i < 6; ++i) parts.emplace_back(Text{.text = "t" + std::to_string(i)});
  auto send = send_of("U1", std::move(parts));
  send.step = 1;
  send.step_data = "1,2,3,4,5";
  const auto done = talk(send, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(messages_of(done.calls[0]), R"([{"type":"text","text":"t5"}])");
  EXPECT_EQ(done.sent().external_ids.size(), 6u);
}

TEST(LineSend, LongTextsAreSplitByUtf16Units) {
  std::string text;
  for (int i = 0; i < 2501; ++i) text += "😀";  // two units each
  const auto done = talk(text_to(text), {kOk});
  const std::string messages = messages_of(done.calls.at(0));
  EXPECT_EQ(done.calls.size(), 1u);
  EXPECT_NE(messages.find(R"("},{"type":"text","text":"😀"}])"), std::string::npos);
}

Media video(std::string preview) {
  Media out = medium(MediaKind::video, "https://x.example/v.mp4");
  out.thumbnail = std::move(preview);
  return out;
}

Media sound(std::uint32_t ms) {
  Media out = medium(MediaKind::voice, "https://x.example/s.m4a");
  out.duration_ms = ms;
  return out;
}

Media sticker(std::string id) {
  Media out = medium(MediaKind::sticker, "");
  out.platform_id = std::move(id);
  out.emoji = "❤";
  return out;
}

Location place(std::string name) {
  Location out;
  out.latitude = 1.5;
  out.longitude = -2;
  out.name = std::move(name);
  return out;
}

struct PartCase {
  const char* name;
  std::vector<Part> content;
  const char* messages;
  std::size_t degraded;
};
void PrintTo(const PartCase& c, std::ostream* out) { *out << c.name; }

const PartCase kParts[] = {
    {"Image",
     {medium(MediaKind::image, "https://x.example/a.jpg")},
     R"([{"type":"image","originalContentUrl":"https://x.example/a.jpg","previewImageUrl":"https://x.example/a.jpg"}])",
     0},
    {"TheCaptionComesBelow",
     {Text{.text = "look"}, medium(MediaKind::image, "https://x.example/a.jpg")},
     R"([{"type":"image","originalContentUrl":"https://x.example/a.jpg","previewImageUrl":"https://x.example/a.jpg"},{"type":"text","text":"look"}])",
     0},
    {"Video",
     {video("https://x.example/p.jpg")},
     R"([{"type":"video","originalContentUrl":"https://x.example/v.mp4","previewImageUrl":"https://x.example/p.jpg"}])",
     0},
    {"VideoWithoutPreview",
     {video("")},
     R"([{"type":"text","text":"https://x.example/v.mp4"}])",
     1},
    {"Voice",
     {sound(1500)},
     R"([{"type":"audio","originalContentUrl":"https://x.example/s.m4a","duration":1500}])",
     0},
    {"VoiceOfUnknownLength",
     {sound(0)},
     R"([{"type":"audio","originalContentUrl":"https://x.example/s.m4a","duration":60000}])",
     0},
    {"File",
     {medium(MediaKind::file, "https://x.example/a.pdf")},
     R"([{"type":"text","text":"https://x.example/a.pdf"}])",
     1},
    {"Sticker",
     {sticker("446/1988")},
     R"([{"type":"sticker","packageId":"446","stickerId":"1988"}])",
     0},
    {"StickerOfAnotherPlatform", {sticker("CAAC")}, R"([{"type":"text","text":"❤"}])", 1},
    {"Place",
     {place("Cafe")},
     R"([{"type":"location","title":"Cafe","address":"Cafe","latitude":1.5,"longitude":-2}])",
     0},
    {"FormattedText",
     {Text{.text = "*a*", .format = TextFormat::markdown}},
     R"([{"type":"text","text":"*a*"}])",
     1},
    {"Edit", {Edit{.target = "m", .text = "new"}}, R"([{"type":"text","text":"new"}])", 1},
};

class LineParts : public testing::TestWithParam<PartCase> {};

TEST_P(LineParts, GoAsMessages) {
  const auto done = talk(send_of("U1", GetParam().content), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(messages_of(done.calls[0]), GetParam().messages);
  EXPECT_EQ(done.sent().degraded.size(), GetParam().degraded);
  for (const auto& line : done.sent().degraded) {
    EXPECT_EQ(line.find("example"), std::string::npos) << "reports hold no content: " << line;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, LineParts, testing::ValuesIn(kParts),
                         [](const auto& test) { return test.param.name; });

TEST(LineSend, CardsAreBubbles) {
  Card card;
  card.title = "Tea";
  card.text = "Green";
  card.image_url = "https://x.example/t.jpg";
  card.actions = {action(ActionType::link, "Buy", "https://x.example/buy"),
                  action(ActionType::postback, "More", "", "more:1")};
  const auto one = talk(send_of("U1", {card}), {kOk});
  EXPECT_EQ(
      messages_of(one.calls.at(0)),
      R"([{"type":"flex","altText":"Tea\nGreen","contents":{"type":"bubble","hero":{"type":"image","url":"https://x.example/t.jpg","size":"full","aspectMode":"cover","aspectRatio":"20:13"},"body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"Tea","wrap":true,"weight":"bold","size":"lg"},{"type":"text","text":"Green","wrap":true}]},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"Buy","uri":"https://x.example/buy"}},{"type":"button","action":{"type":"postback","label":"More","data":"more:1","displayText":"More"}}]}}}])");
  Cards many;
  many.items.assign(13, card);
  const auto all = talk(send_of("U1", {many}), {kOk});
  EXPECT_NE(messages_of(all.calls.at(0)).find(R"("contents":{"type":"carousel")"),
            std::string::npos);
  EXPECT_EQ(all.sent().degraded.size(), 1u);
}

struct ReplyCase {
  const char* name;
  std::vector<Action> actions;
  const char* items;  // "" for no quick reply
  std::size_t degraded;
};
void PrintTo(const ReplyCase& c, std::ostream* out) { *out << c.name; }

Action call(std::string phone) {
  Action out = action(ActionType::call, "Call us");
  out.phone = std::move(phone);
  return out;
}

const ReplyCase kReplies[] = {
    {"None", {}, "", 0},
    {"Reply",
     {action(ActionType::reply, "Yes")},
     R"([{"type":"action","action":{"type":"message","label":"Yes","text":"Yes"}}])",
     0},
    {"ReplyWithSomethingToSayBack",
     {action(ActionType::reply, "Yes", "", "y")},
     R"([{"type":"action","action":{"type":"postback","label":"Yes","data":"y","displayText":"Yes"}}])",
     0},
    {"LongTitlesAreCutAndReported",
     {action(ActionType::reply, "an answer of more than twenty")},
     R"([{"type":"action","action":{"type":"message","label":"an answer of more","text":"an answer of more than twenty"}}])",
     1},
    {"Link",
     {action(ActionType::link, "Go", "https://x.example/")},
     R"([{"type":"action","action":{"type":"uri","label":"Go","uri":"https://x.example/"}}])",
     0},
    {"LinkWithoutUrl", {action(ActionType::link, "Go")}, "", 1},
    {"FormWithoutUrl", {action(ActionType::form, "", "1234")}, "", 1},
    {"Call",
     {call("+8612345")},
     R"([{"type":"action","action":{"type":"uri","label":"Call us","uri":"tel:+8612345"}}])",
     0},
    {"Copy",
     {action(ActionType::copy, "Code", "", "AB12")},
     R"([{"type":"action","action":{"type":"clipboard","label":"Code","clipboardText":"AB12"}}])",
     0},
    {"Place",
     {action(ActionType::location_request, "")},
     R"([{"type":"action","action":{"type":"location","label":"Send location"}}])",
     0},
    {"MiniProgram", {action(ActionType::mini_program, "Open")}, "", 1},
};

class LineQuickReplies : public testing::TestWithParam<ReplyCase> {};

TEST_P(LineQuickReplies, StandUnderTheLastMessage) {
  const auto& c = GetParam();
  const auto done = talk(send_of("U1", {Text{.text = "a"}, Text{.text = "?"}}, c.actions), {kOk});
  const std::string quick =
      *c.items == '\0' ? "" : R"(,"quickReply":{"items":)" + std::string(c.items) + "}";
  EXPECT_EQ(messages_of(done.calls.at(0)),
            R"([{"type":"text","text":"a"},{"type":"text","text":"?")" + quick + "}]");
  EXPECT_EQ(done.sent().degraded.size(), c.degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, LineQuickReplies, testing::ValuesIn(kReplies),
                         [](const auto& test) { return test.param.name; });

TEST(LineSend, ThirteenQuickRepliesAreTheMost) {
  std::vector<Action> actions(15, action(ActionType::reply, "A"));
  const auto done = talk(send_of("U1", {Text{.text = "?"}}, actions), {kOk});
  std::size_t count = 0;
  const std::string& body = done.calls.at(0).body;
  for (auto at = body.find("\"message\""); at != std::string::npos;
       at = body.find("\"message\"", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 13u);
  EXPECT_EQ(done.sent().degraded.size(), 1u);
}

TEST(LineSend, NothingToShowIsRefusedBeforeAnyCall) {
  const auto done = talk(send_of("U1", {Reaction{.target = "m", .emoji = "x"}}), {kOk});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(done.error().code, Errc::rejected);
}

struct ErrorCase {
  const char* name;
  int status;
  std::string_view body;
  Errc code;
  Delivery delivery;
  const char* detail;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

const ErrorCase kErrors[] = {
    {"Refused", 400, R"({"message":"The request body has 1 error"})", Errc::rejected,
     Delivery::not_sent, "1 error"},
    {"Forbidden", 403, R"({"message":"Failed to send messages"})", Errc::rejected,
     Delivery::not_sent, "Failed to send"},
    {"ForbiddenWithoutWords", 403, "", Errc::rejected, Delivery::not_sent, "HTTP 403"},
    {"BadToken", 401, R"({"message":"Authentication failed"})", Errc::misconfigured,
     Delivery::not_sent, "Authentication"},
    {"MonthlyQuota", 429, R"({"message":"You have reached your monthly limit."})", Errc::throttled,
     Delivery::not_sent, "monthly limit"},
    {"ServerError", 500, "<html>", Errc::unavailable, Delivery::unknown, "HTTP 500"},
};

class LineErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(LineErrors, SayWhatToDoNext) {
  const auto& c = GetParam();
  const auto done = talk(text_to("secret words"), {{c.status, std::string(c.body)}});
  const auto& error = done.error();
  EXPECT_EQ(error.code, c.code);
  EXPECT_EQ(error.delivery, c.delivery);
  EXPECT_EQ(error.code_text, std::to_string(c.status));
  EXPECT_NE(error.detail.find(c.detail), std::string::npos) << error.detail;
  EXPECT_EQ(error.detail.find("ACCESS"), std::string::npos);
  EXPECT_EQ(error.detail.find("secret words"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, LineErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(LineTyping, IsForUsersOnly) {
  const auto& typing = *line_support::entry().typing;
  const auto on = typing.typing("U1", true, line_support::channel(), "");
  ASSERT_TRUE(on);
  EXPECT_EQ(on->url, "https://api.line.me/v2/bot/chat/loading/start");
  EXPECT_EQ(on->body, R"({"chatId":"U1","loadingSeconds":20})");
  EXPECT_FALSE(typing.typing("U1", false, line_support::channel(), ""));
  EXPECT_FALSE(typing.typing("C1", true, line_support::channel(), ""));
  EXPECT_FALSE(typing.typing("R1", true, line_support::channel(), ""));
}

TEST(LineMedia, OursComeWithTheTokenOthersWithout) {
  const auto& source = *line_support::entry().media_source;
  Media media;
  media.kind = MediaKind::image;
  media.platform_id = "55";
  const auto ours = std::get<HttpCall>(source.start(media, line_support::channel(), ""));
  EXPECT_EQ(ours.url, "https://api-data.line.me/v2/bot/message/55/content");
  EXPECT_EQ(header(ours, "Authorization"), "Bearer ACCESS");
  EXPECT_TRUE(ours.download);
  media.url = "https://x.example/a.jpg";
  const auto theirs = std::get<HttpCall>(source.start(media, line_support::channel(), ""));
  EXPECT_EQ(theirs.url, "https://x.example/a.jpg");
  EXPECT_TRUE(theirs.headers.empty());
}

TEST(LineMedia, StillBeingPreparedIsNotYetThere) {
  HttpAnswer answer;
  answer.status = 202;
  const auto step =
      line_support::entry().media_source->resume({}, line_support::channel(), "", 0, answer);
  EXPECT_EQ(std::get<Error>(step).code, Errc::unavailable);
}

TEST(LineCheck, NamesBadSettings) {
  auto channel = line_support::channel();
  const auto& connector = *line_support::entry().connector;
  EXPECT_EQ(connector.check(channel), "");
  for (const char* bad : {"0", "5001", "x", "-1", "10 "}) {
    channel.settings["text_max"] = bad;
    EXPECT_NE(connector.check(channel), "") << bad;
  }
  channel.settings["text_max"] = "5000";
  EXPECT_EQ(connector.check(channel), "");
  channel.secrets.insert_or_assign("channel_access_token", Secret("a\nb"));
  EXPECT_NE(connector.check(channel), "");
}

}  // namespace
}  // namespace parley::connectors
