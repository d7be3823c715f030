// Mini-program customer messages: both push formats, both APIs, and what only a mini program has.
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "connectors/wechat_miniprogram/user_data.hpp"
#include "tests/connectors/play.hpp"
#include "tests/connectors/wechat_miniprogram_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using wechat_miniprogram::is_signed;
using wechat_miniprogram::open_user_data;

const std::string kOurs = "med_0123456789abcdef0123456789abcdef";

const Entry& entry() {
  static const Entry kEntry = make_wechat_miniprogram();
  return kEntry;
}

Parsed parse(const std::string& body) {
  return entry().connector->parse(mini_plain(body).view(), mini_channel("plaintext"));
}

const Message& message_of(const Parsed& parsed) {
  return std::get<MessageIn>(parsed.events.at(0).what).message;
}

TEST(MiniProgramParse, JsonAndXmlSayTheSame) {
  const auto json = parse(mini_json("text", R"("Content":"hi","MsgId":18446744073709551615)"));
  const auto xml = parse(
      "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName>"
      "<CreateTime>1482048670</CreateTime><MsgType>text</MsgType><Content>hi</Content>"
      "<MsgId>18446744073709551615</MsgId></xml>");
  for (const auto* parsed : {&json, &xml}) {
    ASSERT_EQ(parsed->events.size(), 1u);
    const auto& event = parsed->events[0];
    EXPECT_EQ(event.dedup_key, "msgid:18446744073709551615") << "every digit counts";
    EXPECT_EQ(event.account, "gh_1");
    EXPECT_EQ(event.recipient, "oUser");
    EXPECT_EQ(event.identity.key, (IdentityKey{"mini", "wechat_openid", "oUser"}));
    EXPECT_EQ(event.occurred_at, TimePoint{Milliseconds{1'482'048'670'000}});
    EXPECT_EQ(event.opens_window, "user_message");
    EXPECT_EQ(message_of(*parsed).fallback_text, "hi");
  }
}

TEST(MiniProgramParse, NumbersMayBeTextAndTextNumbers) {
  const auto parsed = parse(
      R"({"ToUserName":"gh_1","FromUserName":"oUser","CreateTime":"1482048670","MsgType":"text",)"
      R"("Content":12.5,"MsgId":"7"})");
  ASSERT_EQ(parsed.events.size(), 1u);
  EXPECT_EQ(parsed.events[0].occurred_at, TimePoint{Milliseconds{1'482'048'670'000}});
  EXPECT_EQ(message_of(parsed).fallback_text, "12.5");
}

TEST(MiniProgramParse, APageIsACardThatOpensIt) {
  const auto parsed =
      parse(mini_json("miniprogrampage", R"("Title":"店","AppId":"wx1","PagePath":"p?a=1",)"
                                         R"("ThumbUrl":"http://t.cn/x","MsgId":1)"));
  const auto& card = std::get<Card>(message_of(parsed).content.at(0));
  EXPECT_EQ(card.title, "店");
  EXPECT_EQ(card.image_url, "http://t.cn/x");
  EXPECT_EQ(card.actions.at(0).type, ActionType::mini_program);
  EXPECT_EQ(card.actions.at(0).app_id, "wx1");
  EXPECT_EQ(card.actions.at(0).page, "p?a=1");
}

TEST(MiniProgramParse, EnteringOpensAMinuteForTwo) {
  const auto parsed =
      parse(mini_json("event", R"("Event":"user_enter_tempsession","SessionFrom":"cart")"));
  ASSERT_EQ(parsed.events.size(), 1u);
  EXPECT_EQ(parsed.events[0].opens_window, "enter_session");
  ASSERT_TRUE(parsed.events[0].referral);
  EXPECT_EQ(parsed.events[0].referral->code, "cart");
  const auto& policy = entry().connector->capabilities().reply_policy;
  EXPECT_EQ(policy.at(1).trigger, "enter_session");
  EXPECT_EQ(policy.at(1).quota, 2u);
}

TEST(MiniProgramParse, AListOfOneIsAnObjectAndOfMoreAnArray) {
  const std::string one = R"({"TemplateId":"A","MsgID":"1","ErrorCode":"0"})";
  const std::string two = R"({"TemplateId":"B","MsgID":"2","ErrorCode":"20003",)"
                          R"("ErrorStatus":"failed"})";
  for (const bool several : {false, true}) {
    const auto parsed =
        parse(mini_json("event", R"("Event":"subscribe_msg_sent_event","List":)" +
                                     (several ? "[" + one + "," + two + "]" : one)));
    ASSERT_EQ(parsed.events.size(), several ? 3u : 2u);
    EXPECT_EQ(std::get<ReceiptIn>(parsed.events[1].what).external_id, "1");
    EXPECT_EQ(std::get<ReceiptIn>(parsed.events[1].what).state, DeliveryState::delivered);
    if (!several) continue;
    EXPECT_EQ(std::get<ReceiptIn>(parsed.events[2].what).state, DeliveryState::failed);
    EXPECT_EQ(std::get<ReceiptIn>(parsed.events[2].what).error_code, "20003");
  }
}

TEST(MiniProgramParse, AUnionIdIsKept) {
  const auto parsed = parse(mini_json("text", R"("Content":"a","MsgId":1,"UnionId":"oUnion")"));
  EXPECT_EQ(parsed.events.at(0).identity.union_id, "oUnion");
}

struct RefusedCase {
  const char* name;
  std::string body;
};
void PrintTo(const RefusedCase& c, std::ostream* out) { *out << c.name; }
const RefusedCase kRefused[] = {
    {"SenderOfTheWrongType",
     R"({"ToUserName":"a","FromUserName":{"x":1},"CreateTime":1,"MsgType":"text","MsgId":1})"},
    {"NoMsgId", mini_json("text", R"("Content":"a")")},
    {"EventWithoutName", mini_json("event", R"("SessionFrom":"x")")},
    {"StillEncrypted", R"({"ToUserName":"a","Encrypt":"AAAA"})"},
    {"TooDeep", mini_json("text", R"("a":{"b":{"c":{"d":{"e":{"f":1}}}}},"MsgId":1)")},
    {"CutOff", R"({"ToUserName":"a","FromUserName":"b)"},
    {"NotUtf8", mini_json("text", "\"Content\":\"\xff\",\"MsgId\":1")},
    {"Array", "[1]"},
};
class MiniProgramRefused : public testing::TestWithParam<RefusedCase> {};
TEST_P(MiniProgramRefused, IsMalformed) {
  const auto parsed = parse(GetParam().body);
  EXPECT_TRUE(parsed.events.empty());
  ASSERT_TRUE(parsed.stopped.has_value());
  EXPECT_EQ(parsed.stopped->code, Errc::malformed);
}
INSTANTIATE_TEST_SUITE_P(Table, MiniProgramRefused, testing::ValuesIn(kRefused),
                         [](const auto& test) { return test.param.name; });

TEST(MiniProgramTrust, TheHandshakeAnswersTheEchoBare) {
  auto request = mini_plain("");
  request.method = "GET";
  request.query += "&echostr=4375120948345356249";
  const auto reply = entry().connector->handshake(request.view(), mini_channel("safe"));
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((*reply)->body, "4375120948345356249");
}

TEST(MiniProgramTrust, WhatStandsBesideAnEnvelopeIsNotRead) {
  const auto inner = mini_json("text", R"("Content":"true","MsgId":1)");
  const auto sealed = sealed_for(kMiniAppId, inner);
  const auto request = signed_request(
      R"({"ToUserName":"gh_1","FromUserName":"oEvil","MsgType":"text","Content":"forged",)"
      R"("MsgId":9,"CreateTime":1,"Encrypt":")" +
          sealed + R"("})",
      sealed);
  const auto channel = mini_channel("compat");
  ASSERT_TRUE(entry().connector->authenticate(request.view(), channel));
  const auto parsed = entry().connector->parse(request.view(), channel);
  EXPECT_EQ(message_of(parsed).fallback_text, "true");
  EXPECT_EQ(parsed.events[0].recipient, "oUser");
}

TEST(MiniProgramTrust, AnEnvelopeForAnotherAddresseeIsRefused) {
  const auto sealed = sealed_for(kMiniAppId, mini_json("text", R"("Content":"a","MsgId":1)"));
  const auto request =
      signed_request(R"({"ToUserName":"gh_2","Encrypt":")" + sealed + R"("})", sealed);
  const auto parsed = entry().connector->parse(request.view(), mini_channel("safe"));
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_EQ(parsed.stopped.value().code, Errc::unauthenticated);
}

Card page_card(std::string app_id, std::string cover) {
  Card card;
  card.title = "店";
  card.image_media_id = std::move(cover);
  auto open = act(ActionType::mini_program, "go");
  open.app_id = std::move(app_id);
  open.page = "pages/a";
  card.actions.push_back(open);
  return card;
}

Template subscription() {
  Template part;
  part.name = "TID";
  part.page = "index";
  part.language = "zh_CN";
  part.parameters = {{"thing1", "ok"}, {"time2", "10:00"}};
  return part;
}

Link article() {
  Link part;
  part.url = "https://a.cn";
  part.title = "标题";
  part.image_url = "https://a.cn/p.jpg";
  return part;
}

std::string custom(std::string_view type, std::string_view content) {
  return R"({"touser":"oUser","msgtype":")" + std::string(type) + R"(",")" + std::string(type) +
         R"(":)" + std::string(content) + "}";
}

struct SendCase {
  const char* name;
  std::vector<Part> content;
  std::vector<Action> actions;
  std::vector<std::string> want;
  std::size_t degraded = 0;
};
void PrintTo(const SendCase& c, std::ostream* out) { *out << c.name; }

const SendCase kSends[] = {
    {"Text", {Text{.text = "你好 \"x\""}}, {}, {custom("text", R"({"content":"你好 \"x\""})")}},
    {"Image", {media_of(MediaKind::image, "M")}, {}, {custom("image", R"({"media_id":"M"})")}},
    {"Link",
     {article()},
     {},
     {custom("link", R"({"title":"标题","description":"","url":"https://a.cn",)"
                     R"("thumb_url":"https://a.cn/p.jpg"})")}},
    {"OwnPage",
     {page_card("", "T")},
     {},
     {custom("miniprogrampage", R"({"title":"店","pagepath":"pages/a","thumb_media_id":"T"})")}},
    {"OwnPageByName",
     {page_card(std::string(kMiniAppId), "T")},
     {},
     {custom("miniprogrampage", R"({"title":"店","pagepath":"pages/a","thumb_media_id":"T"})")}},
    {"PageOfAnother", {page_card("wx_other", "T")}, {}, {custom("text", R"({"content":"店"})")}, 3},
    {"Subscription",
     {subscription()},
     {},
     {R"({"touser":"oUser","template_id":"TID","page":"index","lang":"zh_CN",)"
      R"("data":{"thing1":{"value":"ok"},"time2":{"value":"10:00"}}})"}},
    {"QuickRepliesAreLines",
     {Text{.text = "选："}},
     {act(ActionType::reply, "退款"), act(ActionType::postback, "换货", "x")},
     {custom("text", R"({"content":"选：\n1. 退款\n2. 换货"})")},
     1},
    {"VoiceIsAnAddress",
     {[] {
       auto part = media_of(MediaKind::voice, "M");
       part.url = "https://a.cn/v.mp3";
       return part;
     }()},
     {},
     {custom("text", R"({"content":"https://a.cn/v.mp3"})")},
     1},
};

class MiniProgramSend : public testing::TestWithParam<SendCase> {};
TEST_P(MiniProgramSend, AsksExactly) {
  const auto& c = GetParam();
  const auto played = play(entry(), mini_channel("safe"), send_to("oUser", c.content, c.actions));
  EXPECT_EQ(played.bodies(), c.want);
  EXPECT_EQ(played.degraded().size(), c.degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, MiniProgramSend, testing::ValuesIn(kSends),
                         [](const auto& test) { return test.param.name; });

TEST(MiniProgramSends, ATemplateHasAnApiOfItsOwnAndAReceipt) {
  const auto played = play(entry(), mini_channel("safe"), send_to("oUser", {subscription()}),
                           {R"({"errcode":0,"errmsg":"ok","msgid":1864323726461255680})"});
  EXPECT_EQ(played.calls.at(0).url,
            "https://api.weixin.qq.com/cgi-bin/message/subscribe/send?access_token=TOKEN");
  EXPECT_EQ(std::get<Sent>(played.end).external_ids,
            std::vector<std::string>{"1864323726461255680"});
}

TEST(MiniProgramSends, OurPictureGoesUpFirst) {
  const auto played =
      play(entry(), mini_channel("safe"),
           send_to("oUser", {Text{.text = "看"}, media_of(MediaKind::image, "", kOurs)}),
           {R"({"errcode":0})", R"({"type":"image","media_id":"UP","created_at":1})"});
  ASSERT_EQ(played.calls.size(), 3u);
  EXPECT_EQ(played.calls[1].url,
            "https://api.weixin.qq.com/cgi-bin/media/upload?access_token=TOKEN&type=image");
  EXPECT_EQ(played.calls[1].upload.value().media, MediaId{kOurs});
  EXPECT_EQ(played.calls[2].body, custom("image", R"({"media_id":"UP"})"));
}

TEST(MiniProgramSends, ALongTextIsSplitByBytes) {
  std::string long_text;
  for (int i = 0; i < 1'000; ++i) long_text += "好";
  const auto played =
      play(entry(), mini_channel("safe"), send_to("oUser", {Text{.text = long_text}}));
  ASSERT_EQ(played.calls.size(), 2u);
  for (const auto& call : played.calls) EXPECT_LE(call.body.size(), 2048u + 100);
}

struct AnswerCase {
  const char* name;
  const char* answer;
  Errc want;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }
const AnswerCase kAnswers[] = {
    {"Busy", R"({"errcode":-1})", Errc::unavailable},
    {"DayQuota", R"({"errcode":45009})", Errc::throttled},
    {"MinuteQuota", R"({"errcode":45011})", Errc::throttled},
    {"WindowClosed", R"({"errcode":45015})", Errc::window_closed},
    {"WindowUsedUp", R"({"errcode":45047})", Errc::window_closed},
    {"Refused", R"({"errcode":43101,"errmsg":"user refuse rid: 1"})", Errc::recipient_gone},
    {"BadArgument", R"({"errcode":47003})", Errc::rejected},
    {"BadPage", R"({"errcode":41030})", Errc::rejected},
    {"UnknownOpenId", R"({"errcode":40003})", Errc::rejected},
    {"UnknownTemplate", R"({"errcode":40037})", Errc::misconfigured},
    {"BadAppId", R"({"errcode":40013})", Errc::misconfigured},
    {"NeverHeardOf", R"({"errcode":99999})", Errc::rejected},
    {"CodeAsText", R"({"errcode":"45015"})", Errc::window_closed},
    {"NotJson", "<html>", Errc::unavailable},
};
class MiniProgramAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(MiniProgramAnswer, ObligesUs) {
  const auto played = play(entry(), mini_channel("safe"), send_to("oUser", {Text{.text = "a"}}),
                           {GetParam().answer});
  EXPECT_EQ(played.code(), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, MiniProgramAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(MiniProgramSends, AnOldTokenIsRenewed) {
  for (const char* answer :
       {R"({"errcode":40001})", R"({"errcode":40014})", R"({"errcode":42001})"}) {
    const auto played =
        play(entry(), mini_channel("safe"), send_to("oUser", {Text{.text = "a"}}), {answer});
    EXPECT_TRUE(std::holds_alternative<RefreshToken>(played.end)) << answer;
  }
}

TEST(MiniProgramTransfer, IsTheOnlyAnswerOfTheWebhookItself) {
  Send send = send_to("oUser", {}, {act(ActionType::handoff, "人工")});
  auto channel = mini_channel("plaintext");
  const auto render = [&] {
    return entry().passive_reply->render({.send = send,
                                          .channel = channel,
                                          .access_token = {},
                                          .now = TimePoint{Milliseconds{1'411'525'903'000}}},
                                         "gh_1", "0123456789abcdef");
  };
  EXPECT_EQ(render().value().body,
            R"({"ToUserName":"oUser","FromUserName":"gh_1","CreateTime":1411525903,)"
            R"("MsgType":"transfer_customer_service"})");
  channel.settings["format"] = "xml";
  EXPECT_EQ(render().value().body,
            "<xml><ToUserName><![CDATA[oUser]]></ToUserName>"
            "<FromUserName><![CDATA[gh_1]]></FromUserName><CreateTime>1411525903</CreateTime>"
            "<MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>");
  send = send_to("oUser", {Text{.text = "hi"}});
  EXPECT_FALSE(render()) << "a text is no answer here";
}

TEST(MiniProgramTransfer, IsSealedInSafeMode) {
  const Send send = send_to("oUser", {}, {act(ActionType::handoff, "人工")});
  const auto channel = mini_channel("safe");
  const SendContext context{.send = send,
                            .channel = channel,
                            .access_token = {},
                            .now = TimePoint{Milliseconds{1'411'525'903'000}}};
  const auto reply = entry().passive_reply->render(context, "gh_1", "0123456789abcdef");
  ASSERT_TRUE(reply);
  // What we seal we can open, signed over the very text.
  const auto start = reply->body.find(R"("Encrypt":")") + 11;
  const auto sealed = reply->body.substr(start, reply->body.find('"', start) - start);
  const auto inner = open_envelope(Secret(std::string(kPushKey)), sealed, kMiniAppId);
  ASSERT_TRUE(inner);
  EXPECT_TRUE(inner->contains("transfer_customer_service"));
  EXPECT_TRUE(reply->body.contains(
      tencent_signature({kPushToken, "1411525903", "0123456789abcdef", sealed})));
  EXPECT_FALSE(entry().passive_reply->render(context, "gh_1", "short"));
  const auto active = play(entry(), channel, send);
  EXPECT_EQ(active.code(), Errc::rejected) << "there is no call that does it";
}

TEST(MiniProgramTyping, SaysWhenItBeginsAndEnds) {
  const auto call = entry().typing->typing("oUser", true, mini_channel("safe"), "TOKEN");
  EXPECT_EQ(call.value().body, R"({"touser":"oUser","command":"Typing"})");
  EXPECT_EQ(entry().typing->typing("oUser", false, mini_channel("safe"), "TOKEN").value().body,
            R"({"touser":"oUser","command":"CancelTyping"})");
}

// Made with openssl(1): the session key is the bytes 0 to 15, the IV 100 to 115.
const Secret kSessionKey("AAECAwQFBgcICQoLDA0ODw==");
constexpr std::string_view kIv = "ZGVmZ2hpamtsbW5vcHFycw==";
constexpr std::string_view kRawData =
    R"({"nickName":"小明","gender":0,"language":"zh_CN","city":"","province":"","country":"",)"
    R"("avatarUrl":"https://thirdwx.qlogo.cn/x"})";
constexpr std::string_view kSealedData =
    "eaFT5p5Rxwm8yPyfQaNjSBOptwAJPJ6RY5jTXFORL7gXLWzY0Ve4K8r9e7B7Hjejskfm43mQsSqSVUDtsXCMRTMkCYe9"
    "HanbpU9yGUrNCw7cuxosMo5p8baqBh622W6SYimyvctDIa/eEeWFQ4+RF1zU/w/7GajV1z/1TqKxYxQUz9GJ/hr9Iyhh"
    "uiZAfAvqyqezW6Ubkl43NyIPcaSthPMNYRAXf40FC5N0ffcZq5dAgZcUxJX2R9bUFdrSpw012I2ejgPTT3eF3Uw8nXzt"
    "kQ==";
// The same with two more bytes of white space and so on, to a whole number of blocks.
constexpr std::string_view kSealedWholeBlocks =
    "eaFT5p5Rxwm8yPyfQaNjSBOptwAJPJ6RY5jTXFORL7gXLWzY0Ve4K8r9e7B7Hjejskfm43mQsSqSVUDtsXCMRTMkCYe9"
    "HanbpU9yGUrNCw7cuxosMo5p8baqBh622W6SYimyvctDIa/eEeWFQ4+RF1zU/w/7GajV1z/1TqKxYxQUz9GJ/hr9Iyhh"
    "uiZAfAvqyqezW6Ubkl43NyIPcaSthPMNYRAXf40FC5N0ffcZq5dAgZcUxJX2R9bUFdrSpw017RtCUNKAzIgqdNgU2Ija"
    "CP4bRdoHTWToXhQxVPy38xE=";

TEST(MiniProgramUser, RawDataIsProvenByTheSessionKey) {
  const std::string_view good = "1472378ba33435f3fe82be83fbe842153d21646c";
  EXPECT_TRUE(is_signed(kRawData, kSessionKey, good));
  EXPECT_FALSE(is_signed(std::string(kRawData) + " ", kSessionKey, good));
  EXPECT_FALSE(is_signed(kRawData, Secret("AAECAwQFBgcICQoLDA0OEA=="), good));
  EXPECT_FALSE(is_signed(kRawData, Secret(), good));
  EXPECT_FALSE(is_signed(kRawData, kSessionKey, ""));
}

TEST(MiniProgramUser, OpensItsDataAndTheUnionIdInIt) {
  for (const auto sealed : {kSealedData, kSealedWholeBlocks}) {
    const auto user = open_user_data(sealed, kIv, kSessionKey, kMiniAppId);
    ASSERT_TRUE(user) << user.error().detail;
    EXPECT_EQ(user->open_id, "oTestOpenId");
    EXPECT_EQ(user->union_id, "oTestUnionId");
    EXPECT_EQ(user->nick_name, "小明");
    EXPECT_EQ(user->language, "zh_CN");
  }
}

TEST(MiniProgramUser, RefusesAllElseTheSameWay) {
  const std::string sealed(kSealedData), iv(kIv);
  std::string cut = sealed.substr(0, sealed.size() - 24), flipped = sealed;
  flipped[40] = flipped[40] == 'A' ? 'B' : 'A';
  const struct {
    std::string data, iv;
    Secret key;
    std::string_view app_id;
  } cases[] = {
      {sealed, iv, kSessionKey, "wx_another"},
      {sealed, iv, kSessionKey, ""},
      {sealed, iv, Secret("AAECAwQFBgcICQoLDA0OEA=="), kMiniAppId},
      {sealed, iv, Secret("c2hvcnQ="), kMiniAppId},
      {sealed, "ZGVm", kSessionKey, kMiniAppId},
      {cut, iv, kSessionKey, kMiniAppId},
      {flipped, iv, kSessionKey, kMiniAppId},
      {"", iv, kSessionKey, kMiniAppId},
      {"not base64!", iv, kSessionKey, kMiniAppId},
  };
  for (const auto& c : cases) {
    const auto user = open_user_data(c.data, c.iv, c.key, c.app_id);
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code, Errc::unauthenticated);
    EXPECT_EQ(user.error().detail, "the user data does not hold");
  }
}

}  // namespace
}  // namespace parley::connectors
