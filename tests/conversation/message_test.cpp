// What a message says in words, and what must hold before it may be stored.
#include "conversation/message.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

Message with(Part part) {
  Message message{};
  message.content.push_back(std::move(part));
  return message;
}

Media media(MediaKind kind, std::string alt = {}, std::string transcript = {}) {
  Media part{};
  part.kind = kind;
  part.alt = std::move(alt);
  part.transcript = std::move(transcript);
  return part;
}

Card card(std::string title, std::string text) {
  Card part{};
  part.title = std::move(title);
  part.text = std::move(text);
  part.actions.push_back({.type = ActionType::reply, .title = "Yes"});
  return part;
}

template <class P, class Change>
Part made(Change change) {
  P part{};
  change(part);
  return part;
}

struct WordsCase {
  const char* name;
  std::vector<Part> content;
  std::string_view plain, fallback;
};
void PrintTo(const WordsCase& c, std::ostream* out) { *out << c.name; }

const WordsCase kWords[] = {
    {"Nothing", {}, "", ""},
    {"Texts", {Text{.text = "a"}, Text{.text = "b"}}, "a\nb", "a\nb"},
    {"EmptyTextIsNoLine", {Text{.text = ""}, Text{.text = "b"}}, "b", "b"},
    {"Image", {media(MediaKind::image)}, "", "[image]"},
    {"ImageWithAlt", {media(MediaKind::image, "a cat")}, "", "[image: a cat]"},
    {"VoiceWithTranscript",
     {media(MediaKind::voice, "", "call me")},
     "call me",
     "[voice: call me]"},
    {"File", {made<Media>([](Media& p) { p.name = "bill.pdf"; })}, "", "[file: bill.pdf]"},
    {"Sticker",
     {made<Media>([](Media& p) {
       p.kind = MediaKind::sticker;
       p.emoji = "\U0001f44d";
     })},
     "",
     "\U0001f44d"},
    {"Location",
     {made<Location>([](Location& p) { p.address = "1 Main St"; })},
     "",
     "[location: 1 Main St]"},
    {"Contact", {made<Contact>([](Contact& p) { p.name = "Ann"; })}, "", "[contact: Ann]"},
    {"Link",
     {made<Link>([](Link& p) {
       p.url = "https://a.example";
       p.title = "A";
     })},
     "",
     "A https://a.example"},
    {"BareLink",
     {made<Link>([](Link& p) { p.url = "https://a.example"; })},
     "",
     "https://a.example"},
    {"Card", {card("Sale", "Today")}, "Sale\nToday\nYes", "Sale\nToday"},
    {"Carousel",
     {made<Cards>([](Cards& p) { p.items = {card("A", "x"), card("", "B")}; })},
     "A\nx\nYes\nB\nYes",
     "A\nB"},
    {"EmptyList", {made<Cards>([](Cards& p) { p.layout = CardsLayout::list; })}, "", "[list]"},
    {"Form", {Form{}}, "", "[form]"},
    {"FormResponse", {FormResponse{}}, "", "[form_response]"},
    {"Template", {made<Template>([](Template& p) { p.name = "ship"; })}, "", "[template: ship]"},
    {"Order",
     {made<Goods>([](Goods& p) {
       p.kind = GoodsKind::order;
       p.id = "42";
     })},
     "",
     "[order: 42]"},
    {"Reaction", {made<Reaction>([](Reaction& p) { p.emoji = "+"; })}, "", "+"},
    {"Edit", {made<Edit>([](Edit& p) { p.text = "new"; })}, "new", "new"},
    {"Delete", {Deletion{}}, "", "[delete]"},
    {"ActionResponse",
     {made<ActionResponse>([](ActionResponse& p) {
       p.payload = "P1";
       p.title = "Refund";
     })},
     "Refund",
     "Refund"},
    {"ActionResponseWithoutTitle",
     {made<ActionResponse>([](ActionResponse& p) { p.payload = "P1"; })},
     "",
     "P1"},
    {"Unsupported",
     {made<Unsupported>([](Unsupported& p) { p.provider_type = "poll"; })},
     "",
     "[unsupported: poll]"},
};

class MessageWords : public testing::TestWithParam<WordsCase> {};

TEST_P(MessageWords, AreThose) {
  Message message{};
  message.content = GetParam().content;
  EXPECT_EQ(plain_text(message), GetParam().plain);
  EXPECT_EQ(fallback_text(message.content), GetParam().fallback);
}
INSTANTIATE_TEST_SUITE_P(Table, MessageWords, testing::ValuesIn(kWords),
                         [](const auto& test) { return test.param.name; });

TEST(PartTypes, NameEveryPartAndBack) {
  for (const auto type : part_types()) {
    const auto part = part_of_type(type);
    ASSERT_TRUE(part) << type;
    EXPECT_EQ(part_type(*part), type);
  }
  EXPECT_EQ(part_types().size(), 23u);
  EXPECT_FALSE(part_of_type("hologram"));
  EXPECT_FALSE(part_of_type(""));
}

struct LimitCase {
  const char* name;
  Message message;
  std::string_view says;  // "" means fine
};
void PrintTo(const LimitCase& c, std::ostream* out) { *out << c.name; }

Message with_parts(std::size_t count) {
  Message message{};
  message.content.assign(count, Text{.text = "a"});
  return message;
}

template <class Change>
Message changed(Change change) {
  Message message = with(Text{.text = "hello"});
  change(message);
  return message;
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

const std::string kBroken = "caf\xe9";

const LimitCase kLimits[] = {
    {"Fine", with(Text{.text = "\u4f60\u597d \U0001f600"}), ""},
    {"Empty", Message{}, ""},
    {"MostParts", with_parts(kPartsMax), ""},
    {"TooManyParts", with_parts(kPartsMax + 1), "content: parts: at most 32, found 33"},
    {"LongestText", with(Text{.text = std::string(kTextBytesMax, 'a')}), ""},
    {"TextTooLong", with(Text{.text = std::string(kTextBytesMax + 1, 'a')}),
     "text: bytes: at most 65536, found 65537"},
    {"TooManyActions", changed([](Message& m) { m.suggested_actions.resize(kPartsMax + 1); }),
     "suggested_actions: at most 32, found 33"},
    {"TooLargeInAll",
     changed([](Message& m) { m.attributes["a"] = std::string(kMessageBytesMax, 'a'); }),
     "message: bytes: at most 262144"},
    {"BrokenText", with(Text{.text = kBroken}), "not UTF-8"},
    {"OverlongText", with(Text{.text = "\xc0\xaf"}), "not UTF-8"},
    {"SurrogateText", with(Text{.text = "\xed\xa0\x80"}), "not UTF-8"},
    {"CutText", with(Text{.text = "\xe4\xbd"}), "not UTF-8"},
    {"BrokenCardInACarousel", with(made<Cards>([](Cards& p) { p.items = {card("a", kBroken)}; })),
     "not UTF-8"},
    {"BrokenFormKey", with(made<FormResponse>([](FormResponse& p) { p.values[kBroken] = "x"; })),
     "not UTF-8"},
    {"BrokenAttribute", changed([](Message& m) { m.attributes["a"] = kBroken; }), "not UTF-8"},
    {"BrokenAuthor", changed([](Message& m) { m.author.display_name = kBroken; }), "not UTF-8"},
    {"BrokenDeliveryError",
     changed([](Message& m) { m.delivery = DeliveryStatus{.error_code = "", .error = kBroken}; }),
     "not UTF-8"},
    {"BrokenUnknownName", changed([](Message& m) { m.unknown = {{kBroken, "1"}}; }), "not UTF-8"},
    {"ChannelData", changed([](Message& m) { m.channel_data = R"({"a":1})"; }), ""},
    {"ChannelDataIsAnArray", changed([](Message& m) { m.channel_data = "[]"; }), "channel_data"},
    {"ChannelDataIsCut", changed([](Message& m) { m.channel_data = R"({"a":)"; }), "channel_data"},
    {"ChannelDataIsNotUtf8", changed([](Message& m) { m.channel_data = "{\"a\":\"\xff\"}"; }),
     "channel_data"},
    {"ChannelDataIsTooDeep",
     changed([](Message& m) { m.channel_data = "{\"a\":" + nested(16) + "}"; }), "channel_data"},
    {"UnknownIsNotJson", changed([](Message& m) { m.unknown = {{"a", "1,"}}; }), "unknown member"},
    {"UnknownOfAnActionIsNotJson",
     with(made<Card>([](Card& p) { p.actions = {{.title = "x", .unknown = {{"a", ""}}}}; })),
     "unknown member"},
};

class MessageLimits : public testing::TestWithParam<LimitCase> {};

TEST_P(MessageLimits, AreChecked) {
  const auto wrong = check_limits(GetParam().message);
  if (GetParam().says.empty()) {
    EXPECT_EQ(wrong, "");
  } else {
    EXPECT_NE(wrong.find(GetParam().says), std::string::npos) << wrong;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, MessageLimits, testing::ValuesIn(kLimits),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace parley
