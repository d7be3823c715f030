#include <gtest/gtest.h>

#include "tests/connectors/whatsapp_support.hpp"

namespace parley::connectors {
namespace {

using namespace whatsapp_support;

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

const SignalIn& signal(const Incoming& in) {
  static const SignalIn kNone;
  const auto* what = std::get_if<SignalIn>(&in.what);
  EXPECT_NE(what, nullptr);
  return what == nullptr ? kNone : *what;
}

const ReceiptIn& receipt(const Incoming& in) {
  static const ReceiptIn kNone;
  const auto* what = std::get_if<ReceiptIn>(&in.what);
  EXPECT_NE(what, nullptr);
  return what == nullptr ? kNone : *what;
}

TEST(WhatsAppParse, ReadsWhoWhenAndWhere) {
  const auto parsed = parse(message_with(R"("type":"text","text":{"body":"hi"})"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "message:wamid.A1");
  EXPECT_EQ(in.account, "100200300");
  EXPECT_EQ(in.identity.key, (IdentityKey{"whatsapp", "whatsapp", "447911123456"}));
  EXPECT_EQ(in.identity.union_id, "GB.1a2B");
  EXPECT_EQ(in.identity.display_name, "Li Na");
  EXPECT_EQ(in.identity.username, "lina");
  EXPECT_EQ(in.recipient, "447911123456");
  EXPECT_EQ(in.group, "");
  EXPECT_EQ(in.opens_window, "user_message");
  EXPECT_EQ(in.occurred_at, TimePoint{std::chrono::seconds(1700000000)});
  EXPECT_EQ(said(in).external_id, "wamid.A1");
  EXPECT_EQ(said(in).content, std::vector<Part>{Text{.text = "hi"}});
  EXPECT_EQ(said(in).author.display_name, "Li Na");
}

struct ContentCase {
  const char* name;
  std::string_view members;
  std::string_view fallback_has;  // what a text-only reader sees of it
  std::size_t part_index;         // in Part
  std::size_t parts;
};
void PrintTo(const ContentCase& c, std::ostream* out) { *out << c.name; }

constexpr std::size_t kText = 0, kMedia = 1, kLocation = 2, kContactPart = 3, kGoods = 10,
                      kChosen = 14, kUnsupported = 15;

const ContentCase kContents[] = {
    {"Text", R"("type":"text","text":{"body":"你好"})", "你好", kText, 1},
    {"Image", R"("type":"image","image":{"id":"1"})", "", kMedia, 1},
    {"ImageWithCaption", R"("type":"image","image":{"id":"1","caption":"look"})", "look", kMedia,
     2},
    {"Video", R"("type":"video","video":{"id":"1"})", "", kMedia, 1},
    {"Audio", R"("type":"audio","audio":{"id":"1"})", "audio", kMedia, 1},
    {"VoiceIsMarkedAudio", R"("type":"audio","audio":{"id":"1","voice":true})", "voice", kMedia, 1},
    {"Voice", R"("type":"voice","voice":{"id":"1"})", "voice", kMedia, 1},
    {"Sticker", R"("type":"sticker","sticker":{"id":"1","animated":true})", "", kMedia, 1},
    {"Document", R"("type":"document","document":{"id":"1","filename":"a.pdf"})", "a.pdf", kMedia,
     1},
    {"Location", R"("type":"location","location":{"latitude":1.5,"longitude":-2,"name":"Cafe"})",
     "Cafe", kLocation, 1},
    {"Contacts",
     R"("type":"contacts","contacts":[{"name":{"formatted_name":"A B"},"phones":[{"phone":"1"}],
        "emails":[{"email":"a@b.c"}]},{"name":{"formatted_name":"C"}}])",
     "A B", kContactPart, 2},
    {"TemplateButton", R"("type":"button","button":{"text":"No","payload":"no-1"})", "No", kChosen,
     1},
    {"ButtonReply",
     R"("type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"y",
        "title":"Yes"}})",
     "Yes", kChosen, 1},
    {"ListReply",
     R"("type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"y",
        "title":"Yes","description":"d"}})",
     "Yes", kChosen, 1},
    {"FlowReply",
     R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow",
        "body":"Sent","response_json":"{\"a\":\"1\",\"b\":[2]}"}})",
     "Sent", kChosen, 2},
    {"FlowReplyThatIsNoObject",
     R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"body":"Sent",
        "response_json":"[1]"}})",
     "Sent", kChosen, 1},
    {"NewInteractive",
     R"("type":"interactive","interactive":{"type":"dance_reply","dance_reply":{}})", "dance_reply",
     kUnsupported, 1},
    {"Order",
     R"("type":"order","order":{"catalog_id":"9","text":"soon?","product_items":[
        {"product_retailer_id":"sku","quantity":"2","item_price":"7.5","currency":"EUR"}]})",
     "soon?", kGoods, 2},
    {"Unsupported", R"("type":"unsupported","errors":[{"code":131051,"title":"not supported"}])",
     "unsupported", kUnsupported, 1},
    {"UnsupportedWithAName", R"("type":"unsupported","unsupported":{"type":"poll"})", "poll",
     kUnsupported, 1},
    {"NewType", R"("type":"hologram","hologram":{"id":"1"})", "hologram", kUnsupported, 1},
    {"EmptyText", R"("type":"text","text":{"body":""})", "text", kUnsupported, 1},
};

class WhatsAppContent : public testing::TestWithParam<ContentCase> {};

TEST_P(WhatsAppContent, BecomesParts) {
  const auto parsed = parse(message_with(GetParam().members));
  const auto& message = said(only(parsed));
  ASSERT_EQ(message.content.size(), GetParam().parts);
  EXPECT_EQ(message.content.front().index(), GetParam().part_index);
  EXPECT_NE(message.fallback_text.find(GetParam().fallback_has), std::string::npos)
      << message.fallback_text;
  EXPECT_FALSE(message.fallback_text.empty());
}
INSTANTIATE_TEST_SUITE_P(Table, WhatsAppContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(WhatsAppParse, KeepsWhatIsKnownOfAFile) {
  const auto parsed = parse(message_with(
      R"("type":"document","document":{"id":"77","mime_type":"application/pdf",
          "filename":"bill.pdf","caption":"the bill","sha256":"x"})"));
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), 2u);
  const auto& file = std::get<Media>(content[0]);
  EXPECT_EQ(file.kind, MediaKind::file);
  EXPECT_EQ(file.platform_id, "77");
  EXPECT_EQ(file.mime, "application/pdf");
  EXPECT_EQ(file.name, "bill.pdf");
  EXPECT_EQ(std::get<Text>(content[1]).text, "the bill");
}

TEST(WhatsAppParse, AnsweredFlowsGiveTheirTokenBack) {
  const auto parsed = parse(message_with(
      R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow",
          "body":"Sent","response_json":"{\"flow_token\":\"t-1\",\"name\":\"Bob\",\"n\":2}"}})"));
  const auto& content = said(only(parsed)).content;
  EXPECT_EQ(std::get<ActionResponse>(content.at(0)).payload, "t-1");
  const auto& values = std::get<FormResponse>(content.at(1)).values;
  EXPECT_EQ(values.at("name"), "Bob");
  EXPECT_EQ(values.at("n"), "2");
}

TEST(WhatsAppParse, QuotesAndAdsAreKept) {
  const auto parsed = parse(message_with(
      R"("type":"text","text":{"body":"hi"},"context":{"from":"1","id":"wamid.Q","forwarded":true},
          "referral":{"source_type":"ad","source_id":"ad-7","source_url":"https://fb.me/x",
          "ctwa_clid":"c"})"));
  const auto& in = only(parsed);
  EXPECT_EQ(said(in).reply_to, "wamid.Q");
  EXPECT_EQ(in.referral, (Referral{.kind = "ad", .code = "ad-7", .source = "https://fb.me/x"}));
  EXPECT_NE(said(in).channel_data.find("ctwa_clid"), std::string::npos);
}

struct SenderCase {
  const char* name;
  std::string_view members;
  const char* id;  // nullptr: the message cannot be read
  const char* scheme;
  const char* union_id;
};
void PrintTo(const SenderCase& c, std::ostream* out) { *out << c.name; }

const SenderCase kSenders[] = {
    {"Phone", R"("from":"4479")", "4479", "whatsapp", ""},
    {"PhoneAsNumber", R"("from":447911123456)", "447911123456", "whatsapp", ""},
    {"PhoneAndUserId", R"("from":"4479","from_user_id":"US.12")", "4479", "whatsapp", "US.12"},
    {"UserIdAlone", R"("from_user_id":"US.12")", "US.12", "whatsapp_user_id", "US.12"},
    {"EmptyPhone", R"("from":"","from_user_id":"US.12")", "US.12", "whatsapp_user_id", "US.12"},
    {"UserIdAsPhone", R"("from":"US.12","from_user_id":"US.12")", "US.12", "whatsapp_user_id",
     "US.12"},
    {"UserIdOfAParent", R"("from_user_id":"US.ENT.12")", "US.ENT.12", "whatsapp_user_id",
     "US.ENT.12"},
    {"BadUserIdBesideAPhone", R"("from":"4479","from_user_id":"nobody")", "4479", "whatsapp", ""},
    {"Nobody", R"("to":"1")", nullptr, "", ""},
    {"Words", R"("from":"bla")", nullptr, "", ""},
    {"Plus", R"("from":"+4479")", nullptr, "", ""},
    {"List", R"("from":["4479"])", nullptr, "", ""},
    {"BadUserId", R"("from_user_id":"us.12")", nullptr, "", ""},
    {"UserIdWithoutRest", R"("from_user_id":"US.")", nullptr, "", ""},
    {"UserIdOfNoParent", R"("from_user_id":"US.ENT.")", nullptr, "", ""},
};

class WhatsAppSender : public testing::TestWithParam<SenderCase> {};

TEST_P(WhatsAppSender, IsNamed) {
  const auto parsed = parse(webhook(
      change(R"("messages":[{)" + std::string(GetParam().members) +
             R"(,"id":"wamid.A","timestamp":"1700000000","type":"text","text":{"body":"hi"}}])")));
  ASSERT_EQ(parsed.events.size(), GetParam().id == nullptr ? 0u : 1u);
  EXPECT_EQ(parsed.stopped.has_value(), GetParam().id == nullptr);
  EXPECT_TRUE(parsed.acknowledge_anyway);
  if (GetParam().id == nullptr) return;
  const auto& in = parsed.events.front();
  EXPECT_EQ(in.identity.key, (IdentityKey{"whatsapp", GetParam().scheme, GetParam().id}));
  EXPECT_EQ(in.identity.union_id, GetParam().union_id);
  EXPECT_EQ(in.recipient, GetParam().id);
}
INSTANTIATE_TEST_SUITE_P(Table, WhatsAppSender, testing::ValuesIn(kSenders),
                         [](const auto& test) { return test.param.name; });

TEST(WhatsAppParse, NamesAreFoundByUserIdToo) {
  const auto parsed = parse(webhook(change(
      R"("contacts":[{"profile":{"name":"Kim"},"user_id":"KR.9"}],
          "messages":[{"from_user_id":"KR.9","id":"wamid.A","timestamp":"1","type":"text",
          "text":{"body":"hi"}}])")));
  EXPECT_EQ(only(parsed).identity.display_name, "Kim");
}

TEST(WhatsAppParse, TimesAreSecondsOrMilliseconds) {
  for (const char* time : {"\"1700000000\"", "1700000000", "1700000000000", "\"1700000000000\""}) {
    const auto parsed = parse(webhook(change(
        R"("messages":[{"from":"1","id":"w","type":"text","text":{"body":"a"},"timestamp":)" +
        std::string(time) + "}]")));
    EXPECT_EQ(only(parsed).occurred_at, TimePoint{std::chrono::seconds(1700000000)}) << time;
  }
  for (const char* time : {"\"asdf\"", "\"17 \"", "-1", "{}", "1e30", "\"99999999999999999999\""}) {
    const auto parsed = parse(webhook(change(
        R"("messages":[{"from":"1","id":"w","type":"text","text":{"body":"a"},"timestamp":)" +
        std::string(time) + "}]")));
    EXPECT_TRUE(parsed.events.empty()) << time;
    EXPECT_TRUE(parsed.stopped.has_value()) << time;
  }
}

TEST(WhatsAppParse, GroupsAnswerToTheGroup) {
  const auto parsed =
      parse(message_with(R"("group_id":"Y2FwaV9n","type":"text","text":{"body":"hi"})"));
  EXPECT_EQ(only(parsed).group, "Y2FwaV9n");
  EXPECT_EQ(only(parsed).recipient, "Y2FwaV9n");
  EXPECT_EQ(only(parsed).identity.key.value, "447911123456");
}

TEST(WhatsAppParse, ReactionsPointAtTheirMessage) {
  const auto added =
      parse(message_with(R"("type":"reaction","reaction":{"message_id":"wamid.X","emoji":"👍"})"));
  EXPECT_EQ(signal(only(added)).type, EventType::reaction_added);
  EXPECT_EQ(signal(only(added)).target, (Target{.message = "wamid.X", .emoji = "👍", .text = ""}));
  const auto removed =
      parse(message_with(R"("type":"reaction","reaction":{"message_id":"wamid.X"})"));
  EXPECT_EQ(signal(only(removed)).type, EventType::reaction_removed);
}

TEST(WhatsAppParse, UnsentAndEditedMessagesPointAtTheirs) {
  const auto gone =
      parse(message_with(R"("type":"revoke","revoke":{"original_message_id":"wamid.X"})"));
  EXPECT_EQ(signal(only(gone)).type, EventType::message_deleted);
  EXPECT_EQ(signal(only(gone)).target->message, "wamid.X");
  const auto edited = parse(message_with(
      R"("type":"edit","edit":{"original_message_id":"wamid.X","message":{"type":"text",
          "text":{"body":"new"}}})"));
  EXPECT_EQ(signal(only(edited)).type, EventType::message_updated);
  EXPECT_EQ(signal(only(edited)).target->text, "new");
}

TEST(WhatsAppParse, NoticesAreEvents) {
  const auto moved = parse(message_with(
      R"("type":"system","system":{"type":"user_changed_number","body":"b","wa_id":"4400"})"));
  EXPECT_EQ(signal(only(moved)).platform_event.type, "system");
  EXPECT_EQ(signal(only(moved)).platform_event.key, "user_changed_number");
  EXPECT_EQ(std::get<std::string>(signal(only(moved)).platform_event.attributes.at("wa_id")),
            "4400");
  const auto welcome = parse(message_with(R"("type":"request_welcome")"));
  EXPECT_EQ(signal(only(welcome)).platform_event.type, "request_welcome");
}

TEST(WhatsAppParse, WordsOfTheBusinessPhoneAreNoCustomers) {
  const auto parsed = parse(webhook(
      R"({"field":"smb_message_echoes","value":{"metadata":{"phone_number_id":"100200300"},
          "message_echoes":[{"from":"8613","to":"4479","id":"wamid.E","timestamp":"1",
          "type":"text","text":{"body":"from the phone"}}]}})"));
  const auto& in = only(parsed);
  EXPECT_EQ(signal(in).platform_event.type, "echo");
  EXPECT_EQ(signal(in).target->message, "wamid.E");
  EXPECT_EQ(signal(in).target->text, "from the phone");
  EXPECT_EQ(in.identity.key.value, "4479");
  EXPECT_EQ(in.opens_window, "");
}

TEST(WhatsAppParse, StoppedMarketingIsToldButNoOptOut) {
  const auto parsed = parse(webhook(
      R"({"field":"user_preferences","value":{"metadata":{"phone_number_id":"100200300"},
          "user_preferences":[{"wa_id":"4479","category":"marketing_messages","value":"stop",
          "timestamp":1700000000}]}})"));
  const auto& in = only(parsed);
  EXPECT_EQ(signal(in).platform_event.key, "stop");
  EXPECT_EQ(in.opt, OptChange::none);
}

struct StatusCase {
  const char* name;
  const char* status;
  std::optional<DeliveryState> state;
};
void PrintTo(const StatusCase& c, std::ostream* out) { *out << c.name; }

const StatusCase kStatuses[] = {
    {"Sent", "sent", DeliveryState::sent},
    {"Delivered", "delivered", DeliveryState::delivered},
    {"Read", "read", DeliveryState::read},
    {"Played", "played", DeliveryState::read},
    {"Failed", "failed", DeliveryState::failed},
    {"Deleted", "deleted", std::nullopt},
    {"New", "in_orbit", std::nullopt},
};

class WhatsAppStatus : public testing::TestWithParam<StatusCase> {};

TEST_P(WhatsAppStatus, IsAReceipt) {
  const auto parsed = parse(webhook(
      change(R"("statuses":[{"id":"wamid.S","recipient_id":"4479","timestamp":"1","status":")" +
             std::string(GetParam().status) + R"("}])")));
  EXPECT_FALSE(parsed.stopped.has_value());
  ASSERT_EQ(parsed.events.size(), GetParam().state ? 1u : 0u);
  if (!GetParam().state) return;
  EXPECT_EQ(receipt(parsed.events[0]).external_id, "wamid.S");
  EXPECT_EQ(receipt(parsed.events[0]).state, *GetParam().state);
  EXPECT_EQ(parsed.events[0].identity.key, (IdentityKey{"whatsapp", "whatsapp", "4479"}));
}
INSTANTIATE_TEST_SUITE_P(Table, WhatsAppStatus, testing::ValuesIn(kStatuses),
                         [](const auto& test) { return test.param.name; });

TEST(WhatsAppParse, FailuresSayWhy) {
  const auto parsed = parse(webhook(change(
      R"("statuses":[{"id":"wamid.S","recipient_user_id":"GB.1","status":"failed","errors":[
          {"code":131047,"title":"Re-engagement","error_data":{"details":"24 hours"}},
          {"code":1}]}])")));
  EXPECT_EQ(receipt(only(parsed)).error_code, "131047");
  EXPECT_EQ(receipt(only(parsed)).error, "Re-engagement: 24 hours");
  EXPECT_EQ(only(parsed).identity.key.scheme, "whatsapp_user_id");
}

TEST(WhatsAppParse, StatusesGiveOurMarkBack) {
  const auto of = [](const std::string& mark) {
    return parse(webhook(change(R"("statuses":[{"id":"wamid.S","recipient_id":"4479",
        "status":"sent","biz_opaque_callback_data":")" +
                                mark + R"("}])")));
  };
  const std::string ours = "snd_00000000000000000000000000000001-7";
  EXPECT_EQ(receipt(only(of(ours))).send, ours);
  EXPECT_EQ(receipt(only(of(ours))).external_id, "wamid.S");
  EXPECT_EQ(receipt(only(of("somebody else's"))).send, "");
}

TEST(WhatsAppParse, OneBadItemDoesNotLoseItsNeighbours) {
  const auto parsed =
      parse(webhook(change(R"("messages":[5,{"from":"1","id":"a","timestamp":"1","type":"text",
                 "text":{"body":"one"}},{"from":"x","id":"b","timestamp":"1","type":"text"},
                 {"from":"1","id":"c","timestamp":"1","type":"image","image":7},
                 {"from":"1","id":"d","timestamp":"1","type":"text","text":{"body":"two"}}],
                 "statuses":"none")") +
                    "," + change(R"("messages":[{"from":"1","id":"e","timestamp":"1","type":"text",
                      "text":{"body":"three"}}])")));
  ASSERT_EQ(parsed.events.size(), 3u);
  EXPECT_EQ(said(parsed.events[0]).fallback_text, "one");
  EXPECT_EQ(said(parsed.events[2]).fallback_text, "three");
  ASSERT_TRUE(parsed.stopped.has_value());
  EXPECT_EQ(parsed.stopped->detail, "entry[0].changes[0].value.messages[0]: not an object");
}

TEST(WhatsAppParse, TheSameMessageTwiceIsOne) {
  const std::string one =
      R"({"from":"1","id":"a","timestamp":"1","type":"text","text":{"body":"one"}})";
  EXPECT_EQ(parse(webhook(change("\"messages\":[" + one + "," + one + "]"))).events.size(), 1u);
}

TEST(WhatsAppParse, OtherNumbersAndFieldsAreNotOurs) {
  const std::string one =
      R"("messages":[{"from":"1","id":"a","timestamp":"1","type":"text","text":{"body":"one"}}])";
  const std::string others[] = {
      webhook(change(one, "999")),
      webhook(R"({"field":"message_template_status_update","value":{"event":"APPROVED"}})"),
      webhook(R"({"field":"account_update"})"),
      webhook(""),
      R"({"object":"whatsapp_business_account"})",
      R"({"object":"page","entry":[{"changes":[)" + change(one) + "]}]}",
      webhook(change(R"("errors":[{"code":130429,"title":"Rate limit hit"}])")),
  };
  for (const auto& body : others) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    EXPECT_FALSE(parsed.stopped.has_value()) << body;
  }
}

TEST(WhatsAppParse, WhatIsNoJsonIsRefused) {
  const auto parsed = parse("{\"object\":\"whatsapp_business_account\"");
  EXPECT_TRUE(parsed.stopped.has_value());
  EXPECT_FALSE(parsed.acknowledge_anyway);
}

}  // namespace
}  // namespace parley::connectors
