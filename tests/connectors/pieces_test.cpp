// How a message of ours is cut for a platform, by what it can show.
#include "connectors/pieces.hpp"

#include <gtest/gtest.h>

#include "tests/connectors/play_dialogue.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using namespace testing_support::dialogue;

bool pictures(const Media& media) { return media.kind == MediaKind::image; }
bool any_card(const Card&) { return true; }
bool replies(const Action& action) { return action.type == ActionType::reply; }

Shows text_alone(std::size_t text_max = 1000) {
  Shows shows;
  shows.text_max = text_max;
  return shows;
}

Shows everything() {
  Shows shows = text_alone();
  shows.markdown = shows.links = shows.locations = true;
  shows.media = pictures;
  shows.card = any_card;
  shows.action = replies;
  return shows;
}

Message message_of(std::vector<Part> content, std::vector<Action> actions = {}) {
  Message message;
  message.content = std::move(content);
  message.suggested_actions = std::move(actions);
  return message;
}

Part card() {
  Card out;
  out.title = "新品";
  out.text = "好看";
  out.actions = {action_of(ActionType::link, "看", "", "https://a.cn")};
  return out;
}

Part place() {
  Location out;
  out.latitude = 31.5;
  out.longitude = 121.25;
  out.name = "店";
  return out;
}

Part link() {
  Link out;
  out.url = "https://a.cn";
  out.title = "标题";
  return out;
}

Part contact() {
  Contact out;
  out.name = "王";
  out.phones = {"123"};
  return out;
}

Part form() {
  FormField field;
  field.label = "尺码?";
  field.options = {"S", "M"};
  Form out;
  out.fields.push_back(field);
  return out;
}

Part goods() {
  Goods out;
  out.title = "鞋";
  out.price = "¥1";
  return out;
}

Part cards() {
  Cards out;
  out.items = {std::get<Card>(card()), std::get<Card>(card())};
  return out;
}

struct Row {
  const char* name;
  std::vector<Part> content;
  const char* text;  // the only piece's
  std::size_t degraded = 1;
  std::vector<Action> actions = {};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row kTextAlone[] = {
    {"Text", {Text{.text = "a"}}, "a", 0},
    {"Markdown", {Text{.text = "*a*", .format = TextFormat::markdown}}, "*a*"},
    {"PictureJoinsItsText",
     {Text{.text = "看"}, media_of(MediaKind::image, "https://a.cn/i")},
     "看\nhttps://a.cn/i"},
    {"Place", {place()}, "店\nhttps://uri.amap.com/marker?position=121.25,31.5&name=%E5%BA%97"},
    {"Link", {link()}, "标题\nhttps://a.cn", 0},
    {"Contact", {contact()}, "王\n123"},
    {"Form", {form()}, "尺码?\n- S\n- M"},
    {"Goods", {goods()}, "鞋\n¥1"},
    {"Card", {card()}, "新品\n好看\n看 https://a.cn", 2},
    {"Cards", {cards()}, "1. 新品\n好看\n看 https://a.cn\n\n2. 新品\n好看\n看 https://a.cn"},
    {"ChoicesAreNumbered",
     {Text{.text = "满意吗"}},
     "满意吗\n1. 是\n2. 否",
     1,
     {action_of(ActionType::reply, "是"), action_of(ActionType::postback, "否", "no")}},
    {"WhatCannotBeShownIsReported",
     {Text{.text = "a"}, Reaction{}, Template{}},
     "a",
     3,
     {action_of(ActionType::location_request, "在哪")}},
};

class TextAlone : public testing::TestWithParam<Row> {};
TEST_P(TextAlone, IsOnePieceAndSaysWhatChanged) {
  const auto message = message_of(GetParam().content, GetParam().actions);
  const auto pieces = pieces_of(message, text_alone());
  ASSERT_EQ(pieces.list.size(), 1u);
  EXPECT_EQ(pieces.list[0].text, GetParam().text);
  EXPECT_EQ(pieces.degraded.size(), GetParam().degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, TextAlone, testing::ValuesIn(kTextAlone),
                         [](const auto& test) { return test.param.name; });

TEST(Pieces, LongTextIsCutAndNothingLost) {
  const auto message = message_of({Text{.text = std::string(25, 'x')}, contact()});
  const auto pieces = pieces_of(message, text_alone(10));
  ASSERT_EQ(pieces.list.size(), 4u);
  EXPECT_EQ(pieces.list[0].text + pieces.list[1].text + pieces.list[2].text, std::string(25, 'x'));
  EXPECT_EQ(pieces.list[3].text, "王\n123") << "no room under the text before";
}

TEST(Pieces, WhatThePlatformShowsStaysAsItIs) {
  const auto message = message_of({Text{.text = "*a*", .format = TextFormat::markdown},
                                   media_of(MediaKind::image, "u"), place(), link(), card()},
                                  {action_of(ActionType::reply, "是", "yes")});
  const auto pieces = pieces_of(message, everything());
  EXPECT_TRUE(pieces.degraded.empty());
  ASSERT_EQ(pieces.list.size(), 6u);
  EXPECT_EQ(pieces.list[0].format, TextFormat::markdown);
  EXPECT_EQ(pieces.list[1].media->url, "u");
  EXPECT_EQ(pieces.list[2].location->name, "店");
  EXPECT_EQ(pieces.list[3].link->title, "标题");
  EXPECT_EQ(pieces.list[4].card->title, "新品");
  EXPECT_EQ(pieces.list[5].text, "请选择：");
  EXPECT_EQ(pieces.list[5].actions.size(), 1u);
}

TEST(Pieces, ButtonsGoUnderTheLastText) {
  const auto message =
      message_of({Text{.text = "满意吗"}}, {action_of(ActionType::reply, "是", "yes")});
  const auto pieces = pieces_of(message, everything());
  ASSERT_EQ(pieces.list.size(), 1u);
  EXPECT_EQ(pieces.list[0].text, "满意吗");
  EXPECT_EQ(pieces.list[0].actions.size(), 1u);
}

TEST(Pieces, AMessageOfNothingShowableHasNone) {
  const auto message = message_of({Reaction{}, Deletion{}});
  const auto pieces = pieces_of(message, text_alone());
  EXPECT_TRUE(pieces.list.empty());
  EXPECT_EQ(pieces.degraded.size(), 2u);
}

}  // namespace
}  // namespace parley::connectors
