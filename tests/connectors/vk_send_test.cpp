#include <gtest/gtest.h>

#include "tests/connectors/vk_support.hpp"

namespace parley::connectors {
namespace {

using namespace dialogue_support;
using vk_support::method;
using vk_support::talk;

const Scripted kOk{200, R"({"response":345})"};
const Scripted kAddress{200,
                        R"({"response":{"upload_url":"https://pu.vk.com/c1/upload.php?x=1"}})"};
const Scripted kPut{200, R"({"server":109876,"photo":"[{\"photo\":\"a\"}]","hash":"zxc"})"};
const Scripted kSaved{200, R"({"response":[{"id":457,"owner_id":-77}]})"};

Send text_to(std::string text) { return send_of("123456", {Text{.text = std::move(text)}}); }
std::string field(const HttpCall& call, std::string_view name) {
  return vk_support::said(call, name);
}

TEST(VkSend, IsOneCallUnderARandomId) {
  const auto done = talk(text_to("hi & bye"), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  const auto& call = done.calls[0];
  EXPECT_TRUE(call.url.starts_with("https://api.vk.com/method/messages.send.json?")) << call.url;
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(field(call, "access_token"), "vk1.a.TOKEN");
  EXPECT_EQ(field(call, "v"), "5.103");
  EXPECT_EQ(field(call, "user_id"), "123456");
  EXPECT_EQ(field(call, "peer_id"), "");
  EXPECT_EQ(field(call, "message"), "hi & bye");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"345"});
}

TEST(VkSend, RandomIdsAreNumbersOfTheSendsOwn) {
  const auto id = [](std::string key, std::size_t call = 0) {
    auto send = send_of("123456", {Text{.text = "a"}, Text{.text = "b"}});
    send.idempotency_key = std::move(key);
    return field(talk(send, {kOk}).calls.at(call), "random_id");
  };
  EXPECT_EQ(id("key_1"), id("key_1"));
  EXPECT_NE(id("key_1"), id("key_2"));
  EXPECT_NE(id("key_1"), id("key_1", 1)) << "two messages, not one";
  EXPECT_EQ(id("key_1").find_first_not_of("0123456789"), std::string::npos);
  EXPECT_LE(std::stoll(id("key_1")), 0x7FFF'FFFF);
  EXPECT_GT(std::stoll(id("key_1")), 0);
}

TEST(VkSend, ChatsAreNamedAsPeers) {
  auto send = text_to("a");
  send.recipient = "2000000001";
  EXPECT_EQ(field(talk(send, {kOk}).calls.at(0), "peer_id"), "2000000001");
  EXPECT_EQ(field(talk(send, {kOk}).calls.at(0), "user_id"), "");
}

TEST(VkSend, ALongTextGoesInTheBody) {
  const std::string text(2500, 'x');
  const auto done = talk(text_to(text), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_LT(done.calls[0].url.size(), 300u);
  EXPECT_EQ(done.calls[0].content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(form_value(done.calls[0].body, "message"), text);
  EXPECT_EQ(talk(text_to(std::string(4097, 'x')), {kOk}).calls.size(), 2u);
}

TEST(VkSend, APictureIsUploadedThenSent) {
  const auto done = talk(send_of("123456", {Text{.text = "look"},
                                            medium(MediaKind::image, "https://x.example/a.png")}),
                         {kAddress, kPut, kSaved, kOk});
  ASSERT_EQ(done.calls.size(), 4u);
  EXPECT_EQ(done.calls[0].url,
            "https://api.vk.com/method/photos.getMessagesUploadServer.json?access_token=vk1.a.TOKEN"
            "&v=5.103");
  EXPECT_EQ(done.calls[1].url, "https://pu.vk.com/c1/upload.php?x=1");
  ASSERT_TRUE(done.calls[1].upload);
  EXPECT_EQ(done.calls[1].upload->field, "photo");
  EXPECT_EQ(done.calls[1].upload->url, "https://x.example/a.png");
  EXPECT_EQ(done.calls[1].upload->file_name, "a.png");
  EXPECT_EQ(method(done.calls[2]), "photos.saveMessagesPhoto");
  EXPECT_EQ(field(done.calls[2], "photo"), R"([{"photo":"a"}])");
  EXPECT_EQ(field(done.calls[2], "server"), "109876");
  EXPECT_EQ(field(done.calls[2], "hash"), "zxc");
  EXPECT_EQ(method(done.calls[3]), "messages.send");
  EXPECT_EQ(field(done.calls[3], "message"), "look");
  EXPECT_EQ(field(done.calls[3], "attachment"), "photo-77_457");
}

TEST(VkSend, OurOwnFilesGoAsDocuments) {
  Media media = medium(MediaKind::file, "");
  media.media_id = "med_00000000000000000000000000000001";
  media.name = "a.pdf";
  media.mime = "application/pdf";
  const auto done =
      talk(send_of("123456", {media}), {kAddress,
                                        {200, R"({"file":"f-1"})"},
                                        {200, R"({"response":{"type":"doc","doc":{"id":9,
                                            "owner_id":123456,"url":"https://vk.com/doc"}}})"},
                                        kOk});
  ASSERT_EQ(done.calls.size(), 4u);
  EXPECT_EQ(method(done.calls[0]), "docs.getMessagesUploadServer");
  EXPECT_EQ(field(done.calls[0], "type"), "doc");
  EXPECT_EQ(field(done.calls[0], "peer_id"), "123456");
  EXPECT_EQ(done.calls[1].upload->field, "file");
  EXPECT_EQ(done.calls[1].upload->media.value, "med_00000000000000000000000000000001");
  EXPECT_EQ(method(done.calls[2]), "docs.save");
  EXPECT_EQ(field(done.calls[2], "title"), "a.pdf");
  EXPECT_EQ(field(done.calls[3], "attachment"), "doc123456_9");
}

TEST(VkSend, SeveralFilesMakeOneMessage) {
  auto held = medium(MediaKind::image, "");
  held.platform_id = "photo-77_1";
  const auto picture = medium(MediaKind::image, "https://x.example/a.png");
  const auto done = talk(send_of("123456", {picture, held, picture}),
                         {kAddress,
                          kPut,
                          kSaved,
                          kAddress,
                          kPut,
                          {200, R"({"response":[{"id":458,"owner_id":-77}]})"},
                          kOk});
  ASSERT_EQ(done.calls.size(), 7u);
  EXPECT_EQ(field(done.calls[6], "attachment"), "photo-77_457,photo-77_1,photo-77_458");
}

TEST(VkSend, GoesOnAtTheStoredStep) {
  auto send = send_of("123456", {medium(MediaKind::image, "https://x.example/a.png")});
  send.step = 3;
  send.step_data = "a=photo-77_457";
  const auto done = talk(send, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(field(done.calls[0], "attachment"), "photo-77_457");
}

TEST(VkSend, AFailedUploadHasShownNothing) {
  const auto picture = send_of("123456", {medium(MediaKind::image, "https://x.example/a.png")});
  const auto refused = talk(picture, {kAddress, {200, R"({"server":1,"photo":"[]","hash":"x"})"}});
  EXPECT_EQ(refused.error().code, Errc::rejected);
  const auto broken = talk(picture, {kAddress, {500, ""}});
  EXPECT_EQ(broken.error().code, Errc::unavailable);
  EXPECT_EQ(broken.error().delivery, Delivery::not_sent);
  const auto lost = talk(picture, {kAddress, kPut, {500, ""}});
  EXPECT_EQ(lost.error().delivery, Delivery::not_sent);
  const auto nowhere = talk(picture, {{200, R"({"response":{"upload_url":"ftp://x/"}})"}});
  EXPECT_EQ(nowhere.error().code, Errc::rejected);
  const auto huge = talk(
      picture,
      {kAddress, {200, R"({"server":1,"hash":"x","photo":")" + std::string(5000, 'x') + "\"}"}});
  EXPECT_EQ(huge.error().code, Errc::rejected);
}

TEST(VkSend, PlacesGoAsSuch) {
  Location place;
  place.latitude = 55.75;
  place.longitude = 37.5;
  place.name = "Kremlin";
  const auto done = talk(send_of("123456", {Text{.text = "here"}, place}), {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(field(done.calls[1], "lat"), "55.75");
  EXPECT_EQ(field(done.calls[1], "long"), "37.5");
  EXPECT_EQ(field(done.calls[1], "message"), "Kremlin");
}

TEST(VkSend, OtherFilesWithAnAddressAreLinks) {
  const auto done =
      talk(send_of("123456", {medium(MediaKind::video, "https://x.example/a.mp4")}), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(field(done.calls[0], "message"), "https://x.example/a.mp4");
  EXPECT_EQ(done.sent().degraded.size(), 1u);
}

TEST(VkSend, APressedButtonIsAnsweredFirstAndMayBeTooOld) {
  auto send = text_to("a");
  send.reply_token = "event:123456:p1";
  const auto done =
      talk(send, {{200, R"({"error":{"error_code":100,"error_msg":"too old"}})"}, kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(method(done.calls[0]), "messages.sendMessageEventAnswer");
  EXPECT_EQ(field(done.calls[0], "event_id"), "p1");
  EXPECT_EQ(field(done.calls[0], "user_id"), "123456");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"345"});
}

struct KeyboardCase {
  const char* name;
  std::vector<Action> actions;
  const char* buttons;  // "" for no keyboard
  std::size_t degraded;
};
void PrintTo(const KeyboardCase& c, std::ostream* out) { *out << c.name; }

const KeyboardCase kKeyboards[] = {
    {"None", {}, "", 0},
    {"Replies",
     {action(ActionType::reply, "Yes"), action(ActionType::postback, "More", "", "m:1")},
     R"([[{"action":{"type":"text","label":"Yes","payload":"\"Yes\""},"color":"primary"},{"action":{"type":"text","label":"More","payload":"\"m:1\""},"color":"primary"}]])",
     0},
    {"LinksAndPlacesTakeTheirRow",
     {action(ActionType::reply, "A"), action(ActionType::link, "Go", "https://x.example/"),
      action(ActionType::location_request, "Where"), action(ActionType::reply, "B")},
     R"([[{"action":{"type":"text","label":"A","payload":"\"A\""},"color":"primary"}],[{"action":{"type":"open_link","link":"https://x.example/","label":"Go"}}],[{"action":{"type":"location","payload":"\"location\""}}],[{"action":{"type":"text","label":"B","payload":"\"B\""},"color":"primary"}]])",
     0},
    {"WhatItCannotHoldIsReported",
     {action(ActionType::link, "Go"), action(ActionType::copy, "C", "", "x"),
      action(ActionType::reply, "A", "", std::string(260, 'x'))},
     "",
     3},
};

class VkKeyboard : public testing::TestWithParam<KeyboardCase> {};

TEST_P(VkKeyboard, StandsWithTheLastMessage) {
  const auto& c = GetParam();
  const auto done =
      talk(send_of("123456", {Text{.text = "a"}, Text{.text = "?"}}, c.actions), {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(field(done.calls[0], "keyboard"), "");
  const std::string keyboard =
      *c.buttons == '\0'
          ? ""
          : R"({"one_time":true,"buttons":)" + std::string(c.buttons) + R"(,"inline":false})";
  EXPECT_EQ(field(done.calls[1], "keyboard"), keyboard);
  EXPECT_EQ(done.sent().degraded.size(), c.degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, VkKeyboard, testing::ValuesIn(kKeyboards),
                         [](const auto& test) { return test.param.name; });

TEST(VkSend, TenRowsAreTheMost) {
  std::vector<Action> actions(12, action(ActionType::link, "Go", "https://x.example/"));
  const auto done = talk(send_of("123456", {Text{.text = "?"}}, actions), {kOk});
  const std::string keyboard = field(done.calls.at(0), "keyboard");
  std::size_t rows = 0;
  for (auto at = keyboard.find("open_link"); at != std::string::npos;
       at = keyboard.find("open_link", at + 1)) {
    ++rows;
  }
  EXPECT_EQ(rows, 10u);
  EXPECT_EQ(done.sent().degraded.size(), 1u);
}

TEST(VkSend, NothingToShowIsRefusedBeforeAnyCall) {
  const auto done = talk(send_of("123456", {Reaction{.target = "m", .emoji = "x"}}), {kOk});
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
    {"BadToken", 200, R"({"error":{"error_code":5,"error_msg":"User authorization failed"}})",
     Errc::misconfigured, Delivery::not_sent, "5"},
    {"BadGroupKey", 200, R"({"error":{"error_code":27,"error_msg":"Group authorization failed"}})",
     Errc::misconfigured, Delivery::not_sent, "27"},
    {"TooFast", 200, R"({"error":{"error_code":6,"error_msg":"Too many requests per second"}})",
     Errc::throttled, Delivery::not_sent, "6"},
    {"Flood", 200, R"({"error":{"error_code":9,"error_msg":"Flood control"}})", Errc::throttled,
     Delivery::not_sent, "9"},
    {"NotAllowed", 200, R"({"error":{"error_code":901,"error_msg":"without permission"}})",
     Errc::recipient_gone, Delivery::not_sent, "901"},
    {"BadParameter", 200, R"({"error":{"error_code":100,"error_msg":"invalid"}})", Errc::rejected,
     Delivery::not_sent, "100"},
    {"ServersOwnError", 200, R"({"error":{"error_code":10,"error_msg":"Internal server error"}})",
     Errc::unavailable, Delivery::unknown, "10"},
    {"ErrorWithoutACode", 200, R"({"error":{}})", Errc::rejected, Delivery::not_sent, "0"},
    {"NeitherErrorNorResponse", 200, R"({"missing":1})", Errc::rejected, Delivery::unknown, ""},
    {"GarbageAfterSuccess", 200, "<html>", Errc::unavailable, Delivery::unknown, ""},
    {"TooManyByHttp", 429, "Bad Gateway", Errc::throttled, Delivery::not_sent, "429"},
    {"Refused", 403, "<html>", Errc::rejected, Delivery::not_sent, "403"},
    {"ServerError", 502, "", Errc::unavailable, Delivery::unknown, "502"},
};

class VkErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(VkErrors, SayWhatToDoNext) {
  const auto& c = GetParam();
  const auto done = talk(text_to("secret words"), {{c.status, std::string(c.body)}});
  EXPECT_EQ(done.error().code, c.code);
  EXPECT_EQ(done.error().delivery, c.delivery);
  EXPECT_EQ(done.error().code_text, c.code_text);
  EXPECT_EQ(done.error().detail.find("TOKEN"), std::string::npos);
  EXPECT_EQ(done.error().detail.find("secret words"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, VkErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(VkTyping, ShowsButCannotHide) {
  const auto& typing = *vk_support::entry().typing;
  const auto on = typing.typing("123456", true, vk_support::channel(), "");
  ASSERT_TRUE(on);
  EXPECT_EQ(method(*on), "messages.setActivity");
  EXPECT_EQ(field(*on, "type"), "typing");
  EXPECT_FALSE(typing.typing("123456", false, vk_support::channel(), ""));
}

TEST(VkMedia, IsFetchedFromItsAddress) {
  const auto& source = *vk_support::entry().media_source;
  auto media = medium(MediaKind::image, "https://sun1.userapi.com/a.jpg");
  const auto call = std::get<HttpCall>(source.start(media, vk_support::channel(), ""));
  EXPECT_EQ(call.url, media.url);
  EXPECT_TRUE(call.download);
  media.url.clear();
  EXPECT_TRUE(std::holds_alternative<Error>(source.start(media, vk_support::channel(), "")));
}

}  // namespace
}  // namespace parley::connectors
