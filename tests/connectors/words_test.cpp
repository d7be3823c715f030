// What connectors share for channels of text alone, and for reading and remembering.
#include "connectors/words.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "connectors/json_in.hpp"
#include "connectors/sent_ids.hpp"

namespace parley::connectors {
namespace {

Action link(std::string title, std::string url) {
  Action out;
  out.type = ActionType::link;
  out.title = std::move(title);
  out.url = std::move(url);
  return out;
}

Location place() {
  Location out;
  out.latitude = 31.25;
  out.longitude = -2;
  out.name = "Cafe";
  return out;
}

Contact contact() {
  Contact out;
  out.name = "Li Na";
  out.phones = {"123"};
  out.emails = {"li@x.example"};
  return out;
}

Card card() {
  Card out;
  out.title = "Tea";
  out.text = "Green";
  out.actions = {link("Buy", "https://x.example/"), Action{.title = "No"}};
  return out;
}

struct WordsCase {
  const char* name;
  Part part;
  const char* words;
};
void PrintTo(const WordsCase& c, std::ostream* out) { *out << c.name; }

const WordsCase kWords[] = {
    {"Text", Text{.text = "hi"}, "hi"},
    {"File", Media{.url = "https://x.example/a.pdf", .name = "Bill"},
     "Bill\nhttps://x.example/a.pdf"},
    {"Sticker", Media{.kind = MediaKind::sticker, .emoji = "❤"}, "❤"},
    {"Place", place(), "Cafe\nhttps://www.google.com/maps?q=31.25,-2"},
    {"Contact", contact(), "Li Na\n123\nli@x.example"},
    {"Link", Link{.url = "https://x.example/", .title = "X"}, "X\nhttps://x.example/"},
    {"Card", card(), "Tea\nGreen\n1. Buy https://x.example/\n2. No"},
    {"Form", Form{.fields = {{.name = "size", .label = "Size?", .options = {"S", "M"}}}},
     "Size?\n- S\n- M"},
    {"Goods", Goods{.title = "Shoe", .price = "9.90"}, "Shoe\n9.90"},
    {"Reaction", Reaction{.target = "m", .emoji = "x"}, ""},
    {"Template", Template{.name = "t"}, ""},
};

class Words : public testing::TestWithParam<WordsCase> {};

TEST_P(Words, SayThePart) { EXPECT_EQ(words_of(GetParam().part), GetParam().words); }
INSTANTIATE_TEST_SUITE_P(Table, Words, testing::ValuesIn(kWords),
                         [](const auto& test) { return test.param.name; });

TEST(Words, ErrorsOfPlatformsBecomeOneShortLine) {
  EXPECT_EQ(short_line("bad\r\nthing\x01"), "bad  thing ");
  EXPECT_EQ(short_line(std::string(300, 'x')).size(), 200u);
  EXPECT_EQ(short_line(std::string(198, 'x') + "你好"), std::string(198, 'x'));
  EXPECT_EQ(short_line("你好"), "你好");
}

TEST(Words, WebAddressesHaveAHostAndNoSpaces) {
  for (const char* good : {"https://x.example", "http://x.example/a?b=c#d", "https://[::1]/"}) {
    EXPECT_TRUE(is_web_url(good)) << good;
  }
  for (const char* bad : {"", "x.example", "ftp://x.example/", "https://", "https:///a",
                          "https://x.example/a b", "https://x.example/\n", "javascript:alert(1)"}) {
    EXPECT_FALSE(is_web_url(bad)) << bad;
  }
}

TEST(Words, FileNamesEndAnAddress) {
  EXPECT_EQ(file_name_of("https://x.example/d/a%20b.jpg?w=1"), "a b.jpg");
  EXPECT_EQ(file_name_of("https://x.example"), "");
  EXPECT_EQ(file_name_of("https://x.example/"), "");
}

TEST(Words, LengthsAreNumbersInTheirRange) {
  EXPECT_EQ(length_setting("", 100), 100u);
  EXPECT_EQ(length_setting("1", 100), 1u);
  EXPECT_EQ(length_setting("100", 100), 100u);
  for (const char* bad : {"0", "101", "-1", "1 ", "x", "99999999999999999999"}) {
    EXPECT_FALSE(length_setting(bad, 100)) << bad;
  }
}

TEST(Words, OnlyATextBeforeNothingButMediaIsACaption) {
  const Part text = Text{.text = "a"};
  const Part media = Media{.url = "https://x.example/"};
  EXPECT_EQ(captions_last({text, media, media}), (std::vector<Part>{media, media, text}));
  EXPECT_EQ(captions_last({text, media, text}), (std::vector<Part>{text, media, text}));
  EXPECT_EQ(captions_last({media, text}), (std::vector<Part>{media, text}));
  EXPECT_EQ(captions_last({text}), std::vector<Part>{text});
}

TEST(SentIds, RideAlongUntilTheyDoNotFit) {
  SentIds ids;
  ids.add("1");
  ids.add("");
  ids.add("2,3");
  ids.add("4");
  EXPECT_EQ(ids.text, "1,4");
  EXPECT_EQ(ids.list(), (std::vector<std::string>{"1", "4"}));
  for (int i = 0; i < 1000; ++i) ids.add("123456789");
  EXPECT_LE(ids.text.size(), 4000u);
  EXPECT_TRUE(SentIds{}.list().empty());
}

TEST(JsonIn, ReadsWhatIsThereAndNothingElse) {
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  ASSERT_TRUE(parse_object(parser, R"({"s":"x","n":-9007199254740993,"u":18446744073709551615,
      "f":1.5,"t":true,"null":null,"o":{"a":[1]},"ctl":"a\u0001"})",
                           8, body));
  EXPECT_EQ(text_in(body, "s"), "x");
  EXPECT_EQ(text_in(body, "n"), "");
  EXPECT_EQ(id_in(body, "n"), "-9007199254740993");
  EXPECT_EQ(id_in(body, "u"), "18446744073709551615");
  EXPECT_EQ(id_in(body, "f"), "");
  EXPECT_EQ(id_in(body, "ctl"), "");
  EXPECT_EQ(count_in(body, "n"), 0u);
  EXPECT_EQ(small_count_in(body, "u"), 0xFFFF'FFFFu);
  EXPECT_EQ(number_in(body, "f"), 1.5);
  EXPECT_TRUE(flag_in(body, "t"));
  EXPECT_FALSE(flag_in(body, "s"));
  EXPECT_FALSE(has_in(body, "null"));
  EXPECT_FALSE(milliseconds_in(body, "n"));
  EXPECT_EQ(extras_in(body, {"o", "s", "missing"}, 100), R"({"o":{"a":[1]},"s":"x"})");
  EXPECT_EQ(extras_in(body, {"o", "s"}, 12), R"({"s":"x"})");
  EXPECT_EQ(extras_in(body, {"missing"}, 100), "");
}

TEST(JsonIn, RefusesWhatIsNoObjectOrTooDeep) {
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  for (const char* bad : {"", "[]", "1", "{", R"({"a":{"b":{"c":1}}})"}) {
    EXPECT_FALSE(parse_object(parser, bad, 3, body)) << bad;
  }
}

}  // namespace
}  // namespace parley::connectors
