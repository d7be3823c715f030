// What the platform pushes, and what it means to us.
#include <gtest/gtest.h>

#include <limits>

#include "tests/connectors/wechat_oa_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

Parsed parse(const std::string& body) {
  return make_wechat_oa().connector->parse(wechat_plain(body).view(), wechat_channel("plaintext"));
}

const Message& message_of(const Parsed& parsed) {
  return std::get<MessageIn>(parsed.events.at(0).what).message;
}

Media media(MediaKind kind, std::string platform_id) {
  Media part;
  part.kind = kind;
  part.platform_id = std::move(platform_id);
  return part;
}

Part image() {
  auto part = media(MediaKind::image, "m1");
  part.url = "http://mmbiz.qpic.cn/p";
  return part;
}
Part voice(std::string mime, std::string transcript) {
  auto part = media(MediaKind::voice, "m1");
  part.mime = std::move(mime);
  part.transcript = std::move(transcript);
  return part;
}
Part video() {
  auto part = media(MediaKind::video, "m1");
  part.thumbnail = "t1";
  return part;
}
Part place() {
  Location part;
  part.latitude = 23.137466;
  part.longitude = 113.352425;
  part.name = "广州市海珠区";  // all that is known of the place
  part.address = part.name;
  return part;
}
Part link() {
  Link part;
  part.url = "http://a.cn/?b=1&c=2";
  part.title = "标题";
  part.description = "描述";
  return part;
}
Part page() {
  Card card;
  card.title = "店";
  card.image_url = "http://t.cn/x";
  Action open;
  open.type = ActionType::mini_program;
  open.title = "店";
  open.app_id = "wx1";
  open.page = "pages/a?b=1";
  card.actions.push_back(open);
  return card;
}
Part text(std::string said) {
  Text part;
  part.text = std::move(said);
  return part;
}
Part unsupported(std::string type, std::string reference) {
  Unsupported part;
  part.provider_type = std::move(type);
  part.raw_ref = std::move(reference);
  return part;
}

struct MessageCase {
  const char* name;
  const char* type;
  std::string fields;
  Part want;
};
void PrintTo(const MessageCase& c, std::ostream* out) { *out << c.name; }

const MessageCase kMessages[] = {
    {"Text", "text", "<Content><![CDATA[你好 👋]]></Content>", text("你好 👋")},
    {"TextEmpty", "text", "<Content></Content>", text("")},
    {"TextWithoutContent", "text", "", text("")},
    {"TextOfASpace", "text", "<Content> </Content>", text(" ")},
    {"TextEntities", "text", "<Content>a &lt;b&gt; &amp; &#x4f60;</Content>", text("a <b> & 你")},
    {"TextSplitCdata", "text", "<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>", text("a]]>b")},
    {"TextThatLooksLikeXml", "text", "<Content><![CDATA[<!DOCTYPE html><b>]]></Content>",
     text("<!DOCTYPE html><b>")},
    {"TextWithLineEnds", "text", "<Content><![CDATA[a\nb]]></Content>", text("a\nb")},
    {"Image", "image", "<PicUrl>http://mmbiz.qpic.cn/p</PicUrl><MediaId>m1</MediaId>", image()},
    {"Voice", "voice", "<MediaId>m1</MediaId><Format>amr</Format>", voice("audio/amr", "")},
    {"VoiceRecognised", "voice",
     "<MediaId>m1</MediaId><Format>mp3</Format><Recognition><![CDATA[退款]]></Recognition>",
     voice("audio/mpeg", "退款")},
    {"VoiceWithoutFormat", "voice", "<MediaId>m1</MediaId>", voice("", "")},
    {"Video", "video", "<MediaId>m1</MediaId><ThumbMediaId>t1</ThumbMediaId>", video()},
    {"ShortVideo", "shortvideo", "<MediaId>m1</MediaId><ThumbMediaId>t1</ThumbMediaId>", video()},
    {"Location", "location",
     "<Location_X>23.137466</Location_X><Location_Y>113.352425</Location_Y><Scale>20</Scale>"
     "<Label><![CDATA[广州市海珠区]]></Label>",
     place()},
    {"LocationWithoutNumbers", "location", "<Location_X>north</Location_X>",
     unsupported("location", "")},
    {"Link", "link",
     "<Title>标题</Title><Description>描述</Description><Url>http://a.cn/?b=1&amp;c=2</Url>",
     link()},
    {"MiniProgramPage", "miniprogrampage",
     "<Title>店</Title><AppId>wx1</AppId><PagePath>pages/a?b=1</PagePath>"
     "<ThumbUrl>http://t.cn/x</ThumbUrl><ThumbMediaId>t</ThumbMediaId>",
     page()},
    {"Unknown", "hologram", "<MediaId>m9</MediaId>", unsupported("hologram", "m9")},
    {"TypeInOtherCase", "Text", "<Content>x</Content>", unsupported("Text", "")},
};

class WechatOaMessage : public testing::TestWithParam<MessageCase> {};
TEST_P(WechatOaMessage, BecomesAPart) {
  const auto& c = GetParam();
  const auto parsed = parse(wechat_xml(c.type, c.fields + "<MsgId>6054768590064713728</MsgId>"));
  ASSERT_FALSE(parsed.stopped) << parsed.stopped->detail;
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& event = parsed.events[0];
  EXPECT_EQ(event.dedup_key, "msgid:6054768590064713728");
  EXPECT_EQ(event.account, "gh_1");
  EXPECT_EQ(event.recipient, "oUser");
  EXPECT_EQ(event.identity.key, (IdentityKey{"wx", "wechat_openid", "oUser"}));
  EXPECT_EQ(event.occurred_at, TimePoint{Milliseconds{1'348'831'860'000}});
  EXPECT_EQ(event.opens_window, "user_message");
  EXPECT_EQ(event.opt, OptChange::none);
  EXPECT_FALSE(event.referral.has_value());
  const auto& message = message_of(parsed);
  EXPECT_EQ(message.external_id, "6054768590064713728");
  EXPECT_EQ(message.external_time, event.occurred_at);
  EXPECT_EQ(message.direction, Direction::inbound);
  EXPECT_EQ(message.author.type, AuthorType::customer);
  ASSERT_EQ(message.content.size(), 1u);
  EXPECT_TRUE(message.content[0] == c.want);
  EXPECT_EQ(message.fallback_text, fallback_text(message.content));
  EXPECT_NE(message.channel_data.find("\"MsgType\":\"" + std::string(c.type) + "\""),
            std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaMessage, testing::ValuesIn(kMessages),
                         [](const auto& test) { return test.param.name; });

TEST(WechatOaParse, AMenuChoiceIsTextAndAction) {
  const auto parsed = parse(wechat_xml(
      "text", "<Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid><MsgId>1</MsgId>"));
  const auto& content = message_of(parsed).content;
  ASSERT_EQ(content.size(), 2u);
  EXPECT_TRUE(content[0] == text("满意"));
  EXPECT_EQ(std::get<ActionResponse>(content[1]).payload, "101");
}

TEST(WechatOaParse, LargeIdsKeepEveryDigit) {
  const auto parsed =
      parse(wechat_xml("text", "<Content>x</Content><MsgId>18446744073709551615</MsgId>"));
  EXPECT_EQ(message_of(parsed).external_id, "18446744073709551615");
  EXPECT_EQ(parsed.events[0].dedup_key, "msgid:18446744073709551615");
}

TEST(WechatOaParse, ExtrasAreKept) {
  const auto parsed = parse(wechat_xml(
      "text", "<Content>x</Content><MsgId>1</MsgId><Idx>2</Idx><New><A>1</A><A>2</A></New>"));
  EXPECT_EQ(message_of(parsed).channel_data,
            R"({"Idx":"2","MsgType":"text","New.A.0":"1","New.A.1":"2"})");
}

struct TimeCase {
  const char* name;
  const char* text;
  std::int64_t want_ms;  // 0: none
};
void PrintTo(const TimeCase& c, std::ostream* out) { *out << c.name; }

const TimeCase kTimes[] = {
    {"Seconds", "1348831860", 1'348'831'860'000},
    {"EarlySeconds", "123456789", 123'456'789'000},
    {"Milliseconds", "1518774424438", 1'518'774'424'438},
    {"Missing", "", 0},
    {"Negative", "-1", 0},
    {"Zero", "0", 0},
    {"Word", "now", 0},
    {"Fraction", "1348831860.5", 0},
    {"Huge", "99999999999999999999", 0},
    {"TooManyDigits", "1348831860000000", 0},
};
class WechatOaTime : public testing::TestWithParam<TimeCase> {};
TEST_P(WechatOaTime, IsReadOrLeftOut) {
  const auto parsed =
      parse(wechat_xml("text", "<Content>x</Content><MsgId>1</MsgId>", GetParam().text));
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto at = parsed.events[0].occurred_at;
  ASSERT_EQ(at.has_value(), GetParam().want_ms != 0);
  if (at) EXPECT_EQ(at->time_since_epoch().count(), GetParam().want_ms);
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaTime, testing::ValuesIn(kTimes),
                         [](const auto& test) { return test.param.name; });

struct EventCase {
  const char* name;
  const char* event;
  const char* fields;
  const char* key = "";
  const char* scene = "";
  const char* window = "";
  const char* referral = "";  // kind:code:source
  OptChange opt = OptChange::none;
  const char* attributes = "";  // name=value;...
};
void PrintTo(const EventCase& c, std::ostream* out) { *out << c.name; }

const EventCase kEvents[] = {
    {.name = "Subscribe",
     .event = "subscribe",
     .fields = "<EventKey></EventKey>",
     .window = "follow",
     .opt = OptChange::opted_in},
    {.name = "SubscribeByQr",
     .event = "subscribe",
     .fields = "<EventKey>qrscene_123</EventKey><Ticket>T</Ticket>",
     .key = "qrscene_123",
     .scene = "123",
     .window = "follow",
     .referral = "qr:123:T",
     .opt = OptChange::opted_in},
    {.name = "SubscribeAfterPaying",
     .event = "subscribe",
     .fields = "<EventKey>last_trade_no_42</EventKey>",
     .key = "last_trade_no_42",
     .window = "follow",
     .opt = OptChange::opted_in},
    {.name = "Unsubscribe", .event = "unsubscribe", .fields = "", .opt = OptChange::opted_out},
    {.name = "Scan",
     .event = "SCAN",
     .fields = "<EventKey>7</EventKey><Ticket>T</Ticket>",
     .key = "7",
     .scene = "7",
     .window = "scan",
     .referral = "qr:7:T"},
    {.name = "Click",
     .event = "CLICK",
     .fields = "<EventKey>REFUND</EventKey>",
     .key = "REFUND",
     .window = "menu_click",
     .referral = "menu:REFUND:"},
    {.name = "View",
     .event = "VIEW",
     .fields = "<EventKey>http://a.cn</EventKey><MenuId>5</MenuId>",
     .key = "http://a.cn",
     .referral = "menu:http://a.cn:",
     .attributes = "MenuId=5;"},
    {.name = "ViewMiniProgram",
     .event = "view_miniprogram",
     .fields = "<EventKey>pages/a</EventKey>",
     .key = "pages/a",
     .referral = "menu:pages/a:"},
    {.name = "ScanCodePush",
     .event = "scancode_push",
     .fields = "<EventKey>6</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType>"
               "<ScanResult>2</ScanResult></ScanCodeInfo>",
     .key = "6",
     .window = "menu_click",
     .attributes = "ScanCodeInfo.ScanResult=2;ScanCodeInfo.ScanType=qrcode;"},
    {.name = "ScanCodeWait",
     .event = "scancode_waitmsg",
     .fields = "<EventKey>6</EventKey>",
     .key = "6",
     .window = "menu_click"},
    {.name = "Pictures",
     .event = "pic_weixin",
     .fields = "<EventKey>6</EventKey><SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>a"
               "</PicMd5Sum></item><item><PicMd5Sum>b</PicMd5Sum></item></PicList></SendPicsInfo>",
     .key = "6",
     .attributes = "SendPicsInfo.Count=2;SendPicsInfo.PicList.item.0.PicMd5Sum=a;"
                   "SendPicsInfo.PicList.item.1.PicMd5Sum=b;"},
    {.name = "SystemCamera", .event = "pic_sysphoto", .fields = ""},
    {.name = "LocationSelect",
     .event = "location_select",
     .fields = "<EventKey>6</EventKey><SendLocationInfo><Location_X>23</Location_X>"
               "</SendLocationInfo>",
     .key = "6",
     .attributes = "SendLocationInfo.Location_X=23;"},
    {.name = "LocationReport",
     .event = "LOCATION",
     .fields = "<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>119</Precision>",
     .attributes = "Latitude=23.1;Longitude=113.3;Precision=119;"},
    {.name = "MassSendFinished",
     .event = "MASSSENDJOBFINISH",
     .fields = "<MsgID>1000001625</MsgID><Status>err(30003)</Status><TotalCount>0</TotalCount>",
     .attributes = "MsgID=1000001625;Status=err(30003);TotalCount=0;"},
    {.name = "SessionOpened",
     .event = "kf_create_session",
     .fields = "<KfAccount>a@b</KfAccount>",
     .attributes = "KfAccount=a@b;"},
    {.name = "SessionClosed",
     .event = "kf_close_session",
     .fields = "<KfAccount>a@b</KfAccount>",
     .attributes = "KfAccount=a@b;"},
    {.name = "SessionSwitched",
     .event = "kf_switch_session",
     .fields = "<FromKfAccount>a@b</FromKfAccount><ToKfAccount>c@b</ToKfAccount>",
     .attributes = "FromKfAccount=a@b;ToKfAccount=c@b;"},
    {.name = "SubscriptionChoices",
     .event = "subscribe_msg_popup_event",
     .fields = "<SubscribeMsgPopupEvent><List><TemplateId>A</TemplateId></List><List><TemplateId>B"
               "</TemplateId></List></SubscribeMsgPopupEvent>",
     .attributes = "SubscribeMsgPopupEvent.List.0.TemplateId=A;"
                   "SubscribeMsgPopupEvent.List.1.TemplateId=B;"},
    {.name = "NobodyKnowsIt",
     .event = "holo_enter_event",
     .fields = "<X>1</X>",
     .attributes = "X=1;"},
};

class WechatOaEvent : public testing::TestWithParam<EventCase> {};
TEST_P(WechatOaEvent, BecomesASignal) {
  const auto& c = GetParam();
  const auto parsed = parse(wechat_event(c.event, c.fields));
  ASSERT_FALSE(parsed.stopped) << parsed.stopped->detail;
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& event = parsed.events[0];
  EXPECT_EQ(event.dedup_key, "oUser:1348831860:" + std::string(c.event));
  EXPECT_EQ(event.account, "gh_1");
  EXPECT_EQ(event.recipient, "oUser");
  EXPECT_EQ(event.opens_window, c.window);
  EXPECT_EQ(event.opt, c.opt);
  std::string referral;
  if (event.referral) {
    referral = event.referral->kind + ":" + event.referral->code + ":" + event.referral->source;
  }
  EXPECT_EQ(referral, c.referral);
  const auto& signal = std::get<SignalIn>(event.what);
  EXPECT_EQ(signal.type, EventType::platform_event);
  EXPECT_EQ(signal.platform_event.type, c.event);
  EXPECT_EQ(signal.platform_event.key, c.key);
  EXPECT_EQ(signal.platform_event.scene, c.scene);
  std::string attributes;
  for (const auto& [name, value] : signal.platform_event.attributes) {
    attributes += name + "=" + std::get<std::string>(value) + ";";
  }
  EXPECT_EQ(attributes, c.attributes);
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaEvent, testing::ValuesIn(kEvents),
                         [](const auto& test) { return test.param.name; });

struct ReceiptCase {
  const char* name;
  const char* event;
  const char* fields;
  std::vector<std::string> want;  // id:state:code
};
void PrintTo(const ReceiptCase& c, std::ostream* out) { *out << c.name; }

const ReceiptCase kReceipts[] = {
    {"Delivered",
     "TEMPLATESENDJOBFINISH",
     "<MsgID>200163836</MsgID><Status>success</Status>",
     {"200163836:delivered:"}},
    {"LargeId",
     "TEMPLATESENDJOBFINISH",
     "<MsgID>18446744073709551615</MsgID><Status>success</Status>",
     {"18446744073709551615:delivered:"}},
    {"Blocked",
     "TEMPLATESENDJOBFINISH",
     "<MsgID>1</MsgID><Status>failed:user block</Status>",
     {"1:failed:recipient_gone"}},
    {"SystemFailed",
     "TEMPLATESENDJOBFINISH",
     "<MsgID>1</MsgID><Status>failed: system failed</Status>",
     {"1:failed:rejected"}},
    {"WithoutId", "TEMPLATESENDJOBFINISH", "<Status>success</Status>", {}},
    {"Subscription",
     "subscribe_msg_sent_event",
     "<SubscribeMsgSentEvent><List><TemplateId>A</TemplateId><MsgID>1</MsgID><ErrorCode>0"
     "</ErrorCode><ErrorStatus>success</ErrorStatus></List><List><MsgID>2</MsgID><ErrorCode>2"
     "</ErrorCode><ErrorStatus>failed:user refuse</ErrorStatus></List></SubscribeMsgSentEvent>",
     {"1:delivered:", "2:failed:2"}},
};

class WechatOaReceipt : public testing::TestWithParam<ReceiptCase> {};
TEST_P(WechatOaReceipt, FollowsTheEvent) {
  const auto& c = GetParam();
  const auto parsed = parse(wechat_event(c.event, c.fields));
  ASSERT_EQ(parsed.events.size(), 1 + c.want.size());
  EXPECT_TRUE(std::holds_alternative<SignalIn>(parsed.events[0].what));
  for (std::size_t i = 0; i < c.want.size(); ++i) {
    const auto& event = parsed.events[i + 1];
    EXPECT_EQ(event.dedup_key, "");
    EXPECT_EQ(event.identity.key.value, "oUser");
    const auto& receipt = std::get<ReceiptIn>(event.what);
    const auto state = receipt.state == DeliveryState::delivered ? "delivered" : "failed";
    EXPECT_EQ(receipt.external_id + ":" + state + ":" + receipt.error_code, c.want[i]);
  }
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaReceipt, testing::ValuesIn(kReceipts),
                         [](const auto& test) { return test.param.name; });

struct RefusedCase {
  const char* name;
  std::string body;
};
void PrintTo(const RefusedCase& c, std::ostream* out) { *out << c.name; }

const RefusedCase kRefused[] = {
    {"NeitherMsgIdNorEvent", wechat_xml("text", "<Content>x</Content>")},
    {"EmptyMsgId", wechat_xml("text", "<Content>x</Content><MsgId></MsgId>")},
    {"HugeMsgId", wechat_xml("text", "<MsgId>" + std::string(129, '1') + "</MsgId>")},
    {"NoType",
     "<xml><ToUserName>a</ToUserName><FromUserName>b</FromUserName>"
     "<CreateTime>1</CreateTime><MsgId>1</MsgId></xml>"},
    {"NoSender",
     "<xml><ToUserName>a</ToUserName><CreateTime>1</CreateTime>"
     "<MsgType>text</MsgType><MsgId>1</MsgId></xml>"},
    {"NoAddressee",
     "<xml><FromUserName>a</FromUserName><CreateTime>1</CreateTime>"
     "<MsgType>text</MsgType><MsgId>1</MsgId></xml>"},
    {"SenderWithSpace",
     "<xml><ToUserName>a</ToUserName><FromUserName>b c</FromUserName>"
     "<MsgType>text</MsgType><MsgId>1</MsgId></xml>"},
    {"EventWithoutName", wechat_xml("event", "<EventKey>x</EventKey>")},
    {"EventWithoutTime", wechat_event("CLICK", "", "")},
    {"OtherRoot", "<json><FromUserName>a</FromUserName></json>"},
    {"StillEncrypted", "<xml><ToUserName>a</ToUserName><Encrypt>AAAA</Encrypt></xml>"},
    {"Doctype", "<!DOCTYPE xml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" +
                    wechat_xml("text", "<Content>&x;</Content><MsgId>1</MsgId>")},
    {"Json", "{\"ToUserName\":\"a\"}"},
};

class WechatOaRefused : public testing::TestWithParam<RefusedCase> {};
TEST_P(WechatOaRefused, IsMalformed) {
  const auto parsed = parse(GetParam().body);
  EXPECT_TRUE(parsed.events.empty());
  ASSERT_TRUE(parsed.stopped.has_value());
  EXPECT_EQ(parsed.stopped->code, Errc::malformed);
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaRefused, testing::ValuesIn(kRefused),
                         [](const auto& test) { return test.param.name; });

TEST(WechatOaParse, AcknowledgesWithSuccess) {
  const auto reply = make_wechat_oa().connector->acknowledge(wechat_plain("<xml/>").view(),
                                                             wechat_channel("plaintext"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "success");
}

}  // namespace
}  // namespace parley::connectors
