#include <gtest/gtest.h>

#include "tests/connectors/viber_support.hpp"

namespace parley::connectors {
namespace {

using namespace dialogue_support;
using viber_support::talk;

const Scripted kOk{200,
                   R"({"status":0,"status_message":"ok","message_token":5741311803571721087})"};

// The members after those that every message has.
std::string rest_of(const HttpCall& call) {
  const std::string common =
      std::string(R"({"auth_token":")") + viber_support::kToken + R"(","receiver":"U=","type":)";
  EXPECT_TRUE(call.body.starts_with(common)) << call.body;
  return call.body.substr(std::min(common.size(), call.body.size()));
}

Send text_to(std::string text) { return send_of("U=", {Text{.text = std::move(text)}}); }

TEST(ViberSend, IsOneCallWithTheTokenInside) {
  const auto done = talk(text_to("hi"), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://chatapi.viber.com/pa/send_message");
  EXPECT_EQ(header(done.calls[0], "Accept"), "application/json");
  EXPECT_EQ(rest_of(done.calls[0]), R"("text","tracking_data":"key_1","text":"hi"})");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"5741311803571721087"});
}

TEST(ViberSend, SaysWhoSends) {
  auto channel = viber_support::channel();
  channel.settings["sender_name"] = "A shop whose name is much too long";
  const auto done = talk(text_to("hi"), {kOk}, channel);
  EXPECT_NE(done.calls.at(0).body.find(R"("sender":{"name":"A shop whose name is much"})"),
            std::string::npos)
      << done.calls.at(0).body;
}

TEST(ViberSend, LongTextBecomesSteps) {
  const auto done = talk(text_to(std::string(7001, 'x')), {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[1].step, 2);
  EXPECT_EQ(done.sent().external_ids.size(), 2u);
}

TEST(ViberSend, GoesOnAtTheStoredStep) {
  auto send = send_of("U=", {Text{.text = "a"}, Text{.text = "b"}});
  send.step = 2;
  send.step_data = "71";
  const auto done = talk(send, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_NE(done.calls[0].body.find(R"("text":"b")"), std::string::npos);
  EXPECT_EQ(done.sent().external_ids.front(), "71");
}

Media sized(MediaKind kind, std::string url, std::uint64_t bytes) {
  Media out = medium(kind, std::move(url));
  out.size_bytes = bytes;
  return out;
}

Media sticker(std::string id) {
  Media out = medium(MediaKind::sticker, "");
  out.platform_id = std::move(id);
  out.emoji = "❤";
  return out;
}

Contact contact(std::string name, std::string phone) {
  Contact out;
  out.name = std::move(name);
  out.phones = {std::move(phone)};
  return out;
}

Location place() {
  Location out;
  out.latitude = 37.7;
  out.longitude = -122.5;
  return out;
}

struct PartCase {
  const char* name;
  std::vector<Part> content;
  std::vector<std::string> rest;
  std::size_t degraded;
};
void PrintTo(const PartCase& c, std::ostream* out) { *out << c.name; }

const PartCase kParts[] = {
    {"Picture",
     {medium(MediaKind::image, "https://x.example/a.jpg")},
     {R"("picture","tracking_data":"key_1","text":"","media":"https://x.example/a.jpg"})"},
     0},
    {"PictureWithWords",
     {Text{.text = "look"}, medium(MediaKind::image, "https://x.example/a.jpg")},
     {R"("picture","tracking_data":"key_1","text":"look","media":"https://x.example/a.jpg"})"},
     0},
    {"VideoThenItsWords",
     {Text{.text = "look"}, sized(MediaKind::video, "https://x.example/a.mp4", 12)},
     {R"("video","tracking_data":"key_1","media":"https://x.example/a.mp4","size":12})",
      R"("text","tracking_data":"key_1","text":"look"})"},
     0},
    {"FileWithItsName",
     {sized(MediaKind::file, "https://x.example/d/a%20b.pdf", 9)},
     {R"("file","tracking_data":"key_1","media":"https://x.example/d/a%20b.pdf","file_name":"a b.pdf","size":9})"},
     0},
    {"Sticker",
     {sticker("46105")},
     {R"("sticker","tracking_data":"key_1","sticker_id":46105})"},
     0},
    {"StickerOfAnotherPlatform",
     {sticker("446/1988")},
     {R"("text","tracking_data":"key_1","text":"❤"})"},
     1},
    {"Place",
     {place()},
     {R"("location","tracking_data":"key_1","location":{"lat":37.7,"lon":-122.5}})"},
     0},
    {"Contact",
     {contact("Li", "+123")},
     {R"("contact","tracking_data":"key_1","contact":{"name":"Li","phone_number":"+123"}})"},
     0},
    {"ContactTooLongForOne",
     {contact(std::string(29, 'x'), "1")},
     {R"("text","tracking_data":"key_1","text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n1"})"},
     1},
    {"Link",
     {Link{.url = "https://x.example/"}},
     {R"("url","tracking_data":"key_1","media":"https://x.example/"})"},
     0},
    {"LinkWithWords",
     {Link{.url = "https://x.example/", .title = "X"}},
     {R"("text","tracking_data":"key_1","text":"X\nhttps://x.example/"})"},
     0},
    {"FormattedText",
     {Text{.text = "*a*", .format = TextFormat::markdown}},
     {R"("text","tracking_data":"key_1","text":"*a*"})"},
     1},
};

class ViberParts : public testing::TestWithParam<PartCase> {};

TEST_P(ViberParts, GoByTheirType) {
  const auto done = talk(send_of("U=", GetParam().content), {kOk});
  std::vector<std::string> got;
  for (const auto& call : done.calls) got.push_back(rest_of(call));
  EXPECT_EQ(got, GetParam().rest);
  EXPECT_EQ(done.sent().degraded.size(), GetParam().degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, ViberParts, testing::ValuesIn(kParts),
                         [](const auto& test) { return test.param.name; });

TEST(ViberSend, AVideosSizeIsLookedUp) {
  const auto done = talk(send_of("U=", {medium(MediaKind::video, "https://x.example/a.mp4")}),
                         {{200, "", {{"content-length", "12345"}}}, kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].method, "HEAD");
  EXPECT_EQ(done.calls[0].url, "https://x.example/a.mp4");
  EXPECT_TRUE(done.calls[0].headers.empty());
  EXPECT_EQ(done.calls[1].step, 1);
  EXPECT_EQ(done.calls[1].step_data, "12345\n");
  EXPECT_EQ(rest_of(done.calls[1]),
            R"("video","tracking_data":"key_1","media":"https://x.example/a.mp4","size":12345})");
  EXPECT_EQ(done.sent().external_ids.size(), 1u);
}

TEST(ViberSend, AFileWhoseSizeNobodyTellsIsALink) {
  for (const Scripted& silent :
       {Scripted{404, ""}, Scripted{200, ""}, Scripted{200, "", {{"content-length", "many"}}}}) {
    const auto done =
        talk(send_of("U=", {medium(MediaKind::video, "https://x.example/a.mp4")}), {silent, kOk});
    ASSERT_EQ(done.calls.size(), 2u);
    EXPECT_EQ(rest_of(done.calls[1]),
              R"("text","tracking_data":"key_1","text":"https://x.example/a.mp4"})");
    EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"5741311803571721087"});
    EXPECT_EQ(done.sent().degraded.size(), 1u);
  }
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
    {"Two",
     {action(ActionType::reply, "Yes"), action(ActionType::reply, "No")},
     R"([{"ActionType":"reply","ActionBody":"Yes","Text":"Yes","TextSize":"regular","Columns":"3"},{"ActionType":"reply","ActionBody":"No","Text":"No","TextSize":"regular","Columns":"3"}])",
     0},
    {"WideTitlesTakeARowEach",
     {action(ActionType::reply, "A long enough answer"), action(ActionType::reply, "Another one")},
     R"([{"ActionType":"reply","ActionBody":"A long enough answer","Text":"A long enough answer","TextSize":"regular","Columns":"6"},{"ActionType":"reply","ActionBody":"Another one","Text":"Another one","TextSize":"regular","Columns":"6"}])",
     0},
    {"PayloadComesBack",
     {action(ActionType::postback, "More", "", "more:1")},
     R"([{"ActionType":"reply","ActionBody":"more:1","Text":"More","TextSize":"regular","Columns":"6"}])",
     0},
    {"LinkAndPlace",
     {action(ActionType::link, "Go", "https://x.example/"),
      action(ActionType::location_request, "")},
     R"([{"ActionType":"open-url","ActionBody":"https://x.example/","Text":"Go","TextSize":"regular","Columns":"3"},{"ActionType":"location-picker","ActionBody":"Send location","Text":"Send location","TextSize":"regular","Columns":"3"}])",
     0},
    {"WhatItCannotHoldIsReported",
     {action(ActionType::link, "Go"), action(ActionType::copy, "Code", "", "AB"),
      action(ActionType::form, "F", "1234")},
     "",
     3},
};

class ViberKeyboard : public testing::TestWithParam<KeyboardCase> {};

TEST_P(ViberKeyboard, ShowsTheActions) {
  const auto& c = GetParam();
  const auto done = talk(send_of("U=", {Text{.text = "a"}, Text{.text = "?"}}, c.actions), {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].body.find("keyboard"), std::string::npos);
  const std::string keyboard =
      *c.buttons == '\0' ? ""
                         : R"("keyboard":{"Type":"keyboard","DefaultHeight":false,"Buttons":)" +
                               std::string(c.buttons) + "},";
  EXPECT_EQ(rest_of(done.calls[1]),
            R"("text","tracking_data":"key_1",)" + keyboard + R"("text":"?"})");
  EXPECT_EQ(done.sent().degraded.size(), c.degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, ViberKeyboard, testing::ValuesIn(kKeyboards),
                         [](const auto& test) { return test.param.name; });

TEST(ViberSend, ButtonsLookAsTheTenantWants) {
  auto channel = viber_support::channel();
  channel.settings["button_layout"] =
      R"({"bg_color":"#f7bb3f","text":"<b>*</b>","text_size":"large"})";
  EXPECT_EQ(viber_support::entry().connector->check(channel), "");
  const auto done =
      talk(send_of("U=", {Text{.text = "?"}}, {action(ActionType::reply, "Yes")}), {kOk}, channel);
  EXPECT_NE(done.calls.at(0).body.find(
                R"("Text":"<b>Yes</b>","TextSize":"large","Columns":"6","BgColor":"#f7bb3f"})"),
            std::string::npos)
      << done.calls.at(0).body;
}

TEST(ViberSend, NothingToShowIsRefusedBeforeAnyCall) {
  const auto done = talk(send_of("U=", {Reaction{.target = "m", .emoji = "x"}}), {kOk});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(done.error().code, Errc::rejected);
}

struct ErrorCase {
  const char* name;
  int status;
  std::string_view body;
  Errc code;
  Delivery delivery;
  const char *code_text, *detail;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

const ErrorCase kErrors[] = {
    {"BadToken", 200, R"({"status":2,"status_message":"invalidAuthToken"})", Errc::misconfigured,
     Delivery::not_sent, "2", "token is not valid"},
    {"BadData", 200, R"({"status":3,"status_message":"badData"})", Errc::rejected,
     Delivery::not_sent, "3", "badData"},
    {"NotRegistered", 200, R"({"status":5,"status_message":"receiverNotRegistered"})",
     Errc::recipient_gone, Delivery::not_sent, "5", "not registered"},
    {"NotSubscribed", 200, R"({"status":6,"status_message":"receiverNotSubscribed"})",
     Errc::recipient_gone, Delivery::not_sent, "6", "not subscribed"},
    {"AccountBlocked", 200, R"({"status":7})", Errc::misconfigured, Delivery::not_sent, "7",
     "blocked"},
    {"TooMany", 200, R"({"status":12,"status_message":"Too many requests"})", Errc::throttled,
     Delivery::not_sent, "12", "Rate control"},
    {"NoBalance", 200, R"({"status":24})", Errc::misconfigured, Delivery::not_sent, "24",
     "balance"},
    {"UnknownStatus", 200, R"({"status":99,"status_message":"General error"})", Errc::rejected,
     Delivery::not_sent, "99", "General error"},
    {"StatusOfTheWrongType", 200, R"({"status":"0"})", Errc::rejected, Delivery::unknown, "",
     "no status"},
    {"GarbageAfterSuccess", 200, "<html>", Errc::unavailable, Delivery::unknown, "", "JSON"},
    {"NotViber", 401, R"({"status":"5"})", Errc::rejected, Delivery::not_sent, "401", "HTTP 401"},
    {"ServerError", 502, "", Errc::unavailable, Delivery::unknown, "502", "HTTP 502"},
};

class ViberErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(ViberErrors, SayWhatToDoNext) {
  const auto& c = GetParam();
  const auto done = talk(text_to("secret words"), {{c.status, std::string(c.body)}});
  EXPECT_EQ(done.error().code, c.code);
  EXPECT_EQ(done.error().delivery, c.delivery);
  EXPECT_EQ(done.error().code_text, c.code_text);
  EXPECT_NE(done.error().detail.find(c.detail), std::string::npos) << done.error().detail;
  EXPECT_EQ(done.error().detail.find(viber_support::kToken), std::string::npos);
  EXPECT_EQ(done.error().detail.find("secret words"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, ViberErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(ViberSend, ASentMessageWithoutATokenIsSent) {
  EXPECT_TRUE(talk(text_to("a"), {{200, R"({"status":0})"}}).sent().external_ids.empty());
}

TEST(ViberCheck, NamesBadSettings) {
  auto channel = viber_support::channel();
  const auto& connector = *viber_support::entry().connector;
  EXPECT_EQ(connector.check(channel), "");
  for (const char* bad : {"yellow", "[]", R"({"text":"no star"})", R"({"text_size":"huge"})"}) {
    channel.settings["button_layout"] = bad;
    EXPECT_NE(connector.check(channel), "") << bad;
  }
  channel.settings["button_layout"] = "";
  channel.settings["text_max"] = "7001";
  EXPECT_NE(connector.check(channel), "");
}

TEST(ViberMedia, IsFetchedFromItsAddress) {
  const auto& source = *viber_support::entry().media_source;
  auto media = medium(MediaKind::image, "https://dl-media.viber.com/a.jpg");
  const auto call = std::get<HttpCall>(source.start(media, viber_support::channel(), ""));
  EXPECT_EQ(call.url, media.url);
  EXPECT_TRUE(call.download);
  EXPECT_TRUE(call.headers.empty());
  media.url = "file:///etc/passwd";
  EXPECT_TRUE(std::holds_alternative<Error>(source.start(media, viber_support::channel(), "")));
}

}  // namespace
}  // namespace parley::connectors
