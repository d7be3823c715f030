#include "tests/connectors/alipay_support.hpp"
#include "tests/connectors/play_dialogue.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using namespace testing_support::dialogue;

const Entry& entry() {
  static const Entry kEntry = make_alipay();
  return kEntry;
}

Parsed parse_form(const AlipayForm& form) {
  return entry().connector->parse(alipay_signed(form).view(), alipay_channel());
}
Parsed parse(const std::string& xml) { return parse_form(alipay_form(xml)); }

const Incoming& only(const Parsed& parsed) {
  EXPECT_FALSE(parsed.stopped.has_value()) << parsed.stopped->detail;
  EXPECT_EQ(parsed.events.size(), 1u);
  return parsed.events.at(0);
}

const Message& message(const Incoming& in) { return std::get<MessageIn>(in.what).message; }

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const auto start = text.find(from) + from.size();
  return text.substr(start, text.find(to, start) - start);
}

// The answer's signature, checked as the platform does: over what <response> holds.
bool is_signed_by_us(const std::string& body) {
  const auto signature = from_base64(between(body, "<sign>", "</sign>"));
  const auto key = "-----BEGIN KEY-----" + kAlipayAppPublicKey + "-----END KEY-----";
  return signature &&
         verify_rsa_sha256(key, between(body, "<response>", "</response>"), *signature);
}

TEST(AlipayTrust, SignsWhatTheManualSays) {
  EXPECT_EQ(alipay::signed_text({{"sign", "x"},
                                 {"sign_type", "RSA2"},
                                 {"service", "s"},
                                 {"empty", ""},
                                 {"charset", "GBK"},
                                 {"biz_content", "a=b&c"}}),
            "biz_content=a=b&c&charset=GBK&service=s&sign_type=RSA2");
}

TEST(AlipayTrust, AnswersTheConsolesCheckWithOurKey) {
  auto form = alipay_form("<XML><EventType><![CDATA[verifygw]]></EventType></XML>");
  form["service"] = "alipay.service.check";
  const auto reply = entry().connector->handshake(alipay_signed(form).view(), alipay_channel());
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((*reply)->content_type, "text/xml; charset=GBK");
  EXPECT_EQ(between((*reply)->body, "<biz_content>", "</biz_content>"), kAlipayAppPublicKey);
  EXPECT_TRUE((*reply)->body.contains("<response><success>true</success>"));
  EXPECT_TRUE((*reply)->body.contains("<sign_type>RSA2</sign_type>"));
  EXPECT_TRUE(is_signed_by_us((*reply)->body));

  form["sign"] = "AAAA";
  const auto forged = entry().connector->handshake(alipay_posted(form).view(), alipay_channel());
  ASSERT_TRUE(forged.has_value());
  EXPECT_EQ(forged->error().code, Errc::unauthenticated);
}

TEST(AlipayTrust, AMessageIsAcknowledgedWithASignedAnswer) {
  const auto request = alipay_signed(alipay_form(alipay_text("hello")));
  EXPECT_FALSE(entry().connector->handshake(request.view(), alipay_channel()).has_value());
  const auto reply = entry().connector->acknowledge(request.view(), alipay_channel());
  EXPECT_EQ(between(reply.body, "<response>", "</response>"),
            "<XML><ToUserId><![CDATA[2088402125991030]]></ToUserId>"
            "<AppId><![CDATA[2016022201155812]]></AppId><CreateTime>1760000000</CreateTime>"
            "<MsgType><![CDATA[ack]]></MsgType></XML>");
  EXPECT_TRUE(is_signed_by_us(reply.body));
}

TEST(AlipayTrust, KeysMayBeBareOrPemAndMustBeTheRightOnes) {
  const auto check = [](std::string own, std::string theirs) {
    auto channel = alipay_channel();
    channel.secrets.insert_or_assign("app_private_key", Secret(std::move(own)));
    channel.secrets.insert_or_assign("alipay_public_key", Secret(std::move(theirs)));
    return entry().connector->check(channel);
  };
  EXPECT_EQ(check(kAlipayAppKey, kAlipayTheirPublicKey), "");
  EXPECT_EQ(check("-----BEGIN PRIVATE KEY-----\n" + kAlipayAppKey + "\n-----END PRIVATE KEY-----\n",
                  "-----BEGIN PUBLIC KEY-----\r\n" + kAlipayTheirPublicKey +
                      "\r\n-----END PUBLIC KEY-----\r\n"),
            "");
  EXPECT_TRUE(check("x", kAlipayTheirPublicKey).contains("app_private_key"));
  EXPECT_TRUE(check(kAlipayAppKey, "x").contains("alipay_public_key"));
  EXPECT_TRUE(check(kAlipayAppKey, kAlipayAppPublicKey).contains("own"));
}

TEST(AlipayParse, ATextSaysWhoAndWhen) {
  const auto parsed = parse(alipay_text("\xc4\xe3\xba\xc3"));
  const auto& in = only(parsed);
  EXPECT_EQ(message(in).fallback_text, "你好");
  EXPECT_EQ(message(in).external_id, "160308464406000001");
  EXPECT_EQ(in.dedup_key, "160308464406000001");
  EXPECT_EQ(in.account, "2016022201155812");
  EXPECT_EQ(in.identity.key.scope, "alipay");
  EXPECT_EQ(in.identity.key.value, "2088402125991030");
  EXPECT_EQ(in.identity.display_name, "*Li");
  EXPECT_EQ(in.recipient, "2088402125991030");
  EXPECT_EQ(in.opens_window, "user_message");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1457426646396}});
}

TEST(AlipayParse, OlderPushesNameThePersonForThisAppOnly) {
  auto xml = alipay_text("hello");
  xml.replace(xml.find("2088402125991030"), 16, "");
  const auto parsed = parse(xml);
  EXPECT_EQ(only(parsed).identity.key.scope, "alipay:2016022201155812");
  EXPECT_EQ(only(parsed).identity.key.value, "20880037081313300931049260316403");
}

TEST(AlipayParse, ReadsBothEncodings) {
  const auto parsed = parse_form(alipay_form(alipay_text("你好"), "UTF-8"));
  EXPECT_EQ(message(only(parsed)).fallback_text, "你好");
  const auto declared = parse("<?xml version=\"1.0\" encoding=\"gbk\"?>" + alipay_text("\xba\xc3"));
  EXPECT_EQ(message(only(declared)).fallback_text, "好");
  EXPECT_TRUE(parse_form(alipay_form(alipay_text("x"), "no-such-charset")).stopped.has_value());
  // One byte that is not GBK does not lose the message.
  EXPECT_EQ(message(only(parse(alipay_text("a\xff")))).fallback_text, "a\uFFFD");
}

struct ContentRow {
  const char *name, *type, *extra, *shown;
  const char* file = "";
};
void PrintTo(const ContentRow& row, std::ostream* out) { *out << row.name; }

const ContentRow kContents[] = {
    {"TextWithoutContent", "text", "<Text><![CDATA[hi]]></Text>", "hi"},
    {"EmptyText", "text", "<Text></Text>", "[unsupported: text]"},
    {"Image", "image", "<Image><MediaId><![CDATA[M1]]></MediaId></Image>", "[image]", "M1"},
    {"ImageWithoutAFile", "image", "", "[unsupported: image]"},
    {"UnknownType", "shop", "", "[unsupported: shop]"},
};

class AlipayContent : public testing::TestWithParam<ContentRow> {};
TEST_P(AlipayContent, BecomesAPart) {
  const auto parsed = parse(alipay_xml(GetParam().type, GetParam().extra));
  const auto& said = message(only(parsed));
  EXPECT_EQ(said.fallback_text, GetParam().shown);
  const auto* media = std::get_if<Media>(&said.content.at(0));
  EXPECT_EQ(media == nullptr ? "" : media->platform_id, GetParam().file);
}
INSTANTIATE_TEST_SUITE_P(Table, AlipayContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

struct EventRow {
  const char *type, *window;
  OptChange opt;
};

TEST(AlipayParse, EventsMeanWhatTheyMean) {
  constexpr EventRow kRows[] = {{"follow", "follow", OptChange::opted_in},
                                {"unfollow", "", OptChange::opted_out},
                                {"click", "menu_click", OptChange::none},
                                {"enter", "", OptChange::none},
                                {"something_new", "", OptChange::none}};
  for (const auto& row : kRows) {
    const auto parsed = parse(alipay_event(row.type, "k1"));
    const auto& in = only(parsed);
    EXPECT_EQ(std::get<SignalIn>(in.what).platform_event.type, row.type);
    EXPECT_EQ(std::get<SignalIn>(in.what).platform_event.key, "k1");
    EXPECT_EQ(in.opens_window, row.window) << row.type;
    EXPECT_EQ(in.opt, row.opt) << row.type;
  }
  const auto clicked = parse(alipay_event("click", "k1"));
  EXPECT_EQ(only(clicked).referral->code, "k1");
  const auto scanned = parse(alipay_event("enter", R"({"scene":{"sceneId":"shop7"}})"));
  EXPECT_EQ(only(scanned).referral->code, "shop7");
  EXPECT_FALSE(only(parse(alipay_event("enter", R"({"scene":"shop7"})"))).referral.has_value());
}

// Events have no id.
TEST(AlipayParse, EventsAreToldApartByWhatHappenedWhen) {
  const auto key = [](const std::string& xml) { return only(parse(xml)).dedup_key; };
  EXPECT_EQ(key(alipay_event("click", "a")), key(alipay_event("click", "a")));
  EXPECT_NE(key(alipay_event("click", "a")), key(alipay_event("click", "b")));
  EXPECT_NE(key(alipay_event("follow", "")), key(alipay_event("unfollow", "")));
}

TEST(AlipayParse, WhatIsNotReadable) {
  auto other = alipay_text("hello");
  other.replace(other.find("2016022201155812"), 16, "2016022201155813");
  auto timeless = alipay_text("hello");
  timeless.replace(timeless.find("1457426646396"), 13, "soon");
  for (const auto& xml : {other, timeless, alipay_xml("", ""), alipay_event("", ""),
                          std::string("{}"), std::string("<!DOCTYPE x><XML/>"), std::string()}) {
    EXPECT_TRUE(parse(xml).stopped.has_value()) << xml;
  }
}

constexpr std::string_view kAnswer = "alipay_open_public_message_custom_send_response";

Said says(std::string_view code, std::string_view sub = {}, std::string_view name = kAnswer) {
  return {200, "{\"" + std::string(name) + R"(":{"code":")" + std::string(code) +
                   R"(","msg":"m","sub_code":")" + std::string(sub) + R"("},"sign":"s"})"};
}

Played send(std::vector<Part> content, std::vector<Said> script) {
  return play(entry(), alipay_channel(), send_to("2088402125991030", std::move(content)), script,
              TimePoint{Milliseconds{1760000000000}});
}

std::string_view query_of(const HttpCall& call) {
  return std::string_view(call.url).substr(call.url.find('?') + 1);
}

TEST(AlipaySend, ATextIsASignedCall) {
  const auto done = send({Text{.text = "您好"}}, {says("10000")});
  ASSERT_EQ(done.calls.size(), 1u);
  const auto& call = done.calls[0];
  EXPECT_TRUE(call.url.starts_with("https://openapi.alipay.com/gateway.do?"));
  EXPECT_EQ(form_value(call.body, "biz_content"),
            R"({"to_user_id":"2088402125991030","msg_type":"text","text":{"content":"您好"},)"
            R"("chat":"1"})");
  EXPECT_EQ(form_value(query_of(call), "timestamp"), "2025-10-09 16:53:20");  // Beijing's
  // Checked as the platform checks: over the fields of address and body together.
  AlipayForm fields;
  for (const char* name :
       {"app_id", "charset", "format", "method", "sign_type", "timestamp", "version"}) {
    fields[name] = form_value(query_of(call), name);
    EXPECT_NE(fields[name], "") << name;
  }
  fields["biz_content"] = form_value(call.body, "biz_content");
  const auto signature = from_base64(form_value(query_of(call), "sign"));
  ASSERT_TRUE(signature.has_value());
  const auto key = "-----BEGIN KEY-----" + kAlipayAppPublicKey + "-----END KEY-----";
  EXPECT_TRUE(verify_rsa_sha256(key, alipay::signed_text(fields), *signature));
  EXPECT_TRUE(done.sent().external_ids.empty());  // it names none
}

TEST(AlipaySend, ALinkIsAnArticle) {
  Link link;
  link.url = "https://a.cn";
  link.title = "T";
  link.description = "d";
  link.image_url = "https://a.cn/i";
  const auto done = send({link}, {says("10000")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(form_value(done.calls[0].body, "biz_content"),
            R"({"to_user_id":"2088402125991030","msg_type":"image-text","articles":[{"title":"T",)"
            R"("desc":"d","image_url":"https://a.cn/i","url":"https://a.cn"}],"chat":"1"})");
}

// The platform's own sample has all of these members.
TEST(AlipaySend, ATemplateIsACallOfItsOwn) {
  Template approved;
  approved.name = "e44cd3e5";
  approved.url = "https://a.cn/o/7";
  approved.parameters = {{"1", "HU7142"},
                         {"first", "您好"},
                         {"body.remark", "谢谢"},
                         {"header.image", "https://a.cn/i"}};
  const auto done =
      send({approved}, {says("10000", {}, "alipay_open_public_message_single_send_response")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(form_value(query_of(done.calls[0]), "method"),
            "alipay.open.public.message.single.send");
  EXPECT_EQ(form_value(done.calls[0].body, "biz_content"),
            R"({"to_user_id":"2088402125991030","template":{"template_id":"e44cd3e5","context":{)"
            R"("head_color":"#1677ff","url":"https://a.cn/o/7","action_name":"查看详情",)"
            R"("keyword1":{"color":"#333333","value":"HU7142"},)"
            R"("first":{"color":"#333333","value":"您好"},)"
            R"("remark":{"color":"#333333","value":"谢谢"}}}})");
  EXPECT_EQ(done.sent().degraded,
            std::vector<std::string>{"template: no place for parameter header.image"});

  approved.url.clear();
  const auto refused = send({approved}, {});
  EXPECT_TRUE(refused.calls.empty());
  EXPECT_EQ(refused.error().code, Errc::rejected);
}

TEST(AlipaySend, WithoutAKeyNothingGoesOut) {
  auto channel = alipay_channel();
  channel.secrets.insert_or_assign("app_private_key", Secret("x"));
  const auto done =
      play(entry(), channel, send_to("2088402125991030", {Text{.text = "a"}}), {says("10000")});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(done.error().code, Errc::misconfigured);
}

struct ErrorRow {
  const char* name;
  Said said;
  Errc code;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const ErrorRow& row, std::ostream* out) { *out << row.name; }

const ErrorRow kErrors[] = {
    {"NotAFollower", says("11011"), Errc::recipient_gone},
    {"TooMany", says("40005", "isv.app-call-limited"), Errc::throttled},
    {"TooManyOfOneKind", says("40005", "isv.method-call-limited"), Errc::throttled},
    {"WrongSignature", says("40002", "isv.invalid-signature", "error_response"),
     Errc::misconfigured},
    {"NoSuchApp", says("40002", "isv.invalid-app-id", "error_response"), Errc::misconfigured},
    {"NoPermission", says("40006", "isv.insufficient-isv-permissions"), Errc::misconfigured},
    {"Refused", says("40004", "PUSH_FAILED"), Errc::rejected},
    {"Busy", says("20000", "isp.unknow-error", "error_response"), Errc::unavailable,
     Delivery::unknown},
    {"CodeIsNoCode", says("<b>"), Errc::unavailable, Delivery::unknown},
    {"NoJson", {200, "OK"}, Errc::unavailable, Delivery::unknown},
    {"ServerError", {502, "<html>"}, Errc::unavailable, Delivery::unknown},
};

class AlipayError : public testing::TestWithParam<ErrorRow> {};
TEST_P(AlipayError, MeansThis) {
  const auto done = send({Text{.text = "secret words"}}, {GetParam().said});
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_EQ(done.error().delivery, GetParam().delivery);
  EXPECT_FALSE(done.error().detail.contains("secret words"));
}
INSTANTIATE_TEST_SUITE_P(Table, AlipayError, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace parley::connectors
