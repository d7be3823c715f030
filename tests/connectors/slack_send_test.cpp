#include <gtest/gtest.h>

#include "connectors/url.hpp"
#include "tests/connectors/slack_support.hpp"

namespace parley::connectors {
namespace {

using namespace dialogue_support;
using slack_support::talk;

const Scripted kOk{200, R"({"ok":true,"channel":"C1","ts":"1503435956.000247"})"};

Send text_to(std::string recipient, std::string text) {
  return send_of(std::move(recipient), {Text{.text = std::move(text)}});
}

struct TextCase {
  const char* name;
  const char* recipient;
  Text text;
  const char* body;
};
void PrintTo(const TextCase& c, std::ostream* out) { *out << c.name; }

const TextCase kTexts[] = {
    {"Plain", "D1", {.text = "☺"}, R"({"channel":"D1","text":"☺"})"},
    {"EscapedSoThatNothingIsMarkup",
     "D1",
     {.text = "<!everyone> a & b"},
     R"({"channel":"D1","text":"&lt;!everyone&gt; a &amp; b"})"},
    {"WhatLooksFormattedStaysPlain",
     "D1",
     {.text = "2 * 3 * 4"},
     R"({"channel":"D1","text":"2 * 3 * 4","mrkdwn":false})"},
    {"InAThread", "C1:7.5", {.text = "hi"}, R"({"channel":"C1","thread_ts":"7.5","text":"hi"})"},
    {"Markdown",
     "D1",
     {.text = "**a** <b", .format = TextFormat::markdown},
     R"({"channel":"D1","markdown_text":"**a** <b"})"},
};

class SlackText : public testing::TestWithParam<TextCase> {};

TEST_P(SlackText, IsPosted) {
  const auto done = talk(send_of(GetParam().recipient, {GetParam().text}), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://slack.com/api/chat.postMessage");
  EXPECT_EQ(header(done.calls[0], "Authorization"), "Bearer xoxb-TOKEN");
  EXPECT_EQ(done.calls[0].body, GetParam().body);
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"1503435956.000247"});
}
INSTANTIATE_TEST_SUITE_P(Table, SlackText, testing::ValuesIn(kTexts),
                         [](const auto& test) { return test.param.name; });

TEST(SlackSend, LongTextBecomesSteps) {
  const auto done = talk(text_to("D1", std::string(4001, 'x')), {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[1].step, 3);
  EXPECT_EQ(done.calls[1].step_data, "1503435956.000247");
}

TEST(SlackSend, PicturesWithAnAddressAreShown) {
  auto image = medium(MediaKind::image, "https://x.example/d/a.png?w=1");
  const auto done = talk(send_of("D1", {image}), {kOk});
  EXPECT_EQ(
      done.calls.at(0).body,
      R"({"channel":"D1","text":"a.png","blocks":[{"type":"image","image_url":"https://x.example/d/a.png?w=1","alt_text":"a.png"}]})");
}

TEST(SlackSend, OtherFilesWithAnAddressAreLinks) {
  auto file = medium(MediaKind::file, "https://x.example/a.pdf?x=1&y=2");
  file.name = "Bill <1>|2";
  const auto done = talk(send_of("D1", {file}), {kOk});
  EXPECT_EQ(done.calls.at(0).body,
            R"({"channel":"D1","text":"<https://x.example/a.pdf?x=1&amp;y=2|Bill  1  2>"})");
  EXPECT_EQ(done.sent().degraded.size(), 1u);
}

Media ours() {
  Media media = medium(MediaKind::file, "");
  media.media_id = "med_00000000000000000000000000000001";
  media.name = "a.pdf";
  media.mime = "application/pdf";
  media.size_bytes = 53072;
  return media;
}

const Scripted kAddress{200, R"({"ok":true,"file_id":"F1","upload_url":
    "https://files.slack.com/upload/v1/ABC"})"};

TEST(SlackSend, OurOwnFilesTakeThreeCalls) {
  const auto done = talk(send_of("C1:7.5", {ours()}), {kAddress, {200, "OK - 53072"}, kOk});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_EQ(done.calls[0].url, "https://slack.com/api/files.getUploadURLExternal");
  EXPECT_EQ(done.calls[0].body, "filename=a.pdf&length=53072");
  EXPECT_EQ(done.calls[1].url, "https://files.slack.com/upload/v1/ABC");
  ASSERT_TRUE(done.calls[1].upload);
  EXPECT_EQ(done.calls[1].upload->field, "filename");
  EXPECT_EQ(header(done.calls[1], "Authorization"), "") << "the address is right enough";
  EXPECT_EQ(done.calls[2].url, "https://slack.com/api/files.completeUploadExternal");
  EXPECT_EQ(form_value(done.calls[2].body, "files"), R"([{"id":"F1","title":"a.pdf"}])");
  EXPECT_EQ(form_value(done.calls[2].body, "channel_id"), "C1");
  EXPECT_EQ(form_value(done.calls[2].body, "thread_ts"), "7.5");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"F1"});
}

TEST(SlackSend, AFileForAUserNamesTheUser) {
  const auto done = talk(send_of("U1", {ours()}), {kAddress, {200, "OK"}, kOk});
  EXPECT_EQ(form_value(done.calls.at(2).body, "channels"), "U1");
  EXPECT_EQ(form_value(done.calls.at(2).body, "channel_id"), "");
}

TEST(SlackSend, GoesOnAtTheStoredStep) {
  auto send = send_of("D1", {Text{.text = "a"}, ours()});
  send.step = 5;  // the file's bytes are there; it must be shared
  send.step_data = "F1 https://files.slack.com/upload/v1/ABC\n9.1";
  const auto done = talk(send, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_TRUE(done.calls[0].url.ends_with("files.completeUploadExternal"));
  EXPECT_EQ(done.sent().external_ids, (std::vector<std::string>{"9.1", "F1"}));
}

TEST(SlackSend, BytesGoToSlackAndNowhereElse) {
  for (const char* elsewhere :
       {"https://evil.example/", "http://files.slack.com/", "https://slack.com@evil.example/",
        "https://evilslack.com/", "https://files.slack.com:8443/", ""}) {
    const auto done = talk(
        send_of("D1", {ours()}),
        {{200, R"({"ok":true,"file_id":"F1","upload_url":")" + std::string(elsewhere) + "\"}"}});
    EXPECT_EQ(done.calls.size(), 1u) << elsewhere;
    EXPECT_EQ(done.error().code, Errc::rejected) << elsewhere;
  }
}

TEST(SlackSend, AFileOfUnknownSizeIsReported) {
  Media media = ours();
  media.size_bytes = 0;
  const auto done = talk(send_of("D1", {Text{.text = "a"}, media}), {kOk});
  EXPECT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.sent().degraded.size(), 1u);
}

TEST(SlackSend, ActionsAreButtonsBelowTheWords) {
  const auto done = talk(
      send_of("D1", {Text{.text = "Tea & cake?"}},
              {action(ActionType::reply, "Yes"), action(ActionType::postback, "More", "", "m:1"),
               action(ActionType::link, "Menu", "https://x.example/"),
               action(ActionType::link, "Bad"), action(ActionType::location_request, "Where")}),
      {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(
      done.calls[0].body,
      R"({"channel":"D1","text":"Tea &amp; cake?","blocks":[{"type":"section","text":{"type":"plain_text","text":"Tea & cake?"}},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Yes"},"action_id":"parley_1","value":"Yes"},{"type":"button","text":{"type":"plain_text","text":"More"},"action_id":"parley_2","value":"m:1"},{"type":"button","text":{"type":"plain_text","text":"Menu"},"action_id":"parley_3","url":"https://x.example/"}]}]})");
  EXPECT_EQ(done.sent().degraded.size(), 2u);
}

TEST(SlackSend, ActionsWithNoWordsToStandBelowGoAlone) {
  const auto done = talk(send_of("D1", {medium(MediaKind::image, "https://x.example/a.png")},
                                 {action(ActionType::reply, "Yes")}),
                         {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_NE(done.calls[1].body.find(R"("blocks":[{"type":"actions")"), std::string::npos);
  const auto none =
      talk(send_of("D1", {Text{.text = "a"}}, {action(ActionType::link, "Bad")}), {kOk});
  EXPECT_EQ(none.calls.at(0).body, R"({"channel":"D1","text":"a"})");
}

TEST(SlackSend, CardsAreBlocks) {
  Card card;
  card.title = "Tea";
  card.text = "Green";
  card.image_url = "https://x.example/t.png";
  card.actions = {action(ActionType::postback, "Buy", "", "buy:1")};
  const auto done = talk(send_of("D1", {card}), {kOk});
  EXPECT_EQ(
      done.calls.at(0).body,
      R"({"channel":"D1","text":"Tea\nGreen","blocks":[{"type":"image","image_url":"https://x.example/t.png","alt_text":"Tea"},{"type":"section","text":{"type":"plain_text","text":"Tea\nGreen"}},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Buy"},"action_id":"parley_1","value":"buy:1"}]}]})");
}

TEST(SlackSend, NothingToShowIsRefusedBeforeAnyCall) {
  const auto done = talk(send_of("D1", {Reaction{.target = "m", .emoji = "x"}}), {kOk});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(done.error().code, Errc::rejected);
}

struct ErrorCase {
  const char* name;
  int status;
  std::string_view body;
  Errc code;
  Delivery delivery;
  const char* code_text;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

const ErrorCase kErrors[] = {
    {"BadToken", 200, R"({"ok":false,"error":"invalid_auth"})", Errc::misconfigured,
     Delivery::not_sent, "invalid_auth"},
    {"MissingScope", 200, R"({"ok":false,"error":"missing_scope"})", Errc::misconfigured,
     Delivery::not_sent, "missing_scope"},
    {"NoSuchChannel", 200, R"({"ok":false,"error":"channel_not_found"})", Errc::rejected,
     Delivery::not_sent, "channel_not_found"},
    {"Archived", 200, R"({"ok":false,"error":"is_archived"})", Errc::rejected, Delivery::not_sent,
     "is_archived"},
    {"TooLong", 200, R"({"ok":false,"error":"msg_too_long"})", Errc::rejected, Delivery::not_sent,
     "msg_too_long"},
    {"Limited", 200, R"({"ok":false,"error":"ratelimited"})", Errc::throttled, Delivery::not_sent,
     "ratelimited"},
    {"Catastrophe", 200, R"({"ok":false,"error":"fatal_error"})", Errc::unavailable,
     Delivery::unknown, "fatal_error"},
    {"NotOkWithoutAWord", 200, R"({"ok":false})", Errc::rejected, Delivery::not_sent, "200"},
    {"OkIsNoFlag", 200, R"({"ok":"true","ts":"1"})", Errc::rejected, Delivery::not_sent, "200"},
    {"GarbageAfterSuccess", 200, "<html>", Errc::unavailable, Delivery::unknown, ""},
    {"GarbageRefusal", 403, "<html>", Errc::rejected, Delivery::not_sent, "403"},
    {"ServerError", 503, "", Errc::unavailable, Delivery::unknown, "503"},
};

class SlackErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(SlackErrors, SayWhatToDoNext) {
  const auto& c = GetParam();
  const auto done = talk(text_to("D1", "secret words"), {{c.status, std::string(c.body)}});
  EXPECT_EQ(done.error().code, c.code);
  EXPECT_EQ(done.error().delivery, c.delivery);
  EXPECT_EQ(done.error().code_text, c.code_text);
  EXPECT_EQ(done.error().detail.find("xoxb"), std::string::npos);
  EXPECT_EQ(done.error().detail.find("secret words"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, SlackErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(SlackSend, TooManyTellsHowLongToWait) {
  const auto done = talk(text_to("D1", "a"),
                         {{429, R"({"ok":false,"error":"ratelimited"})", {{"retry-after", "30"}}}});
  EXPECT_EQ(done.error().code, Errc::throttled);
  EXPECT_EQ(done.error().retry_after, Milliseconds(30'000));
}

TEST(SlackSend, AnUploadThatFailedHasShownNothing) {
  const auto done = talk(send_of("D1", {ours()}), {kAddress, {500, "oops"}});
  EXPECT_EQ(done.error().code, Errc::unavailable);
  EXPECT_EQ(done.error().delivery, Delivery::not_sent);
}

TEST(SlackMedia, TheTokenIsShownToSlackOnly) {
  const auto& source = *slack_support::entry().media_source;
  Media media;
  media.platform_id = "F1";
  media.url = "https://files.slack.com/files-pri/T1-F1/download/a.png";
  const auto call = std::get<HttpCall>(source.start(media, slack_support::channel(), ""));
  EXPECT_EQ(header(call, "Authorization"), "Bearer xoxb-TOKEN");
  EXPECT_TRUE(call.download);
  media.url = "https://drive.example/a.png";
  EXPECT_TRUE(std::holds_alternative<Error>(source.start(media, slack_support::channel(), "")));
}

TEST(SlackMedia, AFileKnownByItsIdIsAskedFor) {
  const auto& source = *slack_support::entry().media_source;
  Media media;
  media.platform_id = "F1";
  const auto first = std::get<HttpCall>(source.start(media, slack_support::channel(), ""));
  EXPECT_EQ(first.url, "https://slack.com/api/files.info");
  EXPECT_FALSE(first.download);
  HttpAnswer answer;
  answer.status = 200;
  answer.body = R"({"ok":true,"file":{"id":"F1","url_private":"https://files.slack.com/x"}})";
  const auto second =
      std::get<HttpCall>(source.resume(media, slack_support::channel(), "", 0, answer));
  EXPECT_EQ(second.url, "https://files.slack.com/x");
  EXPECT_TRUE(second.download);
  answer.body = "<html>log in</html>";
  EXPECT_EQ(std::get<Error>(source.resume(media, slack_support::channel(), "", 1, answer)).code,
            Errc::misconfigured);
}

}  // namespace
}  // namespace parley::connectors
