// WeChat customer service: bells, pages of messages and events, sends with ids of ours, customers.
#include <gtest/gtest.h>

#include "tests/connectors/play.hpp"
#include "tests/connectors/wecom_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

const std::string kOurs = "med_0123456789abcdef0123456789abcdef";

const Entry& entry() {
  static const Entry kEntry = make_wecom_kf();
  return kEntry;
}

Parsed parse(const std::string& inner) {
  return entry().connector->parse(wecom_request(inner).view(), kf_channel());
}

EventSource::Read read(const std::string& body, std::string_view cursor = "c0", int status = 200) {
  return entry().event_source->read(kf_channel(), {.stream = "wkOurs", .cursor = cursor},
                                    {.status = status, .headers = {}, .body = body});
}

EventSource::Page page(const std::string& entries) {
  auto got = read(kf_page(entries));
  if (auto* good = std::get_if<EventSource::Page>(&got)) return std::move(*good);
  ADD_FAILURE() << "no page";
  return {};
}

const Message& message_of(const EventSource::Page& page) {
  return std::get<MessageIn>(page.events.at(0).what).message;
}

TEST(WecomKfBell, NamesTheAccountAndTheTokenForTenMinutes) {
  const auto parsed = parse(kf_bell("wkA", "TOK"));
  EXPECT_TRUE(parsed.events.empty());
  ASSERT_EQ(parsed.bells.size(), 1u);
  EXPECT_EQ(parsed.bells[0].stream, "wkA");
  EXPECT_EQ(parsed.bells[0].token, "TOK");
  EXPECT_EQ(parsed.bells[0].token_lifetime, std::chrono::minutes(10));
}

TEST(WecomKfBell, OtherEventsRingNothing) {
  const auto other = parse(
      "<xml><ToUserName>a</ToUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>"
      "<Event>kf_account_auth_change</Event></xml>");
  EXPECT_TRUE(other.bells.empty() && other.events.empty() && !other.stopped);
  for (const auto& body : {kf_bell(""), kf_bell("a b"), std::string("<xml/>")}) {
    const auto bad = parse(body);
    EXPECT_TRUE(bad.bells.empty());
    EXPECT_EQ(bad.stopped.value().code, Errc::malformed) << body;
  }
}

TEST(WecomKfPull, AsksFromTheCursorWithTheBellsToken) {
  const auto& source = *entry().event_source;
  const auto call = source.pull(
      kf_channel(),
      {.stream = "wkA", .cursor = "c\"7", .bell_token = "TOK", .access_token = "ACCESS"});
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "https://qyapi.weixin.qq.com/cgi-bin/kf/sync_msg?access_token=ACCESS");
  EXPECT_EQ(call.body, R"({"cursor":"c\"7","token":"TOK","limit":100,"voice_format":0,)"
                       R"("open_kfid":"wkA"})");
  const auto first = source.pull(kf_channel(), {.stream = "wkA", .access_token = "ACCESS"});
  EXPECT_EQ(first.body, R"({"limit":100,"voice_format":0,"open_kfid":"wkA"})");
}

TEST(WecomKfPull, LooksAtItsOwnAccountAfterAStart) {
  const auto plan = entry().event_source->plan(kf_channel());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->streams, std::vector<std::string>{"wkOurs"});
  auto channel = kf_channel();
  channel.settings.erase("open_kfid");
  EXPECT_TRUE(entry().event_source->plan(channel)->streams.empty());
}

TEST(WecomKfPage, AMessageIsTheCustomers) {
  const auto got = page(kf_message("m1", "text", R"({"content":"你好","menu_id":"101"})"));
  EXPECT_EQ(got.cursor, "c1");
  EXPECT_FALSE(got.more);
  ASSERT_EQ(got.events.size(), 1u);
  const auto& event = got.events[0];
  EXPECT_EQ(event.dedup_key, "msgid:m1");
  EXPECT_EQ(event.account, "wkOurs");
  EXPECT_EQ(event.recipient, "wmLi");
  EXPECT_EQ(event.identity.key,
            (IdentityKey{"wecom:" + std::string(kCorpId), "wecom_external_userid", "wmLi"}));
  EXPECT_EQ(event.occurred_at, TimePoint{Milliseconds{1'615'478'585'000}});
  EXPECT_EQ(event.opens_window, "user_message");
  EXPECT_EQ(std::get<Text>(message_of(got).content.at(0)).text, "你好");
  EXPECT_EQ(std::get<ActionResponse>(message_of(got).content.at(1)).action_id, "101");
}

struct PartCase {
  const char* name;
  const char* type;
  const char* content;
  const char* want;  // type of the part
};
void PrintTo(const PartCase& c, std::ostream* out) { *out << c.name; }
const PartCase kParts[] = {
    {"Image", "image", R"({"media_id":"m"})", "image"},
    {"Voice", "voice", R"({"media_id":"m"})", "voice"},
    {"Video", "video", R"({"media_id":"m"})", "video"},
    {"File", "file", R"({"media_id":"m"})", "file"},
    {"Location", "location", R"({"latitude":23.1,"longitude":113,"name":"n","address":"a"})",
     "location"},
    {"Link", "link", R"({"title":"t","desc":"d","url":"u","pic_url":"p"})", "link"},
    {"BusinessCard", "business_card", R"({"userid":"zhangsan"})", "contact"},
    {"MiniProgram", "miniprogram",
     R"({"appid":"wx1","title":"t","thumb_media_id":"m","pagepath":"p"})", "card"},
    {"Product", "channels_shop_product", R"({"product_id":"1","title":"t","sales_price":"600"})",
     "product"},
    {"Order", "channels_shop_order", R"({"order_id":"1","product_titles":"t"})", "order"},
    {"Unknown", "hologram", R"({"x":1})", "unsupported"},
    {"ContentOfTheWrongType", "text", R"("bare")", "unsupported"},
};
class WecomKfPart : public testing::TestWithParam<PartCase> {};
TEST_P(WecomKfPart, IsRead) {
  const auto got = page(kf_message("m", GetParam().type, GetParam().content));
  ASSERT_EQ(got.events.size(), 1u);
  EXPECT_EQ(part_type(message_of(got).content.at(0)), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, WecomKfPart, testing::ValuesIn(kParts),
                         [](const auto& test) { return test.param.name; });

TEST(WecomKfPage, WhatOurPeopleWriteIsNotTheCustomers) {
  EXPECT_TRUE(page(kf_message("m1", "text", R"({"content":"from a person"})", 5)).events.empty());
}

TEST(WecomKfPage, EnteringIsAnEventWithItsScene) {
  const auto got = page(kf_event("e1", "enter_session",
                                 std::string(kKfCustomer) +
                                     R"(,"scene":"7","scene_param":"a%3D1","welcome_code":"W",)"
                                     R"("wechat_channels":{"nickname":"n","scene":1})"));
  ASSERT_EQ(got.events.size(), 1u);
  const auto& event = got.events[0];
  const auto& what = std::get<SignalIn>(event.what).platform_event;
  EXPECT_EQ(event.dedup_key, "msgid:e1");
  EXPECT_EQ(event.recipient, "wmLi");
  EXPECT_EQ(event.opens_window, "") << "entering gives no right to write";
  EXPECT_EQ(event.reply_token, "W");
  EXPECT_EQ(event.referral.value().code, "7");
  EXPECT_EQ(what.type, "enter_session");
  EXPECT_EQ(std::get<std::string>(what.attributes.at("welcome_code")), "W");
  EXPECT_EQ(std::get<std::string>(what.attributes.at("scene_param")), "a%3D1");
  EXPECT_EQ(std::get<std::string>(what.attributes.at("wechat_channels.nickname")), "n");
}

TEST(WecomKfPage, AFailureAfterTheFactIsAReceipt) {
  const struct {
    int type;
    const char* code;
  } cases[] = {{4, "window_closed"},
               {5, "window_closed"},
               {6, "window_closed"},
               {10, "recipient_gone"},
               {0, "rejected"}};
  for (const auto& c : cases) {
    const auto got = page(kf_event("e1", "msg_send_fail",
                                   std::string(kKfCustomer) + R"(,"fail_msgid":"s1",)" +
                                       R"("fail_type":)" + std::to_string(c.type)));
    ASSERT_EQ(got.events.size(), 2u);
    const auto& receipt = std::get<ReceiptIn>(got.events[1].what);
    EXPECT_EQ(receipt.external_id, "s1");
    EXPECT_EQ(receipt.state, DeliveryState::failed);
    EXPECT_EQ(receipt.error_code, c.code);
    EXPECT_EQ(receipt.error, "fail_type " + std::to_string(c.type));
  }
}

TEST(WecomKfPage, ARecalledMessageIsDeleted) {
  const auto got =
      page(kf_event("e1", "user_recall_msg", std::string(kKfCustomer) + R"(,"recall_msgid":"m1")"));
  const auto& signal = std::get<SignalIn>(got.events.at(0).what);
  EXPECT_EQ(signal.type, EventType::message_deleted);
  EXPECT_EQ(signal.target.value().message, "m1");
}

TEST(WecomKfPage, EventsOfNoCustomerAreLeftOut) {
  const auto got = page(kf_event("e1", "servicer_status_change",
                                 R"(,"servicer_userid":"z","status":1,)"
                                 R"("open_kfid":"wkOurs")"));
  EXPECT_TRUE(got.events.empty());
  EXPECT_EQ(got.skipped, 0u);
}

TEST(WecomKfPage, OneBadEntryDoesNotLoseTheGoodOnes) {
  const auto good = kf_message("m1", "text", R"({"content":"a"})");
  for (const char* bad :
       {"null", "[]", "{}", R"({"msgid":7,"msgtype":[]})", R"({"msgid":"x","msgtype":"text"})",
        R"({"msgid":"x","msgtype":"text","origin":3,"external_userid":"w"})",
        R"({"msgid":"x","msgtype":"event","origin":4,"event":"no object"})"}) {
    const auto got = page(std::string(bad) + "," + good);
    EXPECT_EQ(got.events.size(), 1u) << bad;
    EXPECT_LE(got.skipped, 1u) << bad;
  }
  EXPECT_EQ(page("null," + good).skipped, 1u);
  EXPECT_EQ(page(good + "," + good).events.size(), 1u) << "a repeat within the page";
}

TEST(WecomKfPage, MayBeEmptyWithMoreToCome) {
  auto got = read(R"({"errcode":0,"next_cursor":"c9","has_more":1,"msg_list":[]})");
  EXPECT_TRUE(std::get<EventSource::Page>(got).more);
  EXPECT_EQ(std::get<EventSource::Page>(got).cursor, "c9");
  got = read(R"({"errcode":0,"has_more":0})");
  EXPECT_EQ(std::get<EventSource::Page>(got).cursor, "c0") << "where we were";
}

TEST(WecomKfPage, RefusalsSayWhatToDo) {
  EXPECT_TRUE(std::holds_alternative<RefreshToken>(read(R"({"errcode":42001})")));
  const struct {
    const char* body;
    int status;
    Errc want;
  } cases[] = {{R"({"errcode":95007})", 200, Errc::unauthenticated},
               {R"({"errcode":45009})", 200, Errc::throttled},
               {R"({"errcode":95017})", 200, Errc::misconfigured},
               {R"({"errcode":-1})", 200, Errc::unavailable},
               {"{}", 503, Errc::unavailable},
               {"<html>", 200, Errc::unavailable}};
  for (const auto& c : cases) {
    const auto got = read(c.body, "c0", c.status);
    ASSERT_TRUE(std::holds_alternative<Error>(got)) << c.body;
    EXPECT_EQ(std::get<Error>(got).code, c.want) << c.body;
  }
}

std::string to_customer(std::string_view id, std::string_view type, std::string_view content) {
  return R"({"touser":"wmLi","open_kfid":"wkOurs","msgid":")" + std::string(id) +
         R"(","msgtype":")" + std::string(type) + R"(",")" + std::string(type) + R"(":)" +
         std::string(content) + "}";
}

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";

struct SendCase {
  const char* name;
  std::vector<Part> content;
  std::vector<Action> actions;
  std::string want;
  std::size_t degraded = 0;
};
void PrintTo(const SendCase& c, std::ostream* out) { *out << c.name; }

Action page_action() {
  auto action = act(ActionType::mini_program, "店");
  action.app_id = "wx1";
  action.page = "p";
  return action;
}

Card card(std::string cover, Action action) {
  Card made;
  made.title = "t";
  made.text = "d";
  made.image_media_id = std::move(cover);
  made.actions.push_back(std::move(action));
  return made;
}

const SendCase kSends[] = {
    {"Text", {Text{.text = "你好"}}, {}, to_customer(kKey, "text", R"({"content":"你好"})")},
    {"File",
     {media_of(MediaKind::file, "M")},
     {},
     to_customer(kKey, "file", R"({"media_id":"M"})")},
    {"Location",
     {Location{.latitude = 23.5, .longitude = 113, .name = "n", .address = "a"}},
     {},
     to_customer(kKey, "location",
                 R"({"name":"n","address":"a","latitude":23.5,"longitude":113})")},
    {"LinkWithoutAPictureIsText",
     {Link{.url = "https://a.cn", .title = "t", .description = "", .image_url = ""}},
     {},
     to_customer(kKey, "text", R"({"content":"t\nhttps://a.cn"})"),
     1},
    {"CardWithAPictureIsALink",
     {card("M", act(ActionType::link, "看", "", "https://a.cn"))},
     {},
     to_customer(kKey, "link",
                 R"({"title":"t","desc":"d","url":"https://a.cn","thumb_media_id":"M"})")},
    {"Page",
     {card("M", page_action())},
     {},
     to_customer(kKey, "miniprogram",
                 R"({"appid":"wx1","title":"t","thumb_media_id":"M","pagepath":"p"})"),
     1},
    {"Menu",
     {Text{.text = "选："}},
     {act(ActionType::reply, "退款", "r"), act(ActionType::link, "官网", "", "https://a.cn"),
      page_action()},
     to_customer(kKey, "msgmenu",
                 R"({"head_content":"选：","list":[)"
                 R"({"type":"click","click":{"id":"r","content":"退款"}},)"
                 R"({"type":"view","view":{"url":"https://a.cn","content":"官网"}},)"
                 R"({"type":"miniprogram","miniprogram":{"appid":"wx1","pagepath":"p",)"
                 R"("content":"店"}}]})")},
};
class WecomKfSend : public testing::TestWithParam<SendCase> {};
TEST_P(WecomKfSend, AsksExactly) {
  const auto& c = GetParam();
  const auto played = play(entry(), kf_channel(), send_to("wmLi", c.content, c.actions));
  EXPECT_EQ(played.bodies(), std::vector<std::string>{c.want});
  EXPECT_EQ(played.degraded().size(), c.degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, WecomKfSend, testing::ValuesIn(kSends),
                         [](const auto& test) { return test.param.name; });

TEST(WecomKfSends, EachMessageHasAnIdThatStaysWhenItIsRepeated) {
  std::string long_text;
  for (int i = 0; i < 1'000; ++i) long_text += "好";
  const auto send = send_to("wmLi", {Text{.text = long_text}});
  const auto first = play(entry(), kf_channel(), send), again = play(entry(), kf_channel(), send);
  ASSERT_EQ(first.calls.size(), 2u);
  EXPECT_EQ(first.bodies(), again.bodies());
  const auto id_of = [](const HttpCall& call) {
    const auto at = call.body.find(R"("msgid":")") + 9;
    return call.body.substr(at, call.body.find('"', at) - at);
  };
  EXPECT_EQ(id_of(first.calls[0]), kKey);
  EXPECT_EQ(id_of(first.calls[1]).size(), 32u);
  EXPECT_NE(id_of(first.calls[1]), kKey);
  EXPECT_TRUE(entry().connector->capabilities().idempotent_send);
}

TEST(WecomKfSends, AKeyThePlatformWouldRefuseIsDigested) {
  for (const auto& key : {std::string(33, 'a'), std::string("a b"), std::string("短")}) {
    auto send = send_to("wmLi", {Text{.text = "a"}});
    send.idempotency_key = key;
    const auto played = play(entry(), kf_channel(), send);
    const auto& body = played.calls.at(0).body;
    const auto at = body.find(R"("msgid":")") + 9;
    const auto id = body.substr(at, body.find('"', at) - at);
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
}

TEST(WecomKfSends, AnswersFromTheAccountTheCustomerWroteTo) {
  auto send = send_to("wmLi", {Text{.text = "a"}});
  send.account = "wkOther";
  EXPECT_TRUE(
      play(entry(), kf_channel(), send).calls.at(0).body.contains(R"("open_kfid":"wkOther")"));
  auto channel = kf_channel();
  channel.settings.erase("open_kfid");
  send.account.clear();
  EXPECT_EQ(play(entry(), channel, send).code(), Errc::misconfigured);
}

TEST(WecomKfSends, AHandOverMovesTheSession) {
  auto played =
      play(entry(), kf_channel(), send_to("wmLi", {}, {act(ActionType::handoff, "人工")}));
  ASSERT_EQ(played.calls.size(), 1u);
  EXPECT_TRUE(played.calls[0].url.contains("/cgi-bin/kf/service_state/trans?"));
  EXPECT_EQ(played.calls[0].body,
            R"({"open_kfid":"wkOurs","external_userid":"wmLi","service_state":2})");
  played = play(entry(), kf_channel(),
                send_to("wmLi", {}, {act(ActionType::handoff, "人工", "zhangsan")}));
  EXPECT_EQ(played.calls.at(0).body,
            R"({"open_kfid":"wkOurs","external_userid":"wmLi","service_state":3,)"
            R"("servicer_userid":"zhangsan"})");
}

struct AnswerCase {
  const char* name;
  const char* answer;
  Errc want;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }
const AnswerCase kAnswers[] = {
    {"BadAccount", R"({"errcode":95000})", Errc::misconfigured},
    {"FiveWent", R"({"errcode":95001})", Errc::window_closed},
    {"TwoDaysOver", R"({"errcode":95002})", Errc::window_closed},
    {"ApiOff", R"({"errcode":95017})", Errc::misconfigured},
    {"SessionIsWithPeople", R"({"errcode":95018})", Errc::window_closed},
    {"Throttled", R"({"errcode":45009})", Errc::throttled},
    {"NoCustomer", R"({"errcode":40096})", Errc::rejected},
};
class WecomKfAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(WecomKfAnswer, ObligesUs) {
  const auto played =
      play(entry(), kf_channel(), send_to("wmLi", {Text{.text = "a"}}), {GetParam().answer});
  EXPECT_EQ(played.code(), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, WecomKfAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(WecomKfCustomer, IsAskedForByIdAndToldWithTheUnionId) {
  const IdentityKey who{"s", "wecom_external_userid", "wmLi"};
  const auto& source = *entry().profile_source;
  const auto call = source.ask(kf_channel(), who, "ACCESS");
  EXPECT_EQ(call.url,
            "https://qyapi.weixin.qq.com/cgi-bin/kf/customer/batchget?access_token=ACCESS");
  EXPECT_EQ(call.body, R"({"external_userid_list":["wmLi"],"need_enter_session_context":0})");
  const auto ask = [&](const std::string& body) {
    return source.read(who, {.status = 200, .headers = {}, .body = body});
  };
  const auto good =
      ask(R"({"errcode":0,"customer_list":[{"external_userid":"wmOther","unionid":"x"},)"
          R"({"external_userid":"wmLi","nickname":"李","avatar":"https://a","unionid":"oU"}],)"
          R"("invalid_external_userid":[]})");
  const auto& profile = std::get<ProfileSource::Profile>(good);
  EXPECT_EQ(profile.display_name, "李");
  EXPECT_EQ(profile.union_id, "oU");
  const auto none = ask(R"({"errcode":0,"customer_list":[],"invalid_external_userid":["wmLi"]})");
  EXPECT_EQ(std::get<Error>(none).code, Errc::not_found);
  EXPECT_TRUE(std::holds_alternative<RefreshToken>(ask(R"({"errcode":40014})")));
}

}  // namespace
}  // namespace parley::connectors
