#include <gtest/gtest.h>

#include "tests/connectors/telegram_support.hpp"

namespace parley::connectors {
namespace {

using namespace telegram_support;

Media picture(std::string url) {
  Media media;
  media.kind = MediaKind::image;
  media.url = std::move(url);
  return media;
}

Action action(ActionType type, std::string title, std::string url = {}, std::string payload = {}) {
  Action out;
  out.type = type;
  out.title = std::move(title);
  out.url = std::move(url);
  out.payload = std::move(payload);
  return out;
}

constexpr const char* kRemove = R"({"remove_keyboard":true})";

TEST(TelegramSend, PlainTextHasNoParseMode) {
  const auto done = talk(send_of({Text{.text = "a_b *c"}}), {ok(133)});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://api.telegram.org/bot7001:TOKEN/sendMessage");
  EXPECT_EQ(done.calls[0].content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(fields(done.calls[0]),
            (std::map<std::string, std::string>{
                {"chat_id", "-100777"}, {"text", "a_b *c"}, {"reply_markup", kRemove}}));
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, std::vector<std::string>{"133"});
}

TEST(TelegramSend, MarkedUpTextSaysSo) {
  const auto markdown =
      talk(send_of({Text{.text = "*a*", .format = TextFormat::markdown}}), {ok(1)});
  EXPECT_EQ(fields(markdown.calls.at(0))["parse_mode"], "Markdown");
  const auto html = talk(send_of({Text{.text = "<b>", .format = TextFormat::html}}), {ok(1)});
  EXPECT_EQ(fields(html.calls.at(0))["parse_mode"], "HTML");
}

TEST(TelegramSend, MarkupItCannotReadGoesPlain) {
  const Scripted bad{
      400, R"({"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: x"})"};
  const auto done =
      talk(send_of({Text{.text = "a_b", .format = TextFormat::markdown}}), {bad, ok(5)});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(fields(done.calls[1]).count("parse_mode"), 0u);
  EXPECT_EQ(fields(done.calls[1])["text"], "a_b");
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, std::vector<std::string>{"5"});
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 1u);
  // And if it refuses even that, it is over.
  const auto never = talk(send_of({Text{.text = "a_b", .format = TextFormat::markdown}}), {bad});
  ASSERT_EQ(never.calls.size(), 2u);
  EXPECT_EQ(std::get<Error>(never.end).code, Errc::rejected);
  EXPECT_EQ(std::get<Error>(never.end).code_text, "400");
}

TEST(TelegramSend, LongTextBecomesSteps) {
  std::string text;
  for (int i = 0; i < 2500; ++i) text += "你好";  // 5000 UTF-16 units without a space
  const auto done = talk(send_of({Text{.text = text}}), {ok(1), ok(2), ok(3)});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(fields(done.calls[0])["text"] + fields(done.calls[1])["text"], text);
  EXPECT_EQ(done.calls[1].step, 1);
  EXPECT_EQ(done.calls[1].step_data, "1");
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, (std::vector<std::string>{"1", "2"}));
}

TEST(TelegramSend, GoesOnAtTheStoredStep) {
  auto send = send_of({Text{.text = std::string(5000, 'x')}});
  send.step = 1;
  send.step_data = "71";
  const auto done = talk(send, {ok(72)});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(fields(done.calls[0])["text"].size(), 5000u - 4096u);
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, (std::vector<std::string>{"71", "72"}));
}

TEST(TelegramSend, OneTextAndOnePictureAreOneMessage) {
  const auto done =
      talk(send_of({Text{.text = "look"}, picture("https://x.example/a.jpg")}), {ok(1)});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(method(done.calls[0]), "sendPhoto");
  EXPECT_EQ(fields(done.calls[0])["caption"], "look");
  EXPECT_EQ(fields(done.calls[0])["photo"], "https://x.example/a.jpg");
}

TEST(TelegramSend, ACaptionTooLongGoesBefore) {
  const auto done = talk(
      send_of({Text{.text = std::string(1025, 'x')}, picture("https://x.example/a.jpg")}), {ok(1)});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(method(done.calls[0]), "sendMessage");
  EXPECT_EQ(method(done.calls[1]), "sendPhoto");
  EXPECT_EQ(fields(done.calls[1]).count("caption"), 0u);
}

TEST(TelegramSend, OurOwnMediaAreUploaded) {
  Media media;
  media.kind = MediaKind::file;
  media.media_id = "med_00000000000000000000000000000001";
  media.name = "a.pdf";
  media.mime = "application/pdf";
  const auto done = talk(send_of({media}), {ok(1)});
  ASSERT_EQ(done.calls.size(), 1u);
  ASSERT_TRUE(done.calls[0].upload);
  EXPECT_EQ(done.calls[0].upload->field, "document");
  EXPECT_EQ(done.calls[0].upload->file_name, "a.pdf");
  EXPECT_EQ(fields(done.calls[0])["chat_id"], "-100777");
}

struct MediaCase {
  const char* name;
  MediaKind kind;
  const char* mime;
  const char* method;
};
void PrintTo(const MediaCase& c, std::ostream* out) { *out << c.name; }

const MediaCase kMedia[] = {
    {"Image", MediaKind::image, "image/png", "sendPhoto"},
    {"Gif", MediaKind::image, "image/gif", "sendAnimation"},
    {"Video", MediaKind::video, "video/mp4", "sendVideo"},
    {"Audio", MediaKind::audio, "audio/mp3", "sendAudio"},
    {"Voice", MediaKind::voice, "audio/ogg", "sendVoice"},
    {"VoiceItCannotPlay", MediaKind::voice, "audio/amr", "sendDocument"},
    {"Sticker", MediaKind::sticker, "image/webp", "sendSticker"},
    {"File", MediaKind::file, "application/zip", "sendDocument"},
};

class TelegramMedia : public testing::TestWithParam<MediaCase> {};

TEST_P(TelegramMedia, GoesByItsMethod) {
  Media media;
  media.kind = GetParam().kind;
  media.mime = GetParam().mime;
  media.url = "https://x.example/f";
  const auto done = talk(send_of({media}), {ok(1)});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(method(done.calls[0]), GetParam().method);
}
INSTANTIATE_TEST_SUITE_P(Table, TelegramMedia, testing::ValuesIn(kMedia),
                         [](const auto& test) { return test.param.name; });

struct MarkupCase {
  const char* name;
  std::vector<Action> actions;
  const char* markup;
  std::size_t degraded;
};
void PrintTo(const MarkupCase& c, std::ostream* out) { *out << c.name; }

const MarkupCase kMarkups[] = {
    {"None", {}, kRemove, 0},
    {"Replies",
     {action(ActionType::reply, "Yes"), action(ActionType::reply, "No")},
     R"({"keyboard":[[{"text":"Yes"},{"text":"No"}]],"resize_keyboard":true,"one_time_keyboard":true})",
     0},
    {"LocationKeepsTheKeyboard",
     {action(ActionType::location_request, "")},
     R"({"keyboard":[[{"text":"Send Location","request_location":true}]],"resize_keyboard":true,"one_time_keyboard":false})",
     0},
    {"LinksAreInline",
     {action(ActionType::link, "A", "https://a.example"), action(ActionType::link, "", "tg://x")},
     R"({"inline_keyboard":[[{"text":"A","url":"https://a.example"},{"text":"Open Link","url":"tg://x"}]]})",
     0},
    {"PostbacksAreInline",
     {action(ActionType::postback, "Track", "", "track:1")},
     R"({"inline_keyboard":[[{"text":"Track","callback_data":"track:1"}]]})",
     0},
    {"BesideRepliesLinksGoAndPostbacksBecomeText",
     {action(ActionType::reply, "A"), action(ActionType::link, "B", "https://b.example"),
      action(ActionType::postback, "C", "", "c")},
     R"({"keyboard":[[{"text":"A"},{"text":"C"}]],"resize_keyboard":true,"one_time_keyboard":true})",
     2},
    {"BadUrlsGo",
     {action(ActionType::link, "A", "a.example"),
      action(ActionType::link, "B", "http://localhost/"),
      action(ActionType::link, "C", "https://a.example/a b"), action(ActionType::link, "D"),
      action(ActionType::link, "E", "http://[::1]/"), action(ActionType::link, "F", "http://")},
     R"({"inline_keyboard":[[{"text":"E","url":"http://[::1]/"}]]})",
     5},
    {"PayloadTooLongGoes",
     {action(ActionType::postback, "A", "", std::string(65, 'x'))},
     kRemove,
     1},
    {"WideTitlesTakeARowEach",
     {action(ActionType::reply, "A long enough answer"), action(ActionType::reply, "Another one")},
     R"({"keyboard":[[{"text":"A long enough answer"}],[{"text":"Another one"}]],"resize_keyboard":true,"one_time_keyboard":true})",
     0},
};

class TelegramMarkup : public testing::TestWithParam<MarkupCase> {};

TEST_P(TelegramMarkup, ShowsTheActions) {
  const auto done = talk(send_of({Text{.text = "?"}}, GetParam().actions), {ok(1)});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(fields(done.calls[0])["reply_markup"], GetParam().markup);
  const auto& sent = std::get<Sent>(done.end);
  EXPECT_EQ(sent.degraded.size(), GetParam().degraded);
  for (const auto& line : sent.degraded) {
    EXPECT_EQ(line.find("example"), std::string::npos) << "reports hold no content: " << line;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, TelegramMarkup, testing::ValuesIn(kMarkups),
                         [](const auto& test) { return test.param.name; });

TEST(TelegramSend, OnlyTheLastMessageHasTheActions) {
  const auto done = talk(send_of({Text{.text = "a"}, picture("https://x.example/1.jpg"),
                                  picture("https://x.example/2.jpg")},
                                 {action(ActionType::reply, "Yes")}),
                         {ok(1)});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_EQ(fields(done.calls[0])["reply_markup"], kRemove);
  EXPECT_EQ(fields(done.calls[1])["reply_markup"], kRemove);
  EXPECT_NE(fields(done.calls[2])["reply_markup"], kRemove);
}

TEST(TelegramSend, APressedButtonIsAnsweredFirstAndMayBeTooOld) {
  auto send = send_of({Text{.text = "a"}});
  send.reply_token = "callback:88";
  const auto done =
      talk(send, {{400, R"({"ok":false,"error_code":400,"description":"too old"})"}, ok(3)});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(method(done.calls[0]), "answerCallbackQuery");
  EXPECT_EQ(fields(done.calls[0])["callback_query_id"], "88");
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, std::vector<std::string>{"3"});
}

TEST(TelegramSend, WhatItCannotShowIsReported) {
  const auto nothing = talk(send_of({Reaction{.target = "m", .emoji = "x"}}), {ok(1)});
  EXPECT_TRUE(nothing.calls.empty());
  EXPECT_EQ(std::get<Error>(nothing.end).code, Errc::rejected);
  const auto some = talk(send_of({Text{.text = "a"}, Deletion{.target = "m"}}), {ok(1)});
  EXPECT_EQ(std::get<Sent>(some.end).degraded.size(), 1u);
}

TEST(TelegramSend, PlacesContactsAndCardsGoTheirWay) {
  Location place;
  place.latitude = 1.5;
  place.longitude = -2;
  Card card;
  card.title = "Title";
  card.text = "Text";
  card.image_url = "https://x.example/c.jpg";
  card.actions = {action(ActionType::link, "Buy", "https://x.example/buy")};
  Contact contact;
  contact.name = "A";
  contact.phones = {"123"};
  const auto done = talk(send_of({place, contact, card}), {ok(1)});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_EQ(method(done.calls[0]), "sendLocation");
  EXPECT_EQ(fields(done.calls[0])["longitude"], "-2");
  EXPECT_EQ(method(done.calls[1]), "sendContact");
  EXPECT_EQ(method(done.calls[2]), "sendPhoto");
  EXPECT_EQ(fields(done.calls[2])["caption"], "Title\n\nText");
  EXPECT_NE(fields(done.calls[2])["reply_markup"].find("Buy"), std::string::npos);
}

struct ErrorCase {
  const char* name;
  int status;
  std::string_view body;
  Errc code;
  Delivery delivery;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

const ErrorCase kErrors[] = {
    {"Blocked", 403,
     R"({"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"})",
     Errc::recipient_gone, Delivery::not_sent},
    {"Deactivated", 403,
     R"({"ok":false,"error_code":403,"description":"Forbidden: user is deactivated"})",
     Errc::recipient_gone, Delivery::not_sent},
    {"OtherForbidden", 403, R"({"ok":false,"error_code":403,"description":"Forbidden: no rights"})",
     Errc::rejected, Delivery::not_sent},
    {"TheBodysCodeCounts", 403,
     R"({"ok":false,"error_code":400,"description":"Bot domain invalid."})", Errc::rejected,
     Delivery::not_sent},
    {"Unauthorized", 401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})",
     Errc::misconfigured, Delivery::not_sent},
    {"NoSuchBot", 404, R"({"ok":false,"error_code":404,"description":"Not Found"})",
     Errc::misconfigured, Delivery::not_sent},
    {"ChatNotFound", 400,
     R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})", Errc::rejected,
     Delivery::not_sent},
    {"ServerError", 502, "<html>", Errc::unavailable, Delivery::unknown},
    {"GarbageAfterSuccess", 200, "<html>", Errc::unavailable, Delivery::unknown},
    {"NoMessageId", 200, R"({"ok":true,"result":true})", Errc::rejected, Delivery::unknown},
    {"MessageIdZero", 200, R"({"ok":true,"result":{"message_id":0}})", Errc::rejected,
     Delivery::unknown},
    {"NotOk", 200, R"({"ok":false,"error_code":400,"description":"x"})", Errc::rejected,
     Delivery::not_sent},
    {"GarbageRefusal", 400, "nope", Errc::rejected, Delivery::not_sent},
};

class TelegramErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(TelegramErrors, SayWhatToDoNext) {
  const auto& c = GetParam();
  const auto done =
      talk(send_of({Text{.text = "secret words"}}), {{c.status, std::string(c.body)}});
  ASSERT_TRUE(std::holds_alternative<Error>(done.end));
  const auto& error = std::get<Error>(done.end);
  EXPECT_EQ(error.code, c.code);
  EXPECT_EQ(error.delivery, c.delivery);
  EXPECT_EQ(error.detail.find("TOKEN"), std::string::npos);
  EXPECT_EQ(error.detail.find("secret words"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, TelegramErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(TelegramSend, TooManyTellsHowLongToWait) {
  const auto done = talk(send_of({Text{.text = "a"}}),
                         {{429, R"({"ok":false,"error_code":429,"description":"Too Many Requests",
                             "parameters":{"retry_after":30}})"}});
  const auto& error = std::get<Error>(done.end);
  EXPECT_EQ(error.code, Errc::throttled);
  EXPECT_EQ(error.retry_after, Milliseconds(30'000));
}

TEST(TelegramSend, AMigratedGroupTellsItsNewId) {
  const auto done = talk(send_of({Text{.text = "a"}}),
                         {{400, R"({"ok":false,"error_code":400,"description":"upgraded",
                             "parameters":{"migrate_to_chat_id":-1001234567890}})"}});
  const auto& error = std::get<Error>(done.end);
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_EQ(error.delivery, Delivery::not_sent);
  EXPECT_EQ(error.new_recipient, "-1001234567890");
}

TEST(TelegramTyping, ShowsButCannotHide) {
  const auto on = entry().typing->typing("42", true, channel(), "");
  ASSERT_TRUE(on);
  EXPECT_EQ(method(*on), "sendChatAction");
  EXPECT_FALSE(entry().typing->typing("42", false, channel(), ""));
}

class TelegramFiles : public testing::Test {
 protected:
  static std::variant<HttpCall, Error, RefreshToken> resume(int status, std::string body) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = body;
    Media media;
    media.platform_id = "FILE";
    return entry().media_source->resume(media, channel(), "", 0, answer);
  }
};

TEST_F(TelegramFiles, AreAskedForThenDownloaded) {
  Media media;
  media.platform_id = "FILE";
  const auto first = std::get<HttpCall>(entry().media_source->start(media, channel(), ""));
  EXPECT_EQ(method(first), "getFile");
  EXPECT_EQ(fields(first)["file_id"], "FILE");
  EXPECT_FALSE(first.download);
  const auto second =
      std::get<HttpCall>(resume(200, R"({"ok":true,"result":{"file_path":"photos/a b.jpg"}})"));
  EXPECT_EQ(second.url, "https://api.telegram.org/file/bot7001:TOKEN/photos/a%20b.jpg");
  EXPECT_EQ(second.method, "GET");
  EXPECT_TRUE(second.download);
}

TEST_F(TelegramFiles, RefusePathsThatLeadElsewhere) {
  for (const char* body :
       {R"({"ok":true,"result":{"file_path":"/etc/passwd"}})",
        R"({"ok":true,"result":{"file_path":"a/../../b"}})", R"({"ok":true,"result":{}})",
        R"({"ok":false,"error_code":400,"description":"file is too big"})"}) {
    const auto step = resume(200, body);
    ASSERT_TRUE(std::holds_alternative<Error>(step)) << body;
    EXPECT_EQ(std::get<Error>(step).detail.find("TOKEN"), std::string::npos);
  }
}

}  // namespace
}  // namespace parley::connectors
