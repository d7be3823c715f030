// What the reader accepts, what it refuses, and how it says so.
#include <gtest/gtest.h>

#include "conversation/codec.hpp"

namespace parley {
namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

struct RefusedCase {
  const char* name;
  std::string json;
  std::string_view says;
};
void PrintTo(const RefusedCase& c, std::ostream* out) { *out << c.name; }

const RefusedCase kRefused[] = {
    {"Empty", "", "empty"},
    {"Spaces", "   ", "not JSON"},
    {"NotAnObject", "[]", "must be an object"},
    {"TwoDocuments", "{}{}", "not JSON"},
    {"NotUtf8", "{\"id\":\"\xff\"}", "not JSON"},
    {"TextIsANumber", R"({"id":5})", "id must be a text"},
    {"UnknownEnum", R"({"direction":"sideways"})",
     "direction must be one of inbound|outbound|internal"},
    {"EnumInside", R"({"author":{"type":"robot"}})",
     "author.type must be one of customer|agent|bot|system"},
    {"PartWithoutType", R"({"content":[{"type":"text","text":"a"},{"text":"b"}]})",
     "content[1].type is missing"},
    {"PartTypeIsANumber", R"({"content":[{"type":1}]})", "content[0].type must be a text"},
    {"PartIsAText", R"({"content":["hi"]})", "content[0] must be an object"},
    {"TextPartWithoutText", R"({"content":[{"type":"text"}]})", "content[0].text is missing"},
    {"ContentIsAnObject", R"({"content":{}})", "content must be an array"},
    {"NegativeCount", R"({"delivery":{"attempts":-1}})",
     "delivery.attempts must be a whole number from 0 to 4294967295"},
    {"CountTooLarge", R"({"delivery":{"attempts":4294967296}})", "must be a whole number"},
    {"CountWithFraction", R"({"delivery":{"attempts":1.5}})", "must be a whole number"},
    {"BadTime", R"({"expires_at":"tomorrow"})", "expires_at must be a time like"},
    {"TimeBeforeYearZero", R"({"expires_at":"0000-01-01T00:00:00+01:00"})", "must be a time"},
    {"TimeAfterYear9999", R"({"expires_at":"9999-12-31T23:59:60Z"})", "must be a time"},
    {"AttributeIsAnArray", R"({"attributes":{"a":[]}})", "attributes must hold texts"},
    {"ChannelDataIsAText", R"({"channel_data":"{}"})", "channel_data must be an object"},
    {"ChannelDataTooDeep", R"({"channel_data":{"a":)" + nested(16) + "}}",
     "channel_data is nested too deep"},
    {"UnknownTooDeep", R"({"later":)" + nested(17) + "}", "nested too deep"},
    {"TooDeep", R"({"a":)" + nested(40) + "}", "not JSON"},
    {"HalfASurrogatePair", R"({"id":"\ud800"})", "not JSON"},
    {"OtherHalfOfASurrogatePair", R"({"id":"\udc00"})", ""},
    {"TooLarge", R"({"id":")" + std::string(kDocumentBytesMax, 'a') + "\"}", "larger than 1048576"},
};

class MessageDecode : public testing::TestWithParam<RefusedCase> {};

TEST_P(MessageDecode, SaysWhereAndWhatWouldBeRight) {
  const auto got = from_json<Message>(GetParam().json);
  ASSERT_FALSE(got) << to_json(*got);
  EXPECT_EQ(got.error().code, Errc::malformed);
  EXPECT_NE(got.error().detail.find(GetParam().says), std::string::npos) << got.error().detail;
}
INSTANTIATE_TEST_SUITE_P(Table, MessageDecode, testing::ValuesIn(kRefused),
                         [](const auto& test) { return test.param.name; });

TEST(MessageDecode, QuotesNothingOfTheDocument) {
  for (const char* json :
       {R"({"direction":"s3cret"})", R"({"attributes":{"s3cret":[]}})",
        R"({"content":[{"type":"text","text":"s3cret","format":"s3cret"}]})",
        R"({"s3cret":[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]})", R"({"id":"s3cret)"}) {
    const auto got = from_json<Message>(json);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().detail.find("s3cret"), std::string::npos) << got.error().detail;
  }
}

TEST(MessageDecode, TakesNullForAbsentAndTheFirstOfARepeatedMember) {
  const auto got =
      from_json<Message>(R"({"expires_at":null,"content":null,"attributes":{"a":null,"b":1,"b":2},)"
                         R"("later":1,"id":"first","id":"second","later":2})");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_FALSE(got->expires_at);
  EXPECT_TRUE(got->content.empty());
  EXPECT_EQ(got->attributes, (Attributes{{"b", 1.0}}));
  EXPECT_EQ(got->id.value, "first");
  EXPECT_EQ(got->unknown, (Unknown{{"later", "1"}}));
}

TEST(MessageDecode, BoundsTheMembersOfAnObject) {
  std::string json = "{\"a\":0";
  for (int i = 0; i < 300; ++i) json += ",\"m" + std::to_string(i) + "\":0";
  const auto got = from_json<Message>(json + "}");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().detail, "has too many members");
}

TEST(MessageDecode, KeepsAPartOfALaterVersionWhole) {
  const std::string json =
      R"({"direction":"inbound","author":{"type":"customer"},"content":[)"
      R"({"depth":1.5,"type":"hologram","provider_type":"x","text":"hi","of":{"a":[]}}]})";
  const auto got = from_json<Message>(json);
  ASSERT_TRUE(got) << got.error().detail;
  const auto& part = std::get<Unsupported>(got->content.at(0));
  EXPECT_EQ(part.provider_type, "hologram");
  EXPECT_EQ(fallback_text(got->content), "[unsupported: hologram]");
  EXPECT_EQ(to_json(*got), json);
}

TEST(MessageDecode, KeepsAnyDepthItAcceptsThroughEveryWrapping) {
  const std::string part = R"({"type":"card","actions":[{"later":)" + nested(16) + "}]}";
  const auto parts = parts_from_json("[" + part + "]");
  ASSERT_TRUE(parts) << parts.error().detail;
  DeadLetter letter{};
  letter.send.message.content = *parts;
  const auto back = from_stored<DeadLetter>(to_stored(letter));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_TRUE(*back == letter);
}

TEST(MessageDecode, ReadsWhatIsNotFiniteAsAbsent) {
  State state;
  state.scores = {1.0, std::numeric_limits<double>::quiet_NaN(), 2.0};
  state.attributes["x"] = std::numeric_limits<double>::infinity();
  const auto back = from_stored<State>(to_stored(state));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->scores, (std::vector<double>{1.0, 0.0, 2.0}));
  EXPECT_TRUE(back->attributes.empty());
}

TEST(EventDecode, WantsSchemaTypeAndSeq) {
  EXPECT_EQ(from_json<Event>("{}").error().detail, "schema is missing");
  EXPECT_EQ(from_json<Event>(R"({"schema":"parley.event/2"})").error().detail,
            "schema must be parley.event/1");
  EXPECT_EQ(from_json<Event>(R"({"schema":"parley.event/1","seq":1})").error().detail,
            "type is missing");
  const auto later = from_json<Event>(R"({"schema":"parley.event/1","type":"moon","seq":1})");
  EXPECT_TRUE(later.error().detail.starts_with("type must be one of message.created|"));
  EXPECT_EQ(
      from_json<Event>(R"({"schema":"parley.event/1","type":"message.created"})").error().detail,
      "seq is missing");
}

TEST(EventDecode, DerivesTheConversation) {
  Event event;
  event.person = person_id_of({"demo"}, {"web", "visitor", "1"});
  const auto json = to_json(event);
  EXPECT_NE(json.find("\"conversation_id\":\"" + conversation_of(event.person).value + "\""),
            std::string::npos);
  EXPECT_TRUE(from_json<Event>(json)->unknown.empty());
}

TEST(StoredForm, NamesTheVersion) {
  const auto good = to_stored(Assignment{});
  EXPECT_EQ(good, "\x01{}");
  EXPECT_EQ(stored_json(good), "{}");
  EXPECT_EQ(stored_json("\x02{}"), "");
  EXPECT_EQ(stored_json(""), "");
  EXPECT_EQ(from_stored<Assignment>("\x02{}").error().detail,
            "written by a newer version: stored form 2, this one reads 1");
  for (const std::string_view bad : {std::string_view(""), std::string_view("{}"),
                                     std::string_view("\0{}", 3), std::string_view("\x01")}) {
    const auto got = from_stored<Assignment>(bad);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::malformed);
  }
}

TEST(PartsFromJson, ReadsARequestBody) {
  const auto parts = parts_from_json(
      R"([{"type":"text","text":"hi"},{"type":"voice","url":"u"},{"type":"list","items":[{}]}])");
  ASSERT_TRUE(parts) << parts.error().detail;
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ(std::get<Text>(parts->at(0)).text, "hi");
  EXPECT_EQ(std::get<Media>(parts->at(1)).kind, MediaKind::voice);
  EXPECT_EQ(std::get<Cards>(parts->at(2)).layout, CardsLayout::list);
}

TEST(PartsFromJson, RefusesWhatACallerCanCorrect) {
  EXPECT_TRUE(parts_from_json(R"([{"type":"txt","text":"hi"}])")
                  .error()
                  .detail.starts_with("[0].type must be one of text|image|"));
  EXPECT_EQ(parts_from_json(R"({"type":"text"})").error().detail, "must be an array");
  std::string many = "[";
  for (std::size_t i = 0; i <= kPartsMax; ++i) many += R"({"type":"location"},)";
  many.back() = ']';
  EXPECT_FALSE(parts_from_json(many));
}

TEST(CapabilitiesJson, ShowsEveryMember) {
  Capabilities can{};
  can.platform = "acme";
  can.content = {{.type = "text", .level = Level::native}};
  can.reply_policy = {{.trigger = "user_message", .window = std::chrono::hours(48), .quota = 5}};
  const auto json = to_json(can);
  EXPECT_NE(json.find(R"("content":[{"type":"text","level":"native"}])"), std::string::npos);
  EXPECT_NE(json.find(R"({"trigger":"user_message","window_ms":172800000,"quota":5})"),
            std::string::npos);
  EXPECT_NE(json.find(R"("typing":false)"), std::string::npos);
}

}  // namespace
}  // namespace parley
