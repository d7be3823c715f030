#include <gtest/gtest.h>

#include "tests/connectors/viber_support.hpp"

namespace parley::connectors {
namespace {

using dialogue_support::said;
using viber_support::message;
using viber_support::parse;

const Incoming& only(const Parsed& parsed) {
  EXPECT_EQ(parsed.events.size(), 1u) << (parsed.stopped ? parsed.stopped->detail : "");
  static const Incoming kNone;
  return parsed.events.empty() ? kNone : parsed.events.front();
}

// A known answer, worked out apart from this code:
//   printf '%s' BODY | openssl dgst -sha256 -hmac TOKEN
TEST(ViberSignature, IsAsDocumented) {
  auto channel = viber_support::channel();
  channel.secrets.insert_or_assign("auth_token", Secret("4d2ddea-parley-token"));
  WebhookRequest request;
  request.body =
      R"({"event":"webhook","timestamp":1700000000123,"message_token":5136431130449316903})";
  request.headers = {{"x-viber-content-signature",
                      "55faaf6f92c0c4f3208bb818816797dc69cc46ac34ae3af70a78e63376012e34"}};
  const auto& connector = *viber_support::entry().connector;
  EXPECT_TRUE(connector.authenticate(request, channel));
  const auto parsed = connector.parse(request, channel);
  EXPECT_TRUE(parsed.events.empty()) << "it only asks whether we listen";
  EXPECT_FALSE(parsed.stopped);
  channel.secrets.insert_or_assign("auth_token", Secret("4d2ddea-parley-tokem"));
  EXPECT_FALSE(connector.authenticate(request, channel));
}

TEST(ViberParse, ReadsWhoWhenAndWhere) {
  const auto parsed = parse(message(R"("type":"text","text":"hi","tracking_data":"t7")"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "4912661846655238145") << "every digit of it";
  EXPECT_EQ(in.identity.key, (IdentityKey{"viber1", "viber", "01234567890A="}));
  EXPECT_EQ(in.identity.display_name, "Li");
  EXPECT_EQ(in.identity.language, "zh");
  EXPECT_EQ(in.recipient, "01234567890A=");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1'700'000'000'123}});
  EXPECT_EQ(in.opt, OptChange::opted_in) << "Viber subscribes whoever writes";
  EXPECT_EQ(said(in).external_id, "4912661846655238145");
  EXPECT_EQ(said(in).content, std::vector<Part>{Text{.text = "hi"}});
  EXPECT_EQ(said(in).attributes.at("tracking_data"), AttributeValue(std::string("t7")));
}

struct ContentCase {
  const char* name;
  std::string_view members;
  std::size_t part, parts;
  std::string_view fallback_has;
};
void PrintTo(const ContentCase& c, std::ostream* out) { *out << c.name; }

constexpr std::size_t kText = 0, kMedia = 1, kLocation = 2, kContact = 3, kLink = 4,
                      kUnsupported = 15;

const ContentCase kContents[] = {
    {"Text", R"("type":"text","text":"Добрый день")", kText, 1, "Добрый"},
    {"Picture", R"("type":"picture","media":"https://x.example/a.jpg")", kMedia, 1, "image"},
    {"PictureWithWords", R"("type":"picture","media":"https://x.example/a.jpg","text":"look")",
     kMedia, 2, "look"},
    {"Video", R"("type":"video","media":"https://x.example/a.mp4","duration":12,"size":7)", kMedia,
     1, "video"},
    {"File", R"("type":"file","media":"https://x.example/f","file_name":"a.pdf","file_size":9)",
     kMedia, 1, "a.pdf"},
    {"Sticker", R"("type":"sticker","sticker_id":46105,"media":"https://x.example/s.png")", kMedia,
     1, "sticker"},
    {"Location", R"("type":"location","location":{"lat":50.76,"lon":"6.11"})", kLocation, 1,
     "location"},
    {"Contact", R"("type":"contact","contact":{"name":"Alex","phone_number":"+972511123123"})",
     kContact, 1, "Alex"},
    {"Url", R"("type":"url","media":"https://x.example/")", kLink, 1, "https://x.example/"},
    {"NewType", R"("type":"hologram","text":"beside it")", kUnsupported, 2, "hologram"},
};

class ViberContent : public testing::TestWithParam<ContentCase> {};

TEST_P(ViberContent, BecomesParts) {
  const auto parsed = parse(message(GetParam().members));
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), GetParam().parts);
  EXPECT_EQ(content.front().index(), GetParam().part);
  EXPECT_NE(said(only(parsed)).fallback_text.find(GetParam().fallback_has), std::string::npos)
      << said(only(parsed)).fallback_text;
}
INSTANTIATE_TEST_SUITE_P(Table, ViberContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(ViberParse, KeepsWhatItIsToldOfAFile) {
  const auto parsed = parse(message(R"("type":"video","media":"https://x.example/a.mp4",
      "duration":12,"size":7,"thumbnail":"https://x.example/t.jpg")"));
  const auto& video = std::get<Media>(said(only(parsed)).content.front());
  EXPECT_EQ(video.duration_ms, 12'000u);
  EXPECT_EQ(video.size_bytes, 7u);
  EXPECT_EQ(video.thumbnail, "https://x.example/t.jpg");
}

struct ReceiptCase {
  const char *name, *event;
  DeliveryState state;
  const char* error;
};
void PrintTo(const ReceiptCase& c, std::ostream* out) { *out << c.name; }

const ReceiptCase kReceipts[] = {
    {"Delivered", "delivered", DeliveryState::delivered, ""},
    {"Seen", "seen", DeliveryState::read, ""},
    {"Failed", "failed", DeliveryState::failed, "no device"},
};

class ViberReceipts : public testing::TestWithParam<ReceiptCase> {};

TEST_P(ViberReceipts, TellWhatBecameOfASend) {
  const auto& c = GetParam();
  const auto parsed = parse(R"({"event":")" + std::string(c.event) +
                            R"(","timestamp":1,"message_token":4912661846655238145,
                               "user_id":"U=","desc":"no device"})");
  const auto& receipt = std::get<ReceiptIn>(only(parsed).what);
  EXPECT_EQ(receipt.external_id, "4912661846655238145");
  EXPECT_EQ(receipt.state, c.state);
  EXPECT_EQ(receipt.error, c.error);
  EXPECT_EQ(only(parsed).identity.key.value, "U=");
  EXPECT_EQ(only(parsed).dedup_key, std::string(c.event) + ":4912661846655238145:U=")
      << "the message itself has that token too";
}
INSTANTIATE_TEST_SUITE_P(Table, ViberReceipts, testing::ValuesIn(kReceipts),
                         [](const auto& test) { return test.param.name; });

struct SignalCase {
  const char* name;
  std::string_view body;
  const char* type;
  OptChange opt;
};
void PrintTo(const SignalCase& c, std::ostream* out) { *out << c.name; }

const SignalCase kSignals[] = {
    {"Subscribed", R"({"event":"subscribed","message_token":1,"user":{"id":"U=","name":"Li"}})",
     "subscribed", OptChange::opted_in},
    {"Unsubscribed", R"({"event":"unsubscribed","message_token":2,"user_id":"U="})", "unsubscribed",
     OptChange::opted_out},
    {"ConversationStarted",
     R"({"event":"conversation_started","message_token":3,"context":"ad7","user":{"id":"U="}})",
     "conversation_started", OptChange::none},
    {"NewEvent", R"({"event":"teleported","message_token":4,"user_id":"U="})", "teleported",
     OptChange::none},
};

class ViberSignals : public testing::TestWithParam<SignalCase> {};

TEST_P(ViberSignals, TellWhatHappened) {
  const auto& c = GetParam();
  const auto parsed = parse(c.body);
  EXPECT_EQ(std::get<SignalIn>(only(parsed).what).platform_event.type, c.type);
  EXPECT_EQ(only(parsed).identity.key.value, "U=");
  EXPECT_EQ(only(parsed).opt, c.opt);
  EXPECT_NE(only(parsed).dedup_key, "");
}
INSTANTIATE_TEST_SUITE_P(Table, ViberSignals, testing::ValuesIn(kSignals),
                         [](const auto& test) { return test.param.name; });

TEST(ViberParse, ADeepLinksContextIsAReferral) {
  const auto parsed = parse(kSignals[2].body);
  ASSERT_TRUE(only(parsed).referral);
  EXPECT_EQ(only(parsed).referral->code, "ad7");
}

TEST(ViberWelcome, GoesInTheAnswerToWhoOpensTheChat) {
  auto channel = viber_support::channel();
  const auto& connector = *viber_support::entry().connector;
  WebhookRequest request;
  request.body = kSignals[2].body;
  EXPECT_EQ(connector.acknowledge(request, channel).body, "");
  channel.settings["welcome_message"] = "Welcome \"you\"!";
  channel.settings["sender_name"] = "Shop";
  const auto reply = connector.acknowledge(request, channel);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(reply.body, R"({"type":"text","text":"Welcome \"you\"!","sender":{"name":"Shop"}})");
  const std::string talk = message(R"("type":"text","text":"conversation_started")");
  request.body = talk;
  EXPECT_EQ(connector.acknowledge(request, channel).body, "") << "only talks of it";
}

TEST(ViberParse, WhatNamesNobodyIsNoEvent) {
  const auto parsed = parse(R"({"event":"teleported","message_token":4})");
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_FALSE(parsed.stopped);
}

const char* const kMalformed[] = {
    "",
    "[]",
    "foo",
    "{}",
    R"({"event":7})",
    R"({"event":"subscribed"})",
    R"({"event":"delivered","user_id":"U="})",
    R"({"event":"message","sender":{"id":"U="},"message":{"type":"text","text":"a"}})",
    R"({"event":"message","message_token":1,"message":{"type":"text","text":"a"}})",
    R"({"event":"message","message_token":1,"sender":{},"message":{"type":"text","text":"a"}})",
    R"({"event":"message","message_token":1.5,"sender":{"id":"U="},"message":{"type":"text",
        "text":"a"}})",
    R"({"event":"message","message_token":1,"sender":{"id":"U="}})",
    R"({"event":"message","message_token":1,"sender":{"id":"U="},"message":{"type":"text"}})",
    R"({"event":"message","message_token":1,"sender":{"id":"U="},"message":{"type":"text",
        "text":7}})",
    R"({"event":"message","message_token":1,"sender":{"id":"U="},"message":{"type":"video"}})",
    R"({"event":"message","message_token":1,"sender":{"id":"U="},"message":{"type":"location",
        "location":{"lat":"x","lon":1}}})",
    R"({"event":"message","message_token":1,"sender":{"id":"U="},"message":{"type":"contact"}})",
    R"({"event":"message","message_token":1,"sender":{"id":"U="},"message":{"type":"url"}})",
};

TEST(ViberParse, RefusesWhatItMightMisread) {
  for (const auto* body : kMalformed) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
  }
}

}  // namespace
}  // namespace parley::connectors
