#include <gtest/gtest.h>

#include "tests/connectors/messenger_support.hpp"

namespace parley::connectors {
namespace {

using namespace messenger_support;

TEST(MessengerParse, ReadsWhoWhenAndWhere) {
  const auto parsed = tell(R"("message":{"mid":"m_1","text":"hi","reply_to":{"mid":"m_0"}})");
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "mid:m_1");
  EXPECT_EQ(in.account, "100200300");
  EXPECT_EQ(in.identity.key, (IdentityKey{"ch1", "messenger", "42"}));
  EXPECT_EQ(in.recipient, "42");
  EXPECT_EQ(in.opens_window, "user_message");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds(1700000000123)});
  EXPECT_EQ(said(in).external_id, "m_1");
  EXPECT_EQ(said(in).reply_to, "m_0");
  EXPECT_EQ(said(in).content, std::vector<Part>{Text{.text = "hi"}});
}

struct ContentCase {
  const char* name;
  std::string_view members;       // of the message
  std::string_view fallback_has;  // what a text-only reader sees of it
  std::size_t part_index;         // in Part
  std::size_t parts;
};
void PrintTo(const ContentCase& c, std::ostream* out) { *out << c.name; }

constexpr std::size_t kText = 0, kMedia = 1, kLocation = 2, kLink = 4, kGoods = 10, kChosen = 14,
                      kUnsupported = 15;

const ContentCase kContents[] = {
    {"Text", R"("text":"你好")", "你好", kText, 1},
    {"Image", R"("attachments":[{"type":"image","payload":{"url":"https://x.example/a"}}])",
     "image", kMedia, 1},
    {"ImagesWithText",
     R"("text":"look","attachments":[{"type":"image","payload":{"url":"https://x.example/a"}},
        {"type":"image","payload":{"url":"https://x.example/b"}}])",
     "look", kMedia, 3},
    {"Video", R"("attachments":[{"type":"video","payload":{"url":"https://x.example/a"}}])",
     "video", kMedia, 1},
    {"Audio", R"("attachments":[{"type":"audio","payload":{"url":"https://x.example/a"}}])",
     "audio", kMedia, 1},
    {"FileWithItsName",
     R"("attachments":[{"type":"file","payload":{"url":"https://x.example/t/a%20b.pdf?_nc=1"}}])",
     "a b.pdf", kMedia, 1},
    {"Reel", R"("attachments":[{"type":"reel","payload":{"url":"https://x.example/a"}}])", "video",
     kMedia, 1},
    {"ThumbsUp",
     R"("attachments":[{"type":"image","payload":{"sticker_id":369239343222814,
        "url":"https://x.example/a"}}])",
     "👍", kMedia, 1},
    {"AnotherSticker",
     R"("attachments":[{"type":"image","payload":{"sticker_id":7,"url":"https://x.example/a"}}])",
     "sticker", kMedia, 1},
    {"Location",
     R"("attachments":[{"type":"location","title":"Cafe","payload":{"coordinates":{"lat":1.5,
        "long":-2}}}])",
     "Cafe", kLocation, 1},
    {"LocationWithoutCoordinates", R"("attachments":[{"type":"location","payload":{}}])",
     "location", kUnsupported, 1},
    {"SharedLink",
     R"("text":"see","attachments":[{"type":"fallback","title":"News",
        "payload":{"url":"https://x.example/n"}}])",
     "https://x.example/n", kText, 2},
    {"LinkWrittenOut",
     R"("text":"https://x.example/n","attachments":[{"type":"fallback",
        "payload":{"url":"https://x.example/n"}}])",
     "https://x.example/n", kText, 1},
    {"SharedLinkOfBefore",
     R"("attachments":[{"type":"fallback","title":"News","url":"https://x.example/n"}])",
     "https://x.example/n", kLink, 1},
    {"Product",
     R"("attachments":[{"type":"template","payload":{"product":{"elements":[{"id":"1",
        "retailer_id":"sku-1","title":"Shoe","subtitle":"9 EUR"}]}}}])",
     "Shoe", kGoods, 1},
    {"QuickReply", R"("text":"Yes","quick_reply":{"payload":"yes-1"})", "Yes", kChosen, 1},
    {"NewAttachment",
     R"("attachments":[{"type":"hologram","payload":{"url":"https://x.example/h"}}])", "hologram",
     kUnsupported, 2},
    {"NewAttachmentWithoutAddress", R"("attachments":[{"type":"hologram"}])", "hologram",
     kUnsupported, 1},
    {"AddressOfAnotherKind", R"("attachments":[{"type":"image","payload":{"url":"javascript:x"}}])",
     "image", kUnsupported, 1},
    {"Nothing", R"("is_unsupported":true)", "unsupported", kUnsupported, 1},
};

class MessengerContent : public testing::TestWithParam<ContentCase> {};

TEST_P(MessengerContent, BecomesParts) {
  const auto parsed = tell(R"("message":{"mid":"m_1",)" + std::string(GetParam().members) + "}");
  const auto& message = said(only(parsed));
  ASSERT_EQ(message.content.size(), GetParam().parts);
  EXPECT_EQ(message.content.front().index(), GetParam().part_index);
  EXPECT_NE(message.fallback_text.find(GetParam().fallback_has), std::string::npos)
      << message.fallback_text;
}
INSTANTIATE_TEST_SUITE_P(Table, MessengerContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(MessengerParse, TimesAreMillisecondsOrSeconds) {
  for (const auto& [time, want] :
       {std::pair{"1700000000123", 1700000000123}, std::pair{"1700000000", 1700000000000},
        std::pair{"\"1700000000\"", 1700000000000}}) {
    const auto parsed = parse(
        page(entry_with(R"({"sender":{"id":"42"},"recipient":{"id":"100200300"},"timestamp":)" +
                        std::string(time) + R"(,"message":{"mid":"m","text":"a"}})")));
    EXPECT_EQ(only(parsed).occurred_at, TimePoint{Milliseconds(want)}) << time;
  }
}

TEST(MessengerParse, EveryEntryAndEveryEventCounts) {
  const auto text = [](const std::string& mid) {
    return event(R"("message":{"mid":")" + mid + R"(","text":"t"})");
  };
  const auto parsed =
      parse(page(entry_with(text("a") + "," + text("b")) + "," + R"({"id":"100200300"},)" +
                 entry_with(text("c")) + "," + entry_with(text("a"))));
  ASSERT_EQ(parsed.events.size(), 3u);  // the last is the first again
  EXPECT_EQ(said(parsed.events[2]).external_id, "c");
}

TEST(MessengerParse, OneBadEventDoesNotLoseItsNeighbours) {
  const auto parsed = parse(page(entry_with(
      R"(7,{"sender":{"id":["42"]},"recipient":{"id":"100200300"},"message":{"mid":"x"}},)" +
      event(R"("message":"text")") + "," + event(R"("message":{"text":"no mid"})") + "," +
      event(R"("message":{"mid":"m_1","text":"good"})"))));
  EXPECT_EQ(said(only(parsed)).fallback_text, "good");
  ASSERT_TRUE(parsed.stopped.has_value());
  EXPECT_EQ(parsed.stopped->detail, "entry[0].messaging[0]: not an object");
  EXPECT_TRUE(parsed.acknowledge_anyway);
}

TEST(MessengerParse, OtherPagesAreNotOurs) {
  const auto parsed = parse(page(
      R"({"id":"9","messaging":[{"sender":{"id":"42"},"recipient":{"id":"9"},"timestamp":1,
          "message":{"mid":"m","text":"a"}}]})"));
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_FALSE(parsed.stopped.has_value());
  EXPECT_TRUE(parse(page("")).events.empty());
  EXPECT_TRUE(parse(inbox_support::webhook(
                        "instagram", entry_with(event(R"("message":{"mid":"m","text":"a"})"))))
                  .events.empty());
}

TEST(MessengerParse, WhatThePageSaysIsNoCustomers) {
  const std::string echo =
      R"({"sender":{"id":"100200300"},"recipient":{"id":"42"},"timestamp":1700000000123,
          "message":{"is_echo":true,"mid":"m_9","text":"from the inbox","app_id":)";
  const auto other = parse(page(entry_with(echo + "263902037430900}}")));
  const auto& in = only(other);
  EXPECT_EQ(in.identity.key.value, "42");
  EXPECT_EQ(in.opens_window, "");
  EXPECT_EQ(signal(in).type, EventType::platform_event);
  EXPECT_EQ(signal(in).platform_event.type, "echo");
  EXPECT_EQ(signal(in).target->message, "m_9");
  EXPECT_EQ(signal(in).target->text, "from the inbox");
  // Our own words we know already.
  EXPECT_TRUE(parse(page(entry_with(echo + "555}}"))).events.empty());
}

TEST(MessengerParse, AnEchoWithOurMarkIsAReceipt) {
  const auto parsed = parse(page(entry_with(
      R"({"sender":{"id":"100200300"},"recipient":{"id":"42"},"timestamp":1700000000123,
          "message":{"is_echo":true,"mid":"m_9","text":"hi","app_id":555,
          "metadata":"snd_00000000000000000000000000000001-7"}})")));
  EXPECT_EQ(receipt(only(parsed)).external_id, "m_9");
  EXPECT_EQ(receipt(only(parsed)).send, "snd_00000000000000000000000000000001-7");
  EXPECT_EQ(receipt(only(parsed)).state, DeliveryState::sent);
}

TEST(MessengerParse, AnotherAppsThreadIsToldAndNotAnswered) {
  const auto parsed =
      parse(page(entry_with(event(R"("message":{"mid":"m_1","text":"hi"})"), "standby")));
  const auto& in = only(parsed);
  EXPECT_EQ(signal(in).platform_event.type, "standby");
  EXPECT_EQ(signal(in).target->text, "hi");
  EXPECT_EQ(in.opens_window, "user_message");
}

TEST(MessengerParse, UnsentAndEditedMessagesPointAtTheirs) {
  const auto gone = tell(R"("message":{"mid":"m_1","is_deleted":true})");
  EXPECT_EQ(signal(only(gone)).type, EventType::message_deleted);
  EXPECT_EQ(signal(only(gone)).target->message, "m_1");
  const auto edited = tell(R"("message_edit":{"mid":"m_1","text":"new","num_edit":2})");
  EXPECT_EQ(signal(only(edited)).type, EventType::message_updated);
  EXPECT_EQ(signal(only(edited)).target->text, "new");
  EXPECT_EQ(only(edited).dedup_key, "edit:m_1:2");
}

TEST(MessengerParse, TapsOnTheMenuAreEvents) {
  const auto parsed = tell(
      R"("postback":{"title":"Start","payload":"get_started","referral":{"ref":"flyer",
          "source":"SHORTLINK","type":"OPEN_THREAD"}})");
  const auto& in = only(parsed);
  EXPECT_EQ(signal(in).platform_event.type, "postback");
  EXPECT_EQ(signal(in).platform_event.key, "get_started");
  EXPECT_EQ(attribute(in, "title"), "Start");
  EXPECT_EQ(in.referral, (Referral{.kind = "link", .code = "flyer", .source = "SHORTLINK"}));
  EXPECT_EQ(in.opens_window, "user_message");
  EXPECT_TRUE(in.dedup_key.starts_with("postback:42:1700000000123:")) << in.dedup_key;
}

TEST(MessengerParse, TapsOnOurButtonsAreAnswers) {
  const auto parsed = tell(R"("postback":{"mid":"m_7","title":"Buy","payload":"parley:buy-1"})");
  const auto& in = only(parsed);
  EXPECT_EQ(said(in).content, std::vector<Part>{(ActionResponse{
                                  .action_id = "buy-1", .payload = "buy-1", .title = "Buy"})});
  EXPECT_EQ(in.dedup_key, "mid:m_7");
}

TEST(MessengerParse, ReactionsPointAtTheirMessage) {
  const auto added =
      tell(R"("reaction":{"reaction":"love","emoji":"❤️","action":"react","mid":"m_1"})");
  EXPECT_EQ(signal(only(added)).type, EventType::reaction_added);
  EXPECT_EQ(signal(only(added)).target, (Target{.message = "m_1", .emoji = "❤️", .text = ""}));
  const auto removed = tell(R"("reaction":{"action":"unreact","mid":"m_1"})");
  EXPECT_EQ(signal(only(removed)).type, EventType::reaction_removed);
  EXPECT_NE(only(added).dedup_key, only(removed).dedup_key);
}

TEST(MessengerParse, ReferralsSayWhereTheyCameFrom) {
  const auto ad = tell(R"("referral":{"ref":"r","ad_id":"77","source":"ADS","type":"OPEN"})");
  EXPECT_EQ(only(ad).referral, (Referral{.kind = "ad", .code = "r", .source = "ADS"}));
  EXPECT_EQ(attribute(only(ad), "ad_id"), "77");
  const auto with_message =
      tell(R"("message":{"mid":"m","text":"a","referral":{"ad_id":77,"source":"ADS"}})");
  EXPECT_EQ(only(with_message).referral, (Referral{.kind = "ad", .code = "77", .source = "ADS"}));
}

TEST(MessengerParse, OptInsMayNameNobodyButAReference) {
  const auto parsed = parse(page(entry_with(
      R"({"recipient":{"id":"100200300"},"timestamp":1700000000123,
          "optin":{"ref":"cart","user_ref":"u-1"}})")));
  const auto& in = only(parsed);
  EXPECT_EQ(in.identity.key, (IdentityKey{"ch1", "messenger_user_ref", "u-1"}));
  EXPECT_EQ(in.recipient, "user_ref:u-1");
  EXPECT_EQ(in.referral->code, "cart");
}

TEST(MessengerParse, ARightToSendLaterOpensNoWindow) {
  const auto parsed = tell(
      R"("optin":{"type":"notification_messages","payload":"news","notification_messages_token":
          "t-1","notification_messages_status":"RESUME_NOTIFICATIONS"})");
  const auto& in = only(parsed);
  EXPECT_EQ(in.opens_window, "");
  EXPECT_EQ(in.reply_token, "t-1");
  EXPECT_EQ(attribute(in, "notification_messages_status"), "RESUME_NOTIFICATIONS");
}

TEST(MessengerParse, DeliveriesNameMessagesOrATime) {
  const auto named = tell(R"("delivery":{"mids":["m_1","m_2"],"watermark":1700000000500})");
  ASSERT_EQ(named.events.size(), 2u);
  EXPECT_EQ(receipt(named.events[1]).external_id, "m_2");
  EXPECT_EQ(receipt(named.events[1]).state, DeliveryState::delivered);
  EXPECT_FALSE(receipt(named.events[1]).up_to.has_value());
  const auto timed = tell(R"("delivery":{"watermark":1700000000500})");
  EXPECT_EQ(receipt(only(timed)).external_id, "");
  EXPECT_EQ(receipt(only(timed)).up_to, TimePoint{Milliseconds(1700000000500)});
  EXPECT_TRUE(tell(R"("delivery":{})").stopped.has_value());
}

TEST(MessengerParse, ReadsReachUpToTheirWatermark) {
  const auto parsed = tell(R"("read":{"watermark":1700000000500})");
  EXPECT_EQ(signal(only(parsed)).type, EventType::message_read);
  EXPECT_FALSE(signal(only(parsed)).target.has_value());
  EXPECT_EQ(only(parsed).occurred_at, TimePoint{Milliseconds(1700000000500)});
}

TEST(MessengerParse, NewEventsKeepTheirName) {
  const auto taken = tell(R"("pass_thread_control":{"new_owner_app_id":"555","metadata":"m"})");
  EXPECT_EQ(signal(only(taken)).platform_event.type, "pass_thread_control");
  EXPECT_EQ(attribute(only(taken), "new_owner_app_id"), "555");
  const auto odd = tell(R"("teleport":[1])");
  EXPECT_EQ(signal(only(odd)).platform_event.type, "teleport");
  const auto bare = parse(
      page(entry_with(R"({"sender":{"id":"42"},"recipient":{"id":"100200300"},"timestamp":1})")));
  EXPECT_EQ(signal(only(bare)).platform_event.type, "unknown");
}

}  // namespace
}  // namespace parley::connectors
