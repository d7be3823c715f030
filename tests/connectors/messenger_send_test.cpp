#include <gtest/gtest.h>

#include "tests/connectors/messenger_support.hpp"

namespace parley::connectors {
namespace {

using namespace messenger_support;

using Bodies = std::vector<std::string>;

std::string text(const std::string& words) { return R"("text":")" + words + '"'; }

std::string attachment(const std::string& type, const std::string& payload) {
  return R"("attachment":{"type":")" + type + R"(","payload":{)" + payload + "}}";
}

TEST(MessengerSend, TextGoesWithTheToken) {
  const auto done = talk(send_of({Text{.text = "hi"}}), {sent("m_9")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url,
            "https://graph.facebook.com/v25.0/me/messages?access_token=EAAB-token-of-the-tests");
  EXPECT_EQ(done.calls[0].body, to_them(text("hi")));
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, Bodies{"m_9"});
}

struct TypeCase {
  const char* name;
  AuthorType author;
  Milliseconds window_left;  // 0: closed or unknown
  const char* reply_to;
  bool notification;
  const char* want;
};
void PrintTo(const TypeCase& c, std::ostream* out) { *out << c.name; }

constexpr Milliseconds kOpen{1000}, kClosed{0};

const TypeCase kTypes[] = {
    {"BotInTheWindow", AuthorType::bot, kOpen, "", false, R"("messaging_type":"RESPONSE",)"},
    {"PersonInTheWindow", AuthorType::agent, kOpen, "", false, R"("messaging_type":"RESPONSE",)"},
    {"PersonAfterIt", AuthorType::agent, kClosed, "", false,
     R"("messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT",)"},
    {"PersonAnsweringAfterIt", AuthorType::agent, kClosed, "m_1", false,
     R"("messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT",)"},
    {"BotAfterIt", AuthorType::bot, kClosed, "", false, R"("messaging_type":"UPDATE",)"},
    {"BotAnswering", AuthorType::bot, kClosed, "m_1", false, R"("messaging_type":"RESPONSE",)"},
    {"Notification", AuthorType::system, kOpen, "", true, R"("messaging_type":"UPDATE",)"},
};

class MessengerType : public testing::TestWithParam<TypeCase> {};

TEST_P(MessengerType, SaysWhyItIsAllowed) {
  const auto& c = GetParam();
  auto send = send_of({Text{.text = "hi"}});
  send.message.author.type = c.author;
  send.message.reply_to = c.reply_to;
  if (c.window_left > kClosed) send.window_ends_at = TimePoint{} + c.window_left;
  if (c.notification) send.message.attributes["notification"] = std::string("ntf");
  const auto got = bodies(send);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].find(c.want), 1u) << got[0];
}
INSTANTIATE_TEST_SUITE_P(Table, MessengerType, testing::ValuesIn(kTypes),
                         [](const auto& test) { return test.param.name; });

TEST(MessengerSend, AWindowThatIsOverIsClosed) {
  auto send = send_of({Text{.text = "hi"}});
  send.message.author.type = AuthorType::agent;
  send.window_ends_at = TimePoint{};  // ends this very moment
  EXPECT_NE(bodies(send).at(0).find("HUMAN_AGENT"), std::string::npos);
}

TEST(MessengerSend, RecipientsMayBeReferencesOrTokens) {
  auto send = send_of({Text{.text = "hi"}});
  send.recipient = "user_ref:u-1";
  EXPECT_NE(bodies(send).at(0).find(R"("recipient":{"user_ref":"u-1"})"), std::string::npos);
  send.reply_token = "t-1";
  EXPECT_NE(bodies(send).at(0).find(R"("recipient":{"notification_messages_token":"t-1"})"),
            std::string::npos);
}

TEST(MessengerSend, WithoutATokenNothingIsAsked) {
  auto over = channel();
  over.secrets.erase("access_token");
  const auto done =
      graph_support::talk(entry(), over, send_of({Text{.text = "hi"}}), {sent("m_1")});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(failure(done).code, Errc::misconfigured);
}

TEST(MessengerSend, LongTextBecomesSteps) {
  const auto done = talk(send_of({Text{.text = std::string(4500, 'x')}}),
                         {sent("m_1"), sent("m_2"), sent("m_3")});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, (Bodies{"m_1", "m_2", "m_3"}));
}

TEST(MessengerSend, MediaGoBeforeTheirTextAndRepliesBelowIt) {
  const auto got = bodies(send_of(
      {Text{.text = "this?"}, media(MediaKind::image, "https://x.example/a"),
       media(MediaKind::file, "https://x.example/b.pdf")},
      {action(ActionType::reply, "Yes", "yes-1"), action(ActionType::handoff, "A person")}));
  EXPECT_EQ(
      got,
      (Bodies{
          to_them(attachment("image", R"("url":"https://x.example/a","is_reusable":true)")),
          to_them(attachment("file", R"("url":"https://x.example/b.pdf","is_reusable":true)")),
          to_them(text("this?") + R"(,"quick_replies":[{"content_type":"text","title":"Yes",)"
                                  R"("payload":"yes-1"},{"content_type":"text","title":"A person",)"
                                  R"("payload":"handoff"}])")}));
}

TEST(MessengerSend, OurOwnFilesAreUploadedFirst) {
  Media file = media(MediaKind::voice, "", "audio/ogg");
  file.media_id = "med_00000000000000000000000000000001";
  file.name = "note.ogg";
  const auto done = talk(send_of({file}), {{200, R"({"attachment_id":"1854"})"}, sent("m_1")});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].url,
            "https://graph.facebook.com/v25.0/me/message_attachments"
            "?access_token=EAAB-token-of-the-tests");
  ASSERT_TRUE(done.calls[0].upload);
  EXPECT_EQ(done.calls[0].upload->field, "filedata");
  EXPECT_EQ(form_value(done.calls[0].body, "message"),
            R"({"attachment":{"type":"audio","payload":{"is_reusable":true}}})");
  EXPECT_EQ(done.calls[1].body, to_them(attachment("audio", R"("attachment_id":"1854")")));
}

TEST(MessengerSend, ButtonsStandBelowTheText) {
  auto call = action(ActionType::call, "Call");
  call.phone = "+4912345";
  const auto got = bodies(
      send_of({Text{.text = "How?"}}, {action(ActionType::link, "Site", "", "https://x.example"),
                                       action(ActionType::postback, "Here", "here-1"), call}));
  EXPECT_EQ(got,
            Bodies{to_them(attachment(
                "template", R"("template_type":"button","text":"How?","buttons":[)"
                            R"({"type":"web_url","url":"https://x.example","title":"Site"},)"
                            R"({"type":"postback","payload":"parley:here-1","title":"Here"},)"
                            R"({"type":"phone_number","payload":"+4912345","title":"Call"}])"))});
}

TEST(MessengerSend, OnlyWebAddressesAreButtons) {
  // One address the platform refuses would take the whole message with it.
  const auto done =
      talk(send_of({Text{.text = "?"}}, {action(ActionType::form, "Book", "", "77/PAY"),
                                         action(ActionType::link, "Call", "", "tel:+49"),
                                         action(ActionType::webview, "Open", "", "")}),
           {sent("m_1")});
  EXPECT_EQ(done.calls.at(0).body, to_them(text("?")));
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 3u);
}

TEST(MessengerSend, ButtonsThatOpenSomethingSaySo) {
  auto call = action(ActionType::call, "");
  call.phone = "+49";
  const auto got = bodies(
      send_of({Text{.text = "?"}}, {action(ActionType::link, "", "", "https://x.example"), call}));
  EXPECT_NE(got.at(0).find(R"("title":"Open Link")"), std::string::npos);
  EXPECT_NE(got.at(0).find(R"("title":"Call")"), std::string::npos);
}

TEST(MessengerSend, ALongTextKeepsItsEndForTheButtons) {
  const auto got =
      bodies(send_of({Text{.text = std::string(1000, 'x')}}, {action(ActionType::postback, "Go")}));
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0], to_them(text(std::string(640, 'x'))));
  EXPECT_NE(got[1].find(R"("template_type":"button","text":")" + std::string(360, 'x') + '"'),
            std::string::npos);
}

TEST(MessengerSend, CardsStandSideBySideWhereTheyFit) {
  Card card;
  card.title = "Shoe";
  card.text = "red";
  card.image_url = "https://x.example/shoe.jpg";
  card.actions = {action(ActionType::postback, "Buy", "buy-1")};
  Card large = card;
  large.text = std::string(81, 'y');
  const auto got = bodies(send_of({Cards{.items = {card, card, large}}}));
  const std::string element =
      R"({"title":"Shoe","subtitle":"red","image_url":"https://x.example/shoe.jpg","buttons":[)"
      R"({"type":"postback","payload":"parley:buy-1","title":"Buy"}]})";
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0], to_them(attachment("template", R"("template_type":"generic","elements":[)" +
                                                       element + "," + element + "]")));
  EXPECT_NE(got[1].find(R"("type":"image")"), std::string::npos);
  EXPECT_NE(got[2].find(R"("template_type":"button","text":"Shoe\n\nyyy)"), std::string::npos);
}

TEST(MessengerSend, CardsHaveOnlyButtonsThatWork) {
  Card card;
  card.title = "Shoe";
  card.text = "red";
  card.actions = {action(ActionType::reply, "Buy", "buy-1"), action(ActionType::link, "Site"),
                  action(ActionType::call, "Call"), action(ActionType::location_request, "Where")};
  const auto done = talk(send_of({card}), {sent("m_1")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_NE(done.calls[0].body.find(R"("buttons":[{"type":"postback","payload":"parley:buy-1",)"
                                    R"("title":"Buy"}])"),
            std::string::npos)
      << done.calls[0].body;
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 3u);
}

TEST(MessengerSend, WhatDoesNotFitIsReported) {
  std::vector<Action> actions;
  for (int i = 0; i < 15; ++i) actions.push_back(action(ActionType::reply, "R"));
  for (int i = 0; i < 4; ++i) actions.push_back(action(ActionType::postback, "P"));
  actions.push_back(action(ActionType::location_request, "Where"));
  actions.push_back(action(ActionType::reply, "a title of more than twenty"));
  const auto done =
      talk(send_of({Text{.text = "?", .format = TextFormat::markdown},
                    Location{.latitude = 1, .longitude = 2}, Edit{.target = "x", .text = "y"}},
                   actions),
           {sent("m_1")});
  EXPECT_EQ(done.calls.size(), 3u);
  // Format, map link, edit; 2 + 1 replies, 1 button, the location.
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 8u);
}

TEST(MessengerSend, TheLastMessageCarriesOurMark) {
  auto over = channel();
  over.settings["mark_sends"] = "true";
  auto send = send_of({Text{.text = "hi"}, media(MediaKind::image, "https://x.example/a")});
  send.id = SendId{"snd_00000000000000000000000000000001-7"};
  const auto done = graph_support::talk(entry(), over, send, {sent("m_1")});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].body.find("metadata"), std::string::npos);
  EXPECT_EQ(done.calls[1].body,
            to_them(R"("text":"hi","metadata":"snd_00000000000000000000000000000001-7")"));
}

TEST(MessengerSend, SaysWhatTheCallerWroteInItsOwnWords) {
  auto send = send_of({});
  send.message.channel_data =
      R"({"tag":"POST_PURCHASE_UPDATE","attachment":{"type":"template","payload":{"a":1}}})";
  EXPECT_EQ(
      bodies(send),
      Bodies{R"({"messaging_type":"MESSAGE_TAG","tag":"POST_PURCHASE_UPDATE","recipient":{)"
             R"("id":"42"},"message":{"attachment":{"type":"template","payload":{"a":1}}}})"});
}

struct ErrorCase {
  const char* name;
  int status;
  const char* error;
  Errc want;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

const ErrorCase kErrors[] = {
    {"Window", 400, R"("code":10,"error_subcode":2018278)", Errc::window_closed},
    {"WindowAsPermission", 403, R"("code":10,"error_subcode":2534022)", Errc::window_closed},
    {"Permission", 403, R"("code":10)", Errc::misconfigured},
    {"NotThere", 400, R"("code":551,"error_subcode":1545041)", Errc::recipient_gone},
    {"BlockedUs", 400, R"("code":200,"error_subcode":1545041)", Errc::recipient_gone},
    {"MayNot", 403, R"("code":200)", Errc::misconfigured},
    {"Token", 400, R"("code":190,"error_subcode":460)", Errc::misconfigured},
    {"TooMany", 400, R"("code":613)", Errc::throttled},
    {"TooManyForThePage", 400, R"("code":80006)", Errc::throttled},
    {"Passing", 500, R"("code":1200)", Errc::unavailable},
    {"NoSuchUser", 400, R"("code":100,"error_subcode":2018001)", Errc::rejected},
};

class MessengerErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(MessengerErrors, SayWhatToDoNext) {
  const auto done = talk(send_of({Text{.text = "hi"}}),
                         {{GetParam().status, R"({"error":{)" + std::string(GetParam().error) +
                                                  R"(,"message":"m"}})"}});
  EXPECT_EQ(failure(done).code, GetParam().want) << failure(done).detail;
  EXPECT_EQ(failure(done).delivery, Delivery::not_sent);
}
INSTANTIATE_TEST_SUITE_P(Table, MessengerErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(MessengerTyping, IsShownAndTakenAway) {
  const auto on = entry().typing->typing("42", true, channel(), "");
  ASSERT_TRUE(on);
  EXPECT_EQ(on->body, R"({"recipient":{"id":"42"},"sender_action":"typing_on"})");
  const auto off = entry().typing->typing("42", false, channel(), "");
  EXPECT_EQ(off->body, R"({"recipient":{"id":"42"},"sender_action":"typing_off"})");
  EXPECT_FALSE(entry().typing->typing("user_ref:u-1", true, channel(), ""));
}

TEST(MessengerMedia, AreFetchedFromTheirAddressWithoutTheToken) {
  Media file = media(MediaKind::image, "https://x.example/a?b=1");
  const auto get = std::get<HttpCall>(entry().media_source->start(file, channel(), ""));
  EXPECT_EQ(get.method, "GET");
  EXPECT_EQ(get.url, file.url);
  EXPECT_TRUE(get.download);
  EXPECT_TRUE(get.headers.empty());
  for (const char* url : {"http://x.example/a", "file:///etc/passwd", ""}) {
    file.url = url;
    EXPECT_TRUE(std::holds_alternative<Error>(entry().media_source->start(file, channel(), "")));
  }
  HttpAnswer gone;
  gone.status = 403;
  const auto end = entry().media_source->resume(file, channel(), "", 0, gone);
  EXPECT_EQ(std::get<Error>(end).code, Errc::not_found);
}

}  // namespace
}  // namespace parley::connectors
