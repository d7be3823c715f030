#include <gtest/gtest.h>

#include "tests/connectors/vk_support.hpp"

namespace parley::connectors {
namespace {

using dialogue_support::said;
using vk_support::callback;
using vk_support::message;
using vk_support::parse;

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

TEST(VkHandshake, SaysWhatVkWantsToRead) {
  const auto& connector = *vk_support::entry().connector;
  const auto answer = [&](const std::string& body, const Channel& channel) {
    return connector.handshake(vk_support::carrying(body).view(), channel);
  };
  const auto channel = vk_support::channel();
  for (const char* body : {R"({"type":"confirmation","group_id":77})",
                           R"({"type":"confirmation","group_id":77,"secret":"hook-secret"})"}) {
    const auto reply = answer(body, channel);
    ASSERT_TRUE(reply && reply->has_value()) << body;
    EXPECT_EQ((*reply)->body, "a1b2c3");
  }
  EXPECT_FALSE(answer(R"({"type":"confirmation","secret":"wrong"})", channel));
  EXPECT_FALSE(answer(message(R"("text":"confirmation")"), channel)) << "only talks of it";
  auto bare = channel;
  bare.settings.clear();
  const auto unset = answer(R"({"type":"confirmation"})", bare);
  ASSERT_TRUE(unset);
  EXPECT_EQ(unset->error().code, Errc::misconfigured);
}

TEST(VkAcknowledge, IsTheWordVkWants) {
  const auto reply = vk_support::entry().connector->acknowledge({}, vk_support::channel());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "ok");
}

TEST(VkParse, ReadsWhoWhenAndWhere) {
  const auto parsed = parse(message(R"("text":"Привет","ref":"ad7","ref_source":"site",
      "reply_message":{"id":20})"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "message:123456:21");
  EXPECT_EQ(in.account, "77");
  EXPECT_EQ(in.identity.key, (IdentityKey{"vk", "vk", "123456"}));
  EXPECT_EQ(in.recipient, "123456");
  EXPECT_EQ(in.group, "");
  EXPECT_EQ(in.occurred_at, TimePoint{std::chrono::seconds(1'700'000'000)});
  EXPECT_EQ(said(in).external_id, "21");
  EXPECT_EQ(said(in).reply_to, "20");
  EXPECT_EQ(said(in).content, std::vector<Part>{Text{.text = "Привет"}});
  ASSERT_TRUE(in.referral);
  EXPECT_EQ(in.referral->code, "ad7");
}

TEST(VkParse, MessagesOfOldStandInTheObjectItself) {
  const auto parsed = parse(callback("message_new", R"({"id":21,"date":1,"from_id":123456,
      "text":"hi"})"));
  EXPECT_EQ(only(parsed).recipient, "123456");
  EXPECT_EQ(said(only(parsed)).external_id, "21");
}

TEST(VkParse, ChatsAreAnsweredInTheChat) {
  const auto parsed = parse(callback("message_new", R"({"message":{"id":0,
      "conversation_message_id":9,"from_id":123456,"peer_id":2000000001,"text":"hi"}})"));
  EXPECT_EQ(only(parsed).identity.key.value, "123456");
  EXPECT_EQ(only(parsed).recipient, "2000000001");
  EXPECT_EQ(only(parsed).group, "2000000001");
  EXPECT_EQ(said(only(parsed)).external_id, "9") << "in a chat messages have no other number";
}

struct ContentCase {
  const char* name;
  std::string_view members;
  std::size_t part, parts;
  std::string_view fallback_has;
};
void PrintTo(const ContentCase& c, std::ostream* out) { *out << c.name; }

constexpr std::size_t kText = 0, kMedia = 1, kLocation = 2, kLink = 4, kGoods = 10,
                      kUnsupported = 15;

const ContentCase kContents[] = {
    {"Text", R"("text":"hi")", kText, 1, "hi"},
    {"Voice", R"("attachments":[{"type":"audio_message","audio_message":{"duration":3,
      "link_mp3":"https://x.example/a.mp3","transcript":"hello"}}])",
     kMedia, 1, "hello"},
    {"Audio", R"("attachments":[{"type":"audio","audio":{"artist":"A","title":"B",
      "url":"https://x.example/a"}}])",
     kMedia, 1, "A - B"},
    {"Document", R"("attachments":[{"type":"doc","doc":{"title":"a.pdf","size":9,
      "url":"https://vk.com/doc1_2"}}])",
     kMedia, 1, "a.pdf"},
    {"Drawing", R"("attachments":[{"type":"graffiti","graffiti":{"url":"https://x.example/g"}}])",
     kMedia, 1, "image"},
    {"Video", R"("attachments":[{"type":"video","video":{"owner_id":-7,"id":5,"title":"V"}}])",
     kLink, 1, "https://vk.com/video-7_5"},
    {"Post", R"("attachments":[{"type":"wall","wall":{"owner_id":-7,"id":5}}])", kLink, 1,
     "https://vk.com/wall-7_5"},
    {"Link", R"("attachments":[{"type":"link","link":{"url":"https://x.example/","title":"X"}}])",
     kLink, 1, "https://x.example/"},
    {"Goods", R"("attachments":[{"type":"market","market":{"owner_id":-7,"id":5,"title":"Tea",
      "price":{"text":"9 rub."}}}])",
     kGoods, 1, "Tea"},
    {"Place", R"("geo":{"type":"point","coordinates":{"latitude":1.5,"longitude":-2},
      "place":{"title":"Moscow"}})",
     kLocation, 1, "Moscow"},
    {"NewType", R"("attachments":[{"type":"hologram","hologram":{}}])", kUnsupported, 1,
     "hologram"},
    {"TypeWithoutItsObject", R"("attachments":[{"type":"photo"}])", kUnsupported, 1, "photo"},
    {"Forwarded", R"("fwd_messages":[{"from_id":5,"text":"look at this"}])", kText, 1,
     "> look at this"},
    {"SeveralThings", R"("text":"two","attachments":[{"type":"doc","doc":{
      "url":"https://x.example/1"}},7,{"type":"doc","doc":{"url":"https://x.example/2"}}])",
     kText, 3, "two"},
};

class VkContent : public testing::TestWithParam<ContentCase> {};

TEST_P(VkContent, BecomesParts) {
  const auto parsed = parse(message(GetParam().members));
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), GetParam().parts);
  EXPECT_EQ(content.front().index(), GetParam().part);
  EXPECT_NE(said(only(parsed)).fallback_text.find(GetParam().fallback_has), std::string::npos)
      << said(only(parsed)).fallback_text;
}
INSTANTIATE_TEST_SUITE_P(Table, VkContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(VkParse, TakesTheLargestPhoto) {
  const auto by_measure = parse(message(R"("attachments":[{"type":"photo","photo":{"id":5,
      "owner_id":7,"sizes":[{"type":"s","url":"https://x.example/s","width":75,"height":56},
      {"type":"z","url":"https://x.example/z","width":1280,"height":960},
      {"type":"x","url":"https://x.example/x","width":604,"height":453}]}}])"));
  const auto& photo = std::get<Media>(said(only(by_measure)).content.front());
  EXPECT_EQ(photo.url, "https://x.example/z");
  EXPECT_EQ(photo.platform_id, "7_5");
  EXPECT_EQ(photo.width, 1280u);
  const auto by_letter = parse(message(R"("attachments":[{"type":"photo","photo":{"sizes":[
      {"type":"m","url":"https://x.example/m"},{"type":"w","url":"https://x.example/w"},
      {"type":"y","url":"https://x.example/y"}]}}])"));
  EXPECT_EQ(std::get<Media>(said(only(by_letter)).content.front()).url, "https://x.example/w");
}

TEST(VkParse, TakesAStickerAsLargeAsAChatShowsIt) {
  const auto url = [](const char* images) {
    const auto parsed = parse(message(R"("attachments":[{"type":"sticker","sticker":{
        "sticker_id":9,"images":)" + std::string(images) +
                                      "}}]"));
    return std::get<Media>(said(only(parsed)).content.front()).url;
  };
  EXPECT_EQ(url(R"([{"url":"64","width":64},{"url":"512","width":512},{"url":"128","width":128},
      {"url":"256","width":256}])"),
            "128");
  EXPECT_EQ(url(R"([{"url":"32","width":32},{"url":"64","width":64}])"), "64");
}

TEST(VkParse, AKeyboardsButtonSaysWhatItMeans) {
  const auto meant = parse(message(R"("text":"More","payload":"\"more:1\"")"));
  const auto& chosen = std::get<ActionResponse>(said(only(meant)).content.front());
  EXPECT_EQ(chosen.payload, "more:1");
  EXPECT_EQ(chosen.title, "More");
  const auto object = parse(message(R"("text":"Start","payload":"{\"command\":\"start\"}")"));
  EXPECT_EQ(std::get<ActionResponse>(said(only(object)).content.front()).payload,
            R"({"command":"start"})");
  const auto plain = parse(message(R"("text":"Yes","payload":"\"Yes\"")"));
  EXPECT_EQ(said(only(plain)).content, std::vector<Part>{Text{.text = "Yes"}});
}

TEST(VkParse, ACallbackButtonWantsAnAnswerOfItsOwn) {
  const auto parsed = parse(callback("message_event", R"({"user_id":123456,"peer_id":123456,
      "event_id":"p1","payload":"buy:7","conversation_message_id":9})"));
  EXPECT_EQ(std::get<ActionResponse>(said(only(parsed)).content.front()).payload, "buy:7");
  EXPECT_EQ(only(parsed).reply_token, "event:123456:p1");
  EXPECT_EQ(only(parsed).dedup_key, "press:p1");
  EXPECT_EQ(said(only(parsed)).reply_to, "9");
}

struct SignalCase {
  const char *name, *type, *object;
  EventType event;
  const char* target;
  OptChange opt;
};
void PrintTo(const SignalCase& c, std::ostream* out) { *out << c.name; }

const SignalCase kSignals[] = {
    {"Edit", "message_edit", R"({"id":21,"from_id":5,"text":"better"})", EventType::message_updated,
     "21", OptChange::none},
    {"Allow", "message_allow", R"({"user_id":5,"key":"k"})", EventType::platform_event, "",
     OptChange::opted_in},
    {"Deny", "message_deny", R"({"user_id":5})", EventType::platform_event, "",
     OptChange::opted_out},
    {"Typing", "message_typing_state", R"({"state":"typing","from_id":5,"to_id":-7})",
     EventType::typing_started, "", OptChange::none},
    {"Read", "message_read", R"({"from_id":5,"peer_id":5,"read_message_id":22})",
     EventType::message_read, "22", OptChange::none},
    {"Reaction", "message_reaction_event", R"({"reacted_id":5,"peer_id":5,"cmid":9,
      "reaction_id":1})",
     EventType::reaction_added, "9", OptChange::none},
    {"NoReactionAnyMore", "message_reaction_event", R"({"reacted_id":5,"peer_id":5,"cmid":9})",
     EventType::reaction_removed, "9", OptChange::none},
    {"Joined", "group_join", R"({"user_id":5,"join_type":"join"})", EventType::platform_event, "",
     OptChange::none},
    {"ChatAction", "message_new", R"({"message":{"id":3,"from_id":5,"peer_id":2000000001,
      "action":{"type":"chat_invite_user","member_id":6}}})",
     EventType::platform_event, "", OptChange::none},
};

class VkSignals : public testing::TestWithParam<SignalCase> {};

TEST_P(VkSignals, TellWhatHappened) {
  const auto& c = GetParam();
  const auto parsed = parse(callback(c.type, c.object));
  EXPECT_EQ(only(parsed).identity.key.value, "5");
  EXPECT_EQ(only(parsed).opt, c.opt);
  EXPECT_EQ(told(only(parsed)).type, c.event);
  EXPECT_EQ(told(only(parsed)).target.value_or(Target{}).message, c.target);
}
INSTANTIATE_TEST_SUITE_P(Table, VkSignals, testing::ValuesIn(kSignals),
                         [](const auto& test) { return test.param.name; });

const std::string kSilent[] = {
    callback("message_new", R"({"message":{"id":1,"from_id":-7,"text":"of a community"}})"),
    callback("message_new", R"({"message":{"id":1,"out":1,"from_id":5,"text":"our own"}})"),
    callback("message_reply", R"({"id":1,"from_id":-77,"text":"our own"})"),
    callback("wall_post_new", R"({"id":1,"from_id":5,"text":"a post"})"),
    callback("like_add", R"({"liker_id":5})"),
    callback("something_new", R"({"user_id":5})"),
    R"({"type":"something_new","secret":"hook-secret"})",
};

TEST(VkParse, WhatNobodyNeedsIsNoEvent) {
  for (const auto& body : kSilent) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    EXPECT_FALSE(parsed.stopped) << body;
  }
}

const std::string kMalformed[] = {
    "",
    "[]",
    "{}",
    R"({"type":"message_new"})",
    callback("message_new", "[]"),
    callback("message_new", "{}"),
    callback("message_new", R"({"message":{"id":1,"from_id":"x","text":"a"}})"),
    callback("message_new", R"({"message":{"from_id":5,"text":"a"}})"),
    callback("message_new", R"({"message":{"id":1,"from_id":5,"text":7}})"),
    callback("message_new", R"({"message":{"id":1,"from_id":5,"text":"","attachments":[]}})"),
    callback("message_event", R"({"user_id":5})"),
    callback("message_allow", R"({})"),
};

TEST(VkParse, RefusesWhatItMightMisread) {
  for (const auto& body : kMalformed) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
  }
}

TEST(VkParse, AcknowledgesWhatARepeatWouldNotMend) {
  EXPECT_TRUE(parse(callback("message_new", "{}")).acknowledge_anyway);
  EXPECT_TRUE(parse(R"({"type":"message_new"})").acknowledge_anyway);
  EXPECT_FALSE(parse("[]").acknowledge_anyway);
  EXPECT_FALSE(parse("{}").acknowledge_anyway);
}

TEST(VkCheck, NamesBadSettings) {
  auto channel = vk_support::channel();
  const auto& connector = *vk_support::entry().connector;
  EXPECT_EQ(connector.check(channel), "");
  channel.settings["text_max"] = "4097";
  EXPECT_NE(connector.check(channel), "");
  channel.settings.clear();
  channel.secrets.insert_or_assign("access_token", Secret("a b"));
  EXPECT_NE(connector.check(channel), "");
}

}  // namespace
}  // namespace parley::connectors
