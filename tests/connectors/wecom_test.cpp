// WeCom applications: sealed callbacks, messages and events of members, message/send, passive
// replies.
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "tests/connectors/play.hpp"
#include "tests/connectors/wecom_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

const std::string kOurs = "med_0123456789abcdef0123456789abcdef";

const Entry& entry() {
  static const Entry kEntry = make_wecom();
  return kEntry;
}

Parsed parse(const std::string& inner) {
  return entry().connector->parse(wecom_request(inner).view(), wecom_channel());
}

const Message& message_of(const Parsed& parsed) {
  return std::get<MessageIn>(parsed.events.at(0).what).message;
}

// Made with openssl(1) and sha1sum(1). The key ends in R: its last two bits are not zero, which
// strict decoders of base64 refuse.
constexpr std::string_view kVectorKey = "WecomKeyOfTestsWithTrailingBits0123456789aR";
constexpr std::string_view kVectorToken = "WecomTokenOfTests";
constexpr std::string_view kVectorEcho =
    "i1DFi21Z4EbGnbXhKdDQOF/OG3s1nYSNjd5jCwTLwSw/WpTCE7T7B5isNgmEHgXBW5MFwHtg3+QYfBfxOGyeFA==";
constexpr std::string_view kVectorReply =
    "t7kOP8Q61h1Lg3ZeGUNgOiqF2tXPqypSudzr7wJXhnz2wR462C4gvVfO2wupn06lahZS0xKK3NA+B1Vxwm1tyPwA4hzK"
    "0ylTONTUQdvrEaeqk1P06hb3ComvLDmrYtCgE6QFbPIE8xk7sfI9lfUJSeyrJnuWADE/jzkEySUKYYVUEHH2JrW3jOhQ"
    "KRCe1/80sQPz/N5JJ3PzedLEBwSBHhWJw3flZWqo3kyQ4x09V9K2MTfOFRqmtlMydOUHqB1vSjwymBFOmr7CEc5CmvF9"
    "WWBUZVmEsmMudCY00nnD8qMUH65f0V6wX2vA0lA00y88y5RHlCy6qRf14yWKjL9ufOh7jsOPxnV7ER4h6R/MEZUgKszH"
    "uhAxsYCok5N+K00G";

Channel vector_channel() {
  auto channel = wecom_channel();
  channel.secrets.insert_or_assign("token", Secret(std::string(kVectorToken)));
  channel.secrets.insert_or_assign("encoding_aes_key", Secret(std::string(kVectorKey)));
  return channel;
}

OwnedRequest handshake(std::string_view signature, std::string_view nonce = "1623324060") {
  OwnedRequest request;
  request.method = "GET";
  request.query = "msg_signature=" + std::string(signature) +
                  "&timestamp=1623292419&nonce=" + std::string(nonce) +
                  "&echostr=" + percent_encode(kVectorEcho);
  return request;
}

TEST(WecomTrust, TheHandshakeAnswersWhatIsSealedInTheEcho) {
  constexpr std::string_view kSignature = "2af78ded0781949e42b57d388227604cc66f78ba";
  const auto answer = [](const OwnedRequest& request, const Channel& channel) {
    return entry().connector->handshake(request.view(), channel).value();
  };
  const auto good = answer(handshake(kSignature), vector_channel());
  ASSERT_TRUE(good) << good.error().detail;
  EXPECT_EQ(good->body, "6058207018001857403");

  EXPECT_EQ(answer(handshake(kSignature, "1623324061"), vector_channel()).error().code,
            Errc::unauthenticated);
  EXPECT_EQ(answer(handshake(""), vector_channel()).error().code, Errc::unauthenticated);
  auto other = vector_channel();
  other.settings["corp_id"] = "ww_another";
  EXPECT_EQ(answer(handshake(kSignature), other).error().code, Errc::unauthenticated);
  other.settings["suite_id"] = kCorpId;
  EXPECT_TRUE(answer(handshake(kSignature), other)) << "sealed for the suite";
  auto bare = vector_channel();
  bare.secrets.erase("encoding_aes_key");
  EXPECT_EQ(answer(handshake(kSignature), bare).error().code, Errc::misconfigured);
}

TEST(WecomTrust, APassiveReplyIsSealedAndSignedAsThePlatformReadsIt) {
  const Send send = send_to("zhangsan", {Text{.text = "好的"}});
  const auto channel = vector_channel();
  const auto reply =
      entry().passive_reply->render({.send = send,
                                     .channel = channel,
                                     .access_token = {},
                                     .now = TimePoint{Milliseconds{1'411'525'903'000}}},
                                    kCorpId, "0123456789abcdef");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "<xml><Encrypt><![CDATA[" + std::string(kVectorReply) +
                             "]]></Encrypt><MsgSignature><![CDATA["
                             "827d1ee26235be5dc93b4de2c7be3ce2ff6924b3]]></MsgSignature>"
                             "<TimeStamp>1411525903</TimeStamp>"
                             "<Nonce><![CDATA[0123456789abcdef]]></Nonce></xml>");
}

TEST(WecomTrust, NothingIsBelievedInTheClear) {
  const auto plain = signed_request(wecom_xml("text", "<Content>a</Content><MsgId>1</MsgId>"), "");
  const auto proven = entry().connector->authenticate(plain.view(), wecom_channel());
  ASSERT_FALSE(proven);
  EXPECT_EQ(proven.error().code, Errc::unauthenticated);
}

struct PartCase {
  const char* name;
  const char* type;
  const char* fields;
  const char* want;  // fallback text
};
void PrintTo(const PartCase& c, std::ostream* out) { *out << c.name; }
const PartCase kParts[] = {
    {"Text", "text", "<Content><![CDATA[你好]]></Content>", "你好"},
    {"Image", "image", "<PicUrl>http://p.qpic.cn/a</PicUrl><MediaId>m</MediaId>", "[image]"},
    {"Voice", "voice", "<MediaId>m</MediaId><Format>amr</Format>", "[voice]"},
    {"Video", "video", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>", "[video]"},
    {"Unknown", "notsure", "", "[unsupported: notsure]"},
};
class WecomPart : public testing::TestWithParam<PartCase> {};
TEST_P(WecomPart, IsRead) {
  const auto parsed =
      parse(wecom_xml(GetParam().type, std::string(GetParam().fields) + "<MsgId>7</MsgId>"));
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& event = parsed.events[0];
  EXPECT_EQ(event.dedup_key, "msgid:7");
  EXPECT_EQ(event.opens_window, "") << "an application may write at any time";
  EXPECT_EQ(event.identity.key,
            (IdentityKey{"wecom:" + std::string(kCorpId), "wecom_userid", "zhangsan"}));
  EXPECT_EQ(message_of(parsed).fallback_text, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, WecomPart, testing::ValuesIn(kParts),
                         [](const auto& test) { return test.param.name; });

TEST(WecomParse, APlaceIsNamedByItsLabel) {
  const auto parsed = parse(
      wecom_xml("location",
                "<Location_X>23.1</Location_X><Location_Y>113.3</Location_Y><Label>海珠区</Label>"
                "<MsgId>1</MsgId>"));
  const auto& place = std::get<Location>(message_of(parsed).content.at(0));
  EXPECT_EQ(place.latitude, 23.1);
  EXPECT_EQ(place.longitude, 113.3);
  EXPECT_EQ(place.name, "海珠区");
}

TEST(WecomParse, ALinkKeepsItsPicture) {
  const auto parsed =
      parse(wecom_xml("link",
                      "<Title>t</Title><Description>d</Description><Url>https://a.cn</Url>"
                      "<PicUrl>https://a.cn/p</PicUrl><MsgId>1</MsgId>"));
  EXPECT_EQ(std::get<Link>(message_of(parsed).content.at(0)).image_url, "https://a.cn/p");
}

struct EventCase {
  const char* name;
  const char* fields;
  const char* key = "";
  OptChange opt = OptChange::none;
  const char* referral = "";
};
void PrintTo(const EventCase& c, std::ostream* out) { *out << c.name; }
const EventCase kEvents[] = {
    {.name = "Subscribe", .fields = "<Event>subscribe</Event>", .opt = OptChange::opted_in},
    {.name = "Unsubscribe", .fields = "<Event>unsubscribe</Event>", .opt = OptChange::opted_out},
    {.name = "EnterAgent", .fields = "<Event>enter_agent</Event><EventKey></EventKey>"},
    {.name = "Click",
     .fields = "<Event>click</Event><EventKey>HELP</EventKey>",
     .key = "HELP",
     .referral = "HELP"},
    {.name = "View",
     .fields = "<Event>VIEW</Event><EventKey>www.qq.com</EventKey>",
     .key = "www.qq.com",
     .referral = "www.qq.com"},
    {.name = "SomebodyElsesCard",
     .fields = "<Event>template_card_event</Event><EventKey>k</EventKey><TaskId>crm-1</TaskId>",
     .key = "k"},
    {.name = "NeverHeardOf", .fields = "<Event>holo</Event>"},
};
class WecomEvent : public testing::TestWithParam<EventCase> {};
TEST_P(WecomEvent, IsASignal) {
  const auto parsed = parse(wecom_xml("event", GetParam().fields));
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& event = parsed.events[0];
  const auto& signal = std::get<SignalIn>(event.what);
  EXPECT_EQ(event.dedup_key, "zhangsan:1348831860:" + signal.platform_event.type);
  EXPECT_EQ(signal.platform_event.key, GetParam().key);
  EXPECT_EQ(event.opt, GetParam().opt);
  EXPECT_EQ(event.referral ? event.referral->code : "", GetParam().referral);
}
INSTANTIATE_TEST_SUITE_P(Table, WecomEvent, testing::ValuesIn(kEvents),
                         [](const auto& test) { return test.param.name; });

TEST(WecomParse, AButtonOfOurCardIsAnAnswer) {
  const auto parsed = parse(wecom_xml("event",
                                      "<Event>template_card_event</Event><EventKey>yes</EventKey>"
                                      "<TaskId>parley-abc-0</TaskId>"));
  const auto& chosen = std::get<ActionResponse>(message_of(parsed).content.at(0));
  EXPECT_EQ(chosen.payload, "yes");
  EXPECT_EQ(message_of(parsed).external_id, "parley-abc-0:yes");
  EXPECT_TRUE(parsed.events[0].dedup_key.ends_with("parley-abc-0:yes"));
}

TEST(WecomParse, WhatNoMemberDidIsNoEvent) {
  const auto bell = parse(kf_bell());
  EXPECT_TRUE(bell.events.empty() && bell.bells.empty() && !bell.stopped);
  const auto ticket = parse(
      "<xml><SuiteId>s</SuiteId><InfoType>suite_ticket</InfoType><TimeStamp>1</TimeStamp></xml>");
  EXPECT_TRUE(ticket.events.empty() && !ticket.stopped);
  const auto nonsense = parse("<xml><ToUserName>a</ToUserName></xml>");
  EXPECT_EQ(nonsense.stopped.value().code, Errc::malformed);
}

std::string to_member(std::string_view type, std::string_view content) {
  return R"({"touser":"zhangsan","msgtype":")" + std::string(type) + R"(","agentid":1000002,")" +
         std::string(type) + R"(":)" + std::string(content) + "}";
}

struct SendCase {
  const char* name;
  std::vector<Part> content;
  std::vector<Action> actions;
  std::vector<std::string> want;
  std::size_t degraded = 0;
};
void PrintTo(const SendCase& c, std::ostream* out) { *out << c.name; }

Link article() {
  Link part;
  part.url = "https://a.cn";
  part.title = "标题";
  part.description = "d";
  part.image_url = "https://a.cn/p.jpg";
  return part;
}

const SendCase kSends[] = {
    {"Text", {Text{.text = "你好"}}, {}, {to_member("text", R"({"content":"你好"})")}},
    {"Markdown",
     {Text{.text = "**a**", .format = TextFormat::markdown}},
     {},
     {to_member("markdown", R"({"content":"**a**"})")}},
    {"HtmlIsPlain",
     {Text{.text = "<b>a</b>", .format = TextFormat::html}},
     {},
     {to_member("text", R"({"content":"<b>a</b>"})")},
     1},
    {"Image", {media_of(MediaKind::image, "M")}, {}, {to_member("image", R"({"media_id":"M"})")}},
    {"File", {media_of(MediaKind::file, "M")}, {}, {to_member("file", R"({"media_id":"M"})")}},
    {"Voice", {media_of(MediaKind::voice, "M")}, {}, {to_member("voice", R"({"media_id":"M"})")}},
    {"Video",
     {[] {
       auto part = media_of(MediaKind::video, "M");
       part.name = "片";
       return part;
     }()},
     {},
     {to_member("video", R"({"media_id":"M","title":"片"})")}},
    {"Link",
     {article()},
     {},
     {to_member("news", R"({"articles":[{"title":"标题","description":"d","url":"https://a.cn",)"
                        R"("picurl":"https://a.cn/p.jpg"}]})")}},
    {"QuickRepliesAreACard",
     {Text{.text = "满意吗？"}},
     {act(ActionType::reply, "满意", "yes"), act(ActionType::postback, "不满意", "no")},
     {to_member(
         "template_card",
         R"({"card_type":"button_interaction","main_title":{"title":"满意吗？"},)"
         R"("task_id":"parley-0123456789abcdef0123456789abcdef-0","button_list":[)"
         R"({"text":"满意","style":1,"key":"yes"},{"text":"不满意","style":1,"key":"no"}]})")}},
    {"LinksUnderATextAreLines",
     {Text{.text = "看"}},
     {act(ActionType::link, "官网", "", "https://a.cn")},
     {to_member("text", R"({"content":"看\n官网 https://a.cn"})")},
     1},
    {"TemplatesAreUnknownHere",
     {Text{.text = "a"}, Template{.name = "T"}},
     {},
     {to_member("text", R"({"content":"a"})")},
     1},
};
class WecomSend : public testing::TestWithParam<SendCase> {};
TEST_P(WecomSend, AsksExactly) {
  const auto& c = GetParam();
  const auto played = play(entry(), wecom_channel(), send_to("zhangsan", c.content, c.actions));
  EXPECT_EQ(played.bodies(), c.want);
  EXPECT_EQ(played.degraded().size(), c.degraded);
  for (const auto& call : played.calls) {
    EXPECT_EQ(call.url, "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=TOKEN");
  }
}
INSTANTIATE_TEST_SUITE_P(Table, WecomSend, testing::ValuesIn(kSends),
                         [](const auto& test) { return test.param.name; });

TEST(WecomSends, OurSoundGoesUpAsVoiceOrFile) {
  auto amr = media_of(MediaKind::voice, "", kOurs);
  amr.mime = "audio/amr";
  auto mp3 = media_of(MediaKind::voice, "", kOurs);
  mp3.mime = "audio/mpeg";
  const auto played = play(entry(), wecom_channel(), send_to("zhangsan", {amr, mp3}),
                           {R"({"errcode":0,"media_id":"A"})", R"({"errcode":0,"msgid":"s1"})",
                            R"({"errcode":0,"media_id":"B"})", R"({"errcode":0,"msgid":"s2"})"});
  ASSERT_EQ(played.calls.size(), 4u);
  EXPECT_TRUE(played.calls[0].url.ends_with("/cgi-bin/media/upload?access_token=TOKEN&type=voice"));
  EXPECT_EQ(played.calls[1].body, to_member("voice", R"({"media_id":"A"})"));
  EXPECT_TRUE(played.calls[2].url.ends_with("&type=file")) << "only AMR is a voice here";
  EXPECT_EQ(played.calls[3].body, to_member("file", R"({"media_id":"B"})"));
  EXPECT_EQ(std::get<Sent>(played.end).external_ids, (std::vector<std::string>{"s1", "s2"}));
}

TEST(WecomSends, ARecipientIsOneMember) {
  for (const char* to : {"", "@all", "zhangsan|lisi", "@everyone"}) {
    const auto played = play(entry(), wecom_channel(), send_to(to, {Text{.text = "a"}}));
    EXPECT_EQ(played.code(), Errc::rejected) << to;
    EXPECT_TRUE(played.calls.empty()) << to;
  }
}

struct AnswerCase {
  const char* name;
  const char* answer;
  Errc want;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }
const AnswerCase kAnswers[] = {
    {"Busy", R"({"errcode":-1})", Errc::unavailable},
    {"Throttled", R"({"errcode":45009})", Errc::throttled},
    {"AddressNotTrusted", R"({"errcode":60020,"errmsg":"not allow to access from your ip"})",
     Errc::misconfigured},
    {"BadAgent", R"({"errcode":40056})", Errc::misconfigured},
    {"NobodyLeft", R"({"errcode":81013})", Errc::rejected},
    {"LeftOut", R"({"errcode":0,"errmsg":"ok","invaliduser":"zhangsan"})", Errc::rejected},
    {"NeverHeardOf", R"({"errcode":123456})", Errc::rejected},
    {"NotJson", "oops", Errc::unavailable},
};
class WecomAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(WecomAnswer, ObligesUs) {
  const auto played =
      play(entry(), wecom_channel(), send_to("zhangsan", {Text{.text = "a"}}), {GetParam().answer});
  EXPECT_EQ(played.code(), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, WecomAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(WecomTokens, AreAskedForWithTheSecretAndRenewedWhenRefused) {
  const auto call = entry().token_source->request(wecom_channel(), false);
  EXPECT_EQ(call.method, "GET");
  EXPECT_EQ(call.url, "https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=" +
                          std::string(kCorpId) + "&corpsecret=AppSecretOfTests");
  const auto token = entry().token_source->read(
      {.status = 200,
       .headers = {},
       .body = R"({"errcode":0,"errmsg":"ok","access_token":"T","expires_in":7200})"});
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value.reveal(), "T");
  EXPECT_EQ(token->lifetime, Milliseconds{7'200'000});
  const auto bad = entry().token_source->read(
      {.status = 200, .headers = {}, .body = R"({"errcode":40001,"errmsg":"invalid credential"})"});
  EXPECT_EQ(bad.error().code, Errc::misconfigured);
  for (const char* answer : {R"({"errcode":40014})", R"({"errcode":42001})"}) {
    const auto played =
        play(entry(), wecom_channel(), send_to("zhangsan", {Text{.text = "a"}}), {answer});
    EXPECT_TRUE(std::holds_alternative<RefreshToken>(played.end)) << answer;
  }
}

TEST(WecomSettings, MustMakeSense) {
  EXPECT_EQ(entry().connector->check(wecom_channel()), "");
  auto channel = wecom_channel();
  channel.settings["agent_id"] = "app";
  EXPECT_NE(entry().connector->check(channel), "");
  channel = wecom_channel();
  channel.secrets.insert_or_assign("encoding_aes_key", Secret("short"));
  EXPECT_NE(entry().connector->check(channel), "");
}

}  // namespace
}  // namespace parley::connectors
