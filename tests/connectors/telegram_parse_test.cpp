#include <gtest/gtest.h>

#include "tests/connectors/telegram_support.hpp"

namespace parley::connectors {
namespace {

using telegram_support::parse;

std::string message_with(std::string_view members) {
  return R"({"update_id":9,"message":{"message_id":5,"from":{"id":42,"first_name":"Li",
      "last_name":"Na","username":"lina","language_code":"zh"},"chat":{"id":42,"type":"private"},
      "date":1700000000,)" +
         std::string(members) + "}}";
}

const Incoming& only(const Parsed& parsed) {
  EXPECT_EQ(parsed.events.size(), 1u) << (parsed.stopped ? parsed.stopped->detail : "");
  static const Incoming kNone;
  return parsed.events.empty() ? kNone : parsed.events.front();
}

const Message& said(const Incoming& in) {
  static const Message kNone;
  const auto* message = std::get_if<MessageIn>(&in.what);
  EXPECT_NE(message, nullptr);
  return message == nullptr ? kNone : message->message;
}

TEST(TelegramParse, ReadsWhoWhenAndWhere) {
  const auto parsed = parse(message_with(R"("text":"hi")"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "update:9");
  EXPECT_EQ(in.account, "7001");
  EXPECT_EQ(in.identity.key, (IdentityKey{"telegram", "telegram", "42"}));
  EXPECT_EQ(in.identity.display_name, "Li Na");
  EXPECT_EQ(in.identity.username, "lina");
  EXPECT_EQ(in.identity.language, "zh");
  EXPECT_EQ(in.recipient, "42");
  EXPECT_EQ(in.group, "");
  EXPECT_EQ(in.occurred_at, TimePoint{std::chrono::seconds(1700000000)});
  EXPECT_EQ(said(in).external_id, "5");
  EXPECT_EQ(said(in).content, std::vector<Part>{Text{.text = "hi"}});
  EXPECT_EQ(said(in).fallback_text, "hi");
}

struct ContentCase {
  const char* name;
  std::string_view members;
  std::string_view fallback_has;  // what a text-only reader sees of it
  std::size_t part_index;         // in Part
  std::size_t parts;
};
void PrintTo(const ContentCase& c, std::ostream* out) { *out << c.name; }

constexpr std::size_t kText = 0, kMedia = 1, kLocation = 2, kContact = 3, kFormResponse = 8,
                      kUnsupported = 15;

const ContentCase kContents[] = {
    {"Text", R"("text":"你好")", "你好", kText, 1},
    {"Photo", R"("photo":[{"file_id":"a","width":1,"height":1}])", "", kMedia, 1},
    {"PhotoWithCaption", R"("caption":"look","photo":[{"file_id":"a"}])", "look", kMedia, 2},
    {"Video", R"("video":{"file_id":"v","mime_type":"video/mp4"})", "", kMedia, 1},
    {"VideoNote", R"("video_note":{"file_id":"v"})", "", kMedia, 1},
    {"Voice", R"("voice":{"file_id":"v"})", "", kMedia, 1},
    {"Audio", R"("audio":{"file_id":"v","title":"song"})", "", kMedia, 1},
    {"Document", R"("document":{"file_id":"v","file_name":"a.pdf"})", "", kMedia, 1},
    {"Sticker", R"("sticker":{"file_id":"v","emoji":"x"})", "", kMedia, 1},
    {"AnimationIsNotTakenTwice", R"("animation":{"file_id":"v"},"document":{"file_id":"v"})", "",
     kMedia, 1},
    {"Location", R"("location":{"latitude":1.5,"longitude":-2})", "", kLocation, 1},
    {"VenueIsOnePlace",
     R"("location":{"latitude":1,"longitude":2},"venue":{"location":{"latitude":1,
        "longitude":2},"title":"Cafe","address":"Road 1"})",
     "", kLocation, 1},
    {"Contact", R"("contact":{"phone_number":"123","first_name":"A","last_name":"B"})", "A B",
     kContact, 1},
    {"Dice", R"("dice":{"emoji":"D","value":4})", "D 4", kText, 1},
    {"MiniAppForm", R"("web_app_data":{"data":"{\"a\":\"1\",\"b\":2}","button_text":"Go"})", "Go",
     kFormResponse, 2},
    {"MiniAppText", R"("web_app_data":{"data":"bob,32","button_text":"Go"})", "bob,32", kText, 1},
    {"NewKind", R"("hologram":{"file_id":"v"})", "hologram", kUnsupported, 1},
    {"Poll", R"("poll":{"id":"1","question":"q"})", "poll", kUnsupported, 1},
    {"Nothing", R"("has_protected_content":true)", "", kUnsupported, 1},
    {"HiddenLinkIsShown",
     R"("text":"here","entities":[{"type":"text_link","offset":0,"length":4,
        "url":"https://x.example/"}])",
     "https://x.example/", kText, 2},
};

class TelegramContent : public testing::TestWithParam<ContentCase> {};

TEST_P(TelegramContent, BecomesParts) {
  const auto parsed = parse(message_with(GetParam().members));
  const auto& message = said(only(parsed));
  ASSERT_EQ(message.content.size(), GetParam().parts);
  EXPECT_EQ(message.content.front().index(), GetParam().part_index);
  EXPECT_NE(message.fallback_text.find(GetParam().fallback_has), std::string::npos)
      << message.fallback_text;
  EXPECT_FALSE(message.fallback_text.empty());
}
INSTANTIATE_TEST_SUITE_P(Table, TelegramContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(TelegramParse, TakesTheLargestPhoto) {
  const auto parsed = parse(message_with(
      R"("photo":[{"file_id":"small","width":9,"height":9},{"file_id":"big","width":90,"height":80,
          "file_size":7},{"file_id":"mid","width":30,"height":30}])"));
  const auto& media = std::get<Media>(said(only(parsed)).content.at(0));
  EXPECT_EQ(media.platform_id, "big");
  EXPECT_EQ(media.size_bytes, 7u);
  EXPECT_EQ(media.kind, MediaKind::image);
}

TEST(TelegramParse, StartWithPayloadIsAReferral) {
  const auto with = parse(message_with(R"("text":"/start ad_7")"));
  ASSERT_TRUE(only(with).referral);
  EXPECT_EQ(only(with).referral->code, "ad_7");
  EXPECT_FALSE(only(parse(message_with(R"("text":"/start")"))).referral);
}

TEST(TelegramParse, RepliesNameTheirMessage) {
  const auto parsed = parse(message_with(R"("text":"a","reply_to_message":{"message_id":4})"));
  EXPECT_EQ(said(only(parsed)).reply_to, "4");
}

TEST(TelegramParse, KeepsWideAndNegativeIds) {
  const auto parsed = parse(
      R"({"update_id":9007199254740993,"message":{"message_id":"12","from":{"id":9007199254740995},
          "chat":{"id":-1009007199254740993,"type":"supergroup","title":"G"},"date":1,
          "text":"a"}})");
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "update:9007199254740993");
  EXPECT_EQ(in.identity.key.value, "9007199254740995");
  EXPECT_EQ(in.recipient, "-1009007199254740993");
  EXPECT_EQ(in.group, "-1009007199254740993");
  EXPECT_EQ(said(in).external_id, "12");
}

TEST(TelegramParse, ChannelPostsSpeakForTheirChat) {
  const auto parsed = parse(
      R"({"update_id":1,"channel_post":{"message_id":3,"chat":{"id":-10,"type":"channel",
          "title":"News"},"date":1,"text":"a"}})");
  EXPECT_EQ(only(parsed).identity.key.value, "-10");
  EXPECT_EQ(only(parsed).identity.display_name, "News");
}

TEST(TelegramParse, EditsPointAtTheirMessage) {
  const auto parsed = parse(
      R"({"update_id":1,"edited_message":{"message_id":3,"from":{"id":7},"chat":{"id":7},
          "date":1,"edit_date":2,"text":"new"}})");
  const auto& signal = std::get<SignalIn>(only(parsed).what);
  EXPECT_EQ(signal.type, EventType::message_updated);
  EXPECT_EQ(signal.target->message, "3");
  EXPECT_EQ(signal.target->text, "new");
}

TEST(TelegramParse, PressedButtonsAreActionResponses) {
  const auto parsed = parse(
      R"({"update_id":1,"callback_query":{"id":"88","from":{"id":7},"data":"yes","message":{
          "message_id":3,"chat":{"id":-5,"type":"group"},"reply_markup":{"inline_keyboard":[[
          {"text":"No","callback_data":"no"},{"text":"Yes!","callback_data":"yes"}]]}}}})");
  const auto& in = only(parsed);
  EXPECT_EQ(in.reply_token, "callback:88");
  EXPECT_EQ(in.recipient, "-5");
  EXPECT_EQ(said(in).reply_to, "3");
  const auto& chosen = std::get<ActionResponse>(said(in).content.at(0));
  EXPECT_EQ(chosen.payload, "yes");
  EXPECT_EQ(chosen.title, "Yes!");
}

struct MemberCase {
  const char* name;
  std::string_view before, now, chat_type;
  OptChange opt;
};
void PrintTo(const MemberCase& c, std::ostream* out) { *out << c.name; }

const MemberCase kMembers[] = {
    {"BlockedIsOptOut", "member", "kicked", "private", OptChange::opted_out},
    {"UnblockedIsOptIn", "kicked", "member", "private", OptChange::opted_in},
    {"FirstContactIsNeither", "member", "member", "private", OptChange::none},
    {"RemovedFromAGroupIsNoOptOut", "member", "kicked", "supergroup", OptChange::none},
};

class TelegramMember : public testing::TestWithParam<MemberCase> {};

TEST_P(TelegramMember, ChangesWhatWeMaySend) {
  const auto& c = GetParam();
  const auto parsed = parse(
      R"({"update_id":1,"my_chat_member":{"chat":{"id":7,"type":")" + std::string(c.chat_type) +
      R"("},"from":{"id":7},"date":1,"old_chat_member":{"status":")" + std::string(c.before) +
      R"("},"new_chat_member":{"status":")" + std::string(c.now) + R"("}}})");
  EXPECT_EQ(only(parsed).opt, c.opt);
  EXPECT_EQ(std::get<SignalIn>(only(parsed).what).platform_event.type, "my_chat_member");
}
INSTANTIATE_TEST_SUITE_P(Table, TelegramMember, testing::ValuesIn(kMembers),
                         [](const auto& test) { return test.param.name; });

TEST(TelegramParse, ReactionsTellWhatChanged) {
  const auto parsed = parse(
      R"({"update_id":1,"message_reaction":{"chat":{"id":7,"type":"private"},"message_id":3,
          "user":{"id":7},"date":1,"old_reaction":[{"type":"emoji","emoji":"a"},
          {"type":"emoji","emoji":"b"}],"new_reaction":[{"type":"emoji","emoji":"b"},
          {"type":"emoji","emoji":"c"}]}})");
  ASSERT_EQ(parsed.events.size(), 2u);
  EXPECT_EQ(std::get<SignalIn>(parsed.events[0].what).type, EventType::reaction_removed);
  EXPECT_EQ(std::get<SignalIn>(parsed.events[0].what).target->emoji, "a");
  EXPECT_EQ(std::get<SignalIn>(parsed.events[1].what).type, EventType::reaction_added);
  EXPECT_EQ(std::get<SignalIn>(parsed.events[1].what).target->emoji, "c");
  EXPECT_NE(parsed.events[0].dedup_key, parsed.events[1].dedup_key);
}

TEST(TelegramParse, GroupMigrationTellsTheNewChat) {
  const auto parsed = parse(
      R"({"update_id":1,"message":{"message_id":3,"from":{"id":7},"chat":{"id":-5,"type":"group"},
          "date":1,"migrate_to_chat_id":-1001234567890}})");
  const auto& signal = std::get<SignalIn>(only(parsed).what);
  EXPECT_EQ(signal.platform_event.type, "migrate_to_chat_id");
  EXPECT_EQ(signal.platform_event.key, "-1001234567890");
}

const char* const kSilent[] = {
    R"({"update_id":1})",
    R"({"update_id":1,"inline_query":{"id":"1","from":{"id":7},"query":"a","offset":""}})",
    R"({"update_id":1,"poll":{"id":"1"}})",
    R"({"update_id":1,"something_new":{"id":"1"}})",
    R"({"update_id":1,"message":null})",
    // Another bot in the group: answering it could go on for ever.
    R"({"update_id":1,"message":{"message_id":3,"from":{"id":7,"is_bot":true},"chat":{"id":-5,
        "type":"group"},"date":1,"text":"a"}})",
};

TEST(TelegramParse, WhatNobodyNeedsIsNoEvent) {
  for (const auto* body : kSilent) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    EXPECT_FALSE(parsed.stopped) << body;
  }
}

const char* const kMalformed[] = {
    "",
    "[]",
    "foo",
    R"("text")",
    R"({})",
    R"({"update_id":"abc"})",
    R"({"update_id":1.5})",
    R"({"update_id":1,"message":[]})",
    R"({"update_id":1,"message":{"message_id":"x","chat":{"id":1}}})",
    R"({"update_id":1,"message":{"message_id":1,"chat":null}})",
    R"({"update_id":1,"message":{"message_id":1,"chat":{"id":1},"from":7}})",
    R"({"update_id":1,"message":{"message_id":1,"chat":{"id":1},"from":{"id":1},"date":"now"}})",
    R"({"update_id":1,"message":{"message_id":1,"chat":{"id":1},"from":{"id":1},"date":-1}})",
    R"({"update_id":1,"message":{"message_id":1,"chat":{"id":1},"from":{"id":1},"text":{"a":1}}})",
    "{\"update_id\":1,\"message\":{\"message_id\":1,\"chat\":{\"id\":1},\"text\":\"\xff\xfe\"}}",
};

TEST(TelegramParse, RefusesWhatItMightMisread) {
  for (const auto* body : kMalformed) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
  }
}

TEST(TelegramCheck, NamesBadSettings) {
  auto channel = telegram_support::channel();
  EXPECT_EQ(telegram_support::entry().connector->check(channel), "");
  channel.secrets.insert_or_assign("secret_token", Secret("with space"));
  EXPECT_NE(telegram_support::entry().connector->check(channel), "");
  channel = telegram_support::channel();
  channel.secrets.insert_or_assign("bot_token", Secret("7001:AB/../x"));
  const auto problem = telegram_support::entry().connector->check(channel);
  EXPECT_NE(problem, "");
  EXPECT_EQ(problem.find("7001"), std::string::npos);
}

}  // namespace
}  // namespace parley::connectors
