#include <gtest/gtest.h>

#include "tests/connectors/line_support.hpp"

namespace parley::connectors {
namespace {

using dialogue_support::said;
using line_support::event;
using line_support::message;
using line_support::parse;

const Incoming& only(const Parsed& parsed) {
  EXPECT_EQ(parsed.events.size(), 1u) << (parsed.stopped ? parsed.stopped->detail : "");
  static const Incoming kNone;
  return parsed.events.empty() ? kNone : parsed.events.front();
}

const SignalIn& told(const Incoming& in) {
  static const SignalIn kNone;
  const auto* signal = std::get_if<SignalIn>(&in.what);
  EXPECT_NE(signal, nullptr);
  return signal == nullptr ? kNone : *signal;
}

// Known answers of HMAC-SHA256 in base64, worked out apart from this code:
//   printf '%s' BODY | openssl dgst -sha256 -hmac SECRET -binary | base64
struct SignatureCase {
  const char* name;
  const char* secret;
  const char* body;
  const char* signature;
  bool good;
};
void PrintTo(const SignatureCase& c, std::ostream* out) { *out << c.name; }

const SignatureCase kSignatures[] = {
    {"Good", "parley-line", R"({"destination":"U1","events":[]})",
     "ADqxuOcPD9XptCzKmRKHqTn/RMvyu2EPm8eN8Y6hPT4=", true},
    {"GoodWithHighBytes", "s3cret", "{\"t\":\"こんにちは\"}",
     "0zFOFo4esIpg8M9k/XL3hD2wruiZ+p8QqlJg2oCsbls=", true},
    {"OneLetterInTheOtherCase", "s3cret", "{\"t\":\"こんにちは\"}",
     "0ZFOFo4esIpg8M9k/XL3hD2wruiZ+p8QqlJg2oCsbls=", false},
    {"OfAnotherBody", "parley-line", R"({"destination":"U2","events":[]})",
     "ADqxuOcPD9XptCzKmRKHqTn/RMvyu2EPm8eN8Y6hPT4=", false},
    {"Empty", "parley-line", "", "", false},
};

class LineSignature : public testing::TestWithParam<SignatureCase> {};

TEST_P(LineSignature, ProvesTheBody) {
  const auto& c = GetParam();
  auto channel = line_support::channel();
  channel.secrets.insert_or_assign("channel_secret", Secret(c.secret));
  WebhookRequest request;
  request.headers = {{"x-line-signature", c.signature}};
  request.body = c.body;
  const auto proven = line_support::entry().connector->authenticate(request, channel);
  EXPECT_EQ(proven.has_value(), c.good);
  if (!proven) EXPECT_EQ(proven.error().code, Errc::unauthenticated);
}
INSTANTIATE_TEST_SUITE_P(Table, LineSignature, testing::ValuesIn(kSignatures),
                         [](const auto& test) { return test.param.name; });

TEST(LineParse, ReadsWhoWhenAndWhere) {
  const auto parsed = parse(message(R"("type":"text","text":"hi","quotedMessageId":"44")"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "01E");
  EXPECT_EQ(in.account, "Ubot");
  EXPECT_EQ(in.identity.key, (IdentityKey{"line1", "line", "U1"}));
  EXPECT_EQ(in.recipient, "U1");
  EXPECT_EQ(in.group, "");
  EXPECT_EQ(in.reply_token, "RT");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1'700'000'000'123}});
  EXPECT_EQ(said(in).external_id, "55");
  EXPECT_EQ(said(in).reply_to, "44");
  EXPECT_EQ(said(in).content, std::vector<Part>{Text{.text = "hi"}});
}

TEST(LineParse, UsersOfOneProviderAreTheSame) {
  auto channel = line_support::channel();
  channel.settings["provider"] = "acme";
  const auto parsed = dialogue_support::parse(line_support::entry(), channel,
                                              message(R"("type":"text","text":"hi")"));
  EXPECT_EQ(only(parsed).identity.key, (IdentityKey{"line:acme", "line", "U1"}));
}

TEST(LineParse, ARedeliveryHasTheSameKey) {
  std::string again = message(R"("type":"text","text":"hi")");
  const auto first = parse(again);
  again.replace(again.find("\"isRedelivery\":false"), 20, "\"isRedelivery\":true ");
  const auto second = parse(again);
  EXPECT_EQ(only(first).dedup_key, only(second).dedup_key);
  EXPECT_EQ(said(only(second)).attributes.at("is_redelivery"), AttributeValue(true));
}

TEST(LineParse, EventsWithoutAnIdGoByTheirMessage) {
  const auto parsed = parse(R"({"events":[{"type":"message","timestamp":1,"source":{"type":"user",
      "userId":"U1"},"message":{"id":"55","type":"text","text":"a"}}]})");
  EXPECT_EQ(only(parsed).dedup_key, "55");
}

struct PlaceCase {
  const char* name;
  const char* source;
  const char *person, *recipient, *group;
};
void PrintTo(const PlaceCase& c, std::ostream* out) { *out << c.name; }

const PlaceCase kPlaces[] = {
    {"User", R"({"type":"user","userId":"U1"})", "U1", "U1", ""},
    {"Group", R"({"type":"group","groupId":"C1","userId":"U1"})", "U1", "C1", "C1"},
    {"GroupOfNobody", R"({"type":"group","groupId":"C1"})", "C1", "C1", "C1"},
    {"Room", R"({"type":"room","roomId":"R1","userId":"U1"})", "U1", "R1", "R1"},
};

class LinePlaces : public testing::TestWithParam<PlaceCase> {};

TEST_P(LinePlaces, AreAnsweredWhereTheyAre) {
  const auto& c = GetParam();
  const auto parsed =
      parse(R"({"events":[{"type":"message","webhookEventId":"1","source":)" +
            std::string(c.source) + R"(,"message":{"id":"5","type":"text","text":"a"}}]})");
  EXPECT_EQ(only(parsed).identity.key.value, c.person);
  EXPECT_EQ(only(parsed).recipient, c.recipient);
  EXPECT_EQ(only(parsed).group, c.group);
}
INSTANTIATE_TEST_SUITE_P(Table, LinePlaces, testing::ValuesIn(kPlaces),
                         [](const auto& test) { return test.param.name; });

struct ContentCase {
  const char* name;
  std::string_view members;
  std::size_t part;  // in Part
  std::string_view fallback_has;
};
void PrintTo(const ContentCase& c, std::ostream* out) { *out << c.name; }

constexpr std::size_t kText = 0, kMedia = 1, kLocation = 2, kUnsupported = 15;

const ContentCase kContents[] = {
    {"Text", R"("type":"text","text":"你好")", kText, "你好"},
    {"Image", R"("type":"image","contentProvider":{"type":"line"})", kMedia, "image"},
    {"Video", R"("type":"video","duration":60000)", kMedia, "video"},
    {"Audio", R"("type":"audio","duration":1000)", kMedia, "audio"},
    {"File", R"("type":"file","fileName":"a.pdf","fileSize":7)", kMedia, "a.pdf"},
    {"Sticker", R"("type":"sticker","packageId":"1","stickerId":"2","keywords":["Love"])", kMedia,
     "Love"},
    {"Location", R"("type":"location","latitude":1.5,"longitude":-2,"title":"Cafe")", kLocation,
     "Cafe"},
    {"NewType", R"("type":"hologram")", kUnsupported, "hologram"},
    {"NoType", R"("text":"x")", kUnsupported, "unnamed"},
};

class LineContent : public testing::TestWithParam<ContentCase> {};

TEST_P(LineContent, BecomesAPart) {
  const auto parsed = parse(message(GetParam().members));
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), 1u);
  EXPECT_EQ(content.front().index(), GetParam().part);
  EXPECT_NE(said(only(parsed)).fallback_text.find(GetParam().fallback_has), std::string::npos)
      << said(only(parsed)).fallback_text;
}
INSTANTIATE_TEST_SUITE_P(Table, LineContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(LineParse, MediaAreNamedByTheirMessage) {
  const auto ours = parse(message(R"("type":"file","fileName":"a.pdf","fileSize":2138)"));
  const auto& file = std::get<Media>(said(only(ours)).content.front());
  EXPECT_EQ(file.platform_id, "55");
  EXPECT_EQ(file.size_bytes, 2138u);
  EXPECT_EQ(file.url, "");
  const auto theirs = parse(message(R"("type":"image","contentProvider":{"type":"external",
      "originalContentUrl":"https://x.example/a.jpg","previewImageUrl":"https://x.example/p"})"));
  const auto& image = std::get<Media>(said(only(theirs)).content.front());
  EXPECT_EQ(image.url, "https://x.example/a.jpg");
  EXPECT_EQ(image.thumbnail, "https://x.example/p");
}

TEST(LineParse, AStickerKeepsItsName) {
  const auto parsed = parse(message(R"("type":"sticker","packageId":"11537","stickerId":520)"));
  EXPECT_EQ(std::get<Media>(said(only(parsed)).content.front()).platform_id, "11537/520");
}

TEST(LineParse, PressedButtonsAreActionResponses) {
  const auto parsed = parse(event(R"("type":"postback","postback":{"data":"buy=1","params":{
      "datetime":"2026-01-02T10:00"}})"));
  const auto& chosen = std::get<ActionResponse>(said(only(parsed)).content.at(0));
  EXPECT_EQ(chosen.payload, "buy=1");
  EXPECT_EQ(chosen.title, "2026-01-02T10:00");
  EXPECT_EQ(only(parsed).reply_token, "RT");
}

struct SignalCase {
  const char* name;
  std::string_view members;
  EventType type;
  const char *platform_type, *key, *target;
  OptChange opt;
};
void PrintTo(const SignalCase& c, std::ostream* out) { *out << c.name; }

const SignalCase kSignals[] = {
    {"Follow", R"("type":"follow","follow":{"isUnblocked":true})", EventType::platform_event,
     "follow", "", "", OptChange::opted_in},
    {"Unfollow", R"("type":"unfollow")", EventType::platform_event, "unfollow", "", "",
     OptChange::opted_out},
    {"Unsend", R"("type":"unsend","unsend":{"messageId":"55"})", EventType::message_deleted,
     "unsend", "", "55", OptChange::none},
    {"Edited", R"("type":"messageEdited","message":{"id":"55","type":"text","text":"new"})",
     EventType::message_updated, "messageEdited", "", "55", OptChange::none},
    {"Beacon", R"("type":"beacon","beacon":{"hwid":"d41d","type":"enter"})",
     EventType::platform_event, "beacon", "d41d", "", OptChange::none},
    {"AccountLink", R"("type":"accountLink","link":{"result":"ok","nonce":"n1"})",
     EventType::platform_event, "accountLink", "n1", "", OptChange::none},
    {"VideoSeen", R"("type":"videoPlayComplete","videoPlayComplete":{"trackingId":"t"})",
     EventType::platform_event, "videoPlayComplete", "t", "", OptChange::none},
    {"Joined", R"("type":"memberJoined","joined":{"members":[{"type":"user","userId":"U2"},7,
      {"type":"user","userId":"U3"}]})",
     EventType::platform_event, "memberJoined", "U2,U3", "", OptChange::none},
    {"NewType", R"("type":"teleport")", EventType::platform_event, "teleport", "", "",
     OptChange::none},
    {"StandbyIsForAnotherApplication", R"("type":"message","mode":"standby","message":{"id":"5",
      "type":"text","text":"a"})",
     EventType::platform_event, "message", "", "", OptChange::none},
};

class LineSignals : public testing::TestWithParam<SignalCase> {};

TEST_P(LineSignals, TellWhatHappened) {
  const auto& c = GetParam();
  std::string body = event(c.members);
  if (c.members.contains("standby")) body.replace(body.find("\"mode\":\"active\","), 16, "");
  const auto parsed = parse(body);
  const auto& signal = told(only(parsed));
  EXPECT_EQ(signal.type, c.type);
  EXPECT_EQ(signal.platform_event.type, c.platform_type);
  EXPECT_EQ(signal.platform_event.key, c.key);
  EXPECT_EQ(signal.target ? signal.target->message : "", c.target);
  EXPECT_EQ(only(parsed).opt, c.opt);
}
INSTANTIATE_TEST_SUITE_P(Table, LineSignals, testing::ValuesIn(kSignals),
                         [](const auto& test) { return test.param.name; });

TEST(LineParse, TheConsolesCheckIsFineAndEmpty) {
  const auto parsed = parse(R"({"destination":"U1","events":[]})");
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_FALSE(parsed.stopped);
}

TEST(LineParse, OneBadEntryLosesNoGoodOne) {
  const auto parsed = parse(R"({"events":[
      {"type":"message","webhookEventId":"1","source":{"type":"user","userId":"U1"},
       "message":{"id":"5","type":"text","text":"a"}},
      {"type":"message","webhookEventId":"2","source":{"type":"user","userId":"U1"},
       "message":{"id":"6","type":"text","text":7}},
      "nonsense",
      {"type":"message","webhookEventId":"3","source":{"type":"user","userId":"U1"},
       "message":{"id":"8","type":"text","text":"b"}}]})");
  ASSERT_EQ(parsed.events.size(), 2u);
  EXPECT_EQ(parsed.events[1].dedup_key, "3");
  ASSERT_TRUE(parsed.stopped);
  EXPECT_EQ(parsed.stopped->code, Errc::malformed);
  EXPECT_TRUE(parsed.stopped->detail.starts_with("events[1]")) << parsed.stopped->detail;
}

const char* const kMalformed[] = {
    "",
    "[]",
    R"({})",
    R"({"events":{}})",
    R"({"events":[{"source":{"type":"user","userId":"U1"}}]})",
    R"({"events":[{"type":"message","message":{"id":"5","type":"text","text":"a"}}]})",
    R"({"events":[{"type":"message","source":{"type":"user"},"message":{"id":"5","type":"text",
        "text":"a"}}]})",
    R"({"events":[{"type":"message","source":{"type":"user","userId":"U1"}}]})",
    R"({"events":[{"type":"message","source":{"type":"user","userId":"U1"},"message":{
        "type":"text","text":"a"}}]})",
    R"({"events":[{"type":"message","source":{"type":"user","userId":"U1"},"message":{"id":"5",
        "type":"location","latitude":"x"}}]})",
};

TEST(LineParse, RefusesWhatItMightMisread) {
  for (const auto* body : kMalformed) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
  }
}

TEST(LineParse, MoreEventsThanAnyBatchHasAreRefused) {
  std::string body = R"({"events":[)";
  for (int i = 0; i < 101; ++i) body += i > 0 ? ",{}" : "{}";
  const auto parsed = parse(body + "]}");
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_TRUE(parsed.stopped);
}

}  // namespace
}  // namespace parley::connectors
