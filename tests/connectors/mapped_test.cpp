// Webhooks and sends through mappings: the sample's, the shipped ones, and some made up for one
// trait.
#include <gtest/gtest.h>

#include "connectors/mapped/request_view.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/mapped_support.hpp"

namespace parley::connectors {
namespace {

using namespace mapped_support;

// --- proof, with signatures computed apart from this code

struct VonageCase {
  const char* name;
  const char* auth;
  const char* method;
  const char* signature;
  bool good = true;
};
void PrintTo(const VonageCase& c, std::ostream* out) { *out << c.name; }

const VonageCase kVonage[] = {
    {"Sha256", "signature", "sha256",
     "760be243c1cab04f0065d9a31a15f1ce261e47ab66c3dcc62a2d955846731800"},
    {"UpperCase", "signature", "sha256",
     "760BE243C1CAB04F0065D9A31A15F1CE261E47AB66C3DCC62A2D955846731800"},
    {"Sha512", "signature", "sha512",
     "16579ef9517a7158d72eb4b56e6518c23f6a7502b07069f06b717c5e2ccad5c18ebd39828d37e12753d2c1a1d1166"
     "f"
     "69c774cc2a8bc2d9763f29aeb97871dd73"},
    {"Sha1", "signature", "sha1", "6bfbdada7360679fa130a2c8b33e4dcd49fed7b5"},
    {"HmacMd5", "signature", "md5", "be0b89872957b87a7343c83c61709f9f"},
    {"Md5Hash", "md5", "sha256", "f7e0f1c70d6ce297c2e516a43d6b4c63"},
    {"AnotherMethod", "signature", "sha1",
     "760be243c1cab04f0065d9a31a15f1ce261e47ab66c3dcc62a2d955846731800", false},
    {"NoSuchMethod", "signature", "crc32", "", false},
    {"Cut", "signature", "sha1", "6bfbdada7360679fa130a2c8b33e4dcd49fed7b", false},
};

class MappedVonage : public testing::TestWithParam<VonageCase> {};

TEST_P(MappedVonage, SignsItsFields) {
  const auto& c = GetParam();
  auto over = channel("sms_vonage", c.auth);
  over.settings["signature_method"] = c.method;
  over.secrets["signature_secret"] = Secret("sig-secret");
  const std::string fields =
      "to=15550100&msisdn=15550107&text=a+%26+b+%3D+c&messageId=m1"
      "&timestamp=1760000000&sig=" +
      std::string(c.signature);
  EXPECT_EQ(connector(over).authenticate(form(fields).view(), over).has_value(), c.good);
  EXPECT_EQ(connector(over).authenticate(get(fields).view(), over).has_value(), c.good);
}
INSTANTIATE_TEST_SUITE_P(Table, MappedVonage, testing::ValuesIn(kVonage),
                         [](const auto& test) { return test.param.name; });

TEST(MappedProof, AnAddressAndANonce) {
  auto over = channel("sms_plivo", "signature");
  over.secrets["auth_token"] = Secret("plivo-token");
  auto request = form("From=1&To=2");
  request.query = "any=thing";  // not part of what is signed
  request.headers.emplace_back("x-plivo-signature-v2-nonce", "05429567804466091622");
  request.headers.emplace_back("x-plivo-signature-v2",
                               "jJcgsbuWICKs7BGcBTo1pF3IuQ5gCHcMfv0c8refV9Y=");
  EXPECT_TRUE(connector(over).authenticate(request.view(), over));
  request.headers[1].second = "05429567804466091623";
  EXPECT_FALSE(connector(over).authenticate(request.view(), over));
}

TEST(MappedProof, TheBytesAsTheyCame) {
  auto over = channel("mapped", "signature");
  over.secrets["webhook_secret"] = Secret("acme-secret");
  auto request = post(R"({"a":1})");
  request.headers.emplace_back("x-acme-time", "1760000000");
  request.headers.emplace_back(
      "x-acme-signature",
      "sha256=87bfc33ed8bd3930f1b7a3274f4ae8bb2412b2194550faf73797b07971becba9");
  EXPECT_TRUE(connector(over).authenticate(request.view(), over));
  request.body = R"({"a": 1})";
  EXPECT_FALSE(connector(over).authenticate(request.view(), over));
}

TEST(MappedProof, BasicCredentials) {
  const auto over = channel("sms_bandwidth", "basic");
  auto request = post("[]");
  EXPECT_FALSE(connector(over).authenticate(request.view(), over));
  request.headers.emplace_back("authorization",
                               "Basic YmFuZHdpZHRoOnNlY3JldC13ZWJob29rX3NlY3JldA==");
  EXPECT_TRUE(connector(over).authenticate(request.view(), over));
  request.headers[1].second.back() = 'A';
  EXPECT_FALSE(connector(over).authenticate(request.view(), over));
}

TEST(MappedProof, WhatIsSaidToCoverTheBodyDoes) {
  const auto covers = [](const char* platform) {
    return builtin_registry().find(platform)->connector->capabilities().body_signed;
  };
  EXPECT_TRUE(covers("sms_vonage"));
  EXPECT_FALSE(covers("sms_plivo"));  // its address and a nonce only
  EXPECT_FALSE(covers("sms_clickatell"));
}

TEST(MappedProof, NoneIsBelievedOnlyWhereTheTenantSaysSo) {
  auto over = channel("sms_clickatell", "none");
  EXPECT_TRUE(connector(over).authenticate(post("{}").view(), over));
  over.settings.erase("webhook_auth");
  EXPECT_FALSE(connector(over).authenticate(post("{}").view(), over));
  over.settings["webhook_auth"] = "no_such_proof";
  EXPECT_FALSE(connector(over).authenticate(post("{}").view(), over));
}

// --- inbound

TEST(MappedParse, AnEntryOfAListIsAMessage) {
  const auto parsed = parse(channel("mapped"), post(R"({"events":[{"kind":"sms","id":"a1",
      "phone":"+1 555-0107","to":"15550100","words":"hi","at":1760000000123,
      "files":[{"link":"https://m/1","type":"image/png"},{"link":"https://m/2.mp4"}]}]})"));
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& in = parsed.events[0];
  EXPECT_EQ(in.dedup_key, "a1");
  EXPECT_EQ(in.identity.key, (IdentityKey{"phone", "phone", "+15550107"}));
  EXPECT_EQ(in.recipient, "+15550107");
  EXPECT_EQ(in.account, "15550100");
  EXPECT_EQ(in.occurred_at->time_since_epoch().count(), 1'760'000'000'123);
  const auto& content = message(parsed).content;
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(std::get<Media>(content[0]).kind, MediaKind::image);
  EXPECT_EQ(std::get<Media>(content[1]).kind, MediaKind::video);
  EXPECT_EQ(std::get<Text>(content[2]).text, "hi");
}

TEST(MappedParse, ABadEntryDoesNotLoseItsNeighbours) {
  const auto parsed = parse(channel("mapped"), post(R"({"events":[
      {"kind":"sms","id":"a1","phone":"MTN","words":"no number","to":"15550100"},
      {"kind":"sms","phone":"+15550107","words":"no id","to":"15550100"},
      {"kind":"dance"},
      5,
      {"kind":"sms","id":"a5","phone":"+15550107","words":"late","to":"15550100","at":"noon"},
      {"kind":"sms","id":"a6","phone":"+15550107","words":"good","to":"15550100"},
      {"kind":"receipt","message":"x1","phone":"+15550107","state":"done"},
      {"kind":"receipt","message":"x2","phone":"+15550107","state":"huh"}]})"));
  ASSERT_EQ(parsed.events.size(), 2u);
  EXPECT_EQ(parsed.events[0].dedup_key, "a6");
  EXPECT_EQ(std::get<ReceiptIn>(parsed.events[1].what).external_id, "x1");
  EXPECT_EQ(parsed.events[1].identity.key.value, "+15550107");
  EXPECT_FALSE(parsed.stopped);
}

TEST(MappedParse, NothingGoodIsMalformedAndAnEmptyListIsNot) {
  const auto over = channel("mapped");
  EXPECT_TRUE(parse(over, post(R"({"events":[{"kind":"sms","id":"a"}]})")).stopped);
  EXPECT_TRUE(parse(over, post(R"({"other":[]})")).stopped);
  EXPECT_TRUE(parse(over, post("not json")).stopped);
  const auto empty = parse(over, post(R"({"events":[]})"));
  EXPECT_FALSE(empty.stopped);
  EXPECT_TRUE(empty.events.empty());
}

TEST(MappedParse, AMessageToAnotherNumberIsNotOurs) {
  auto over = channel("sms_plivo");
  const auto to = [&](const char* number) {
    return parse(over, form("From=15550107&Text=hi&MessageUUID=u1&To=" + std::string(number)));
  };
  EXPECT_TRUE(to("15550199").stopped);
  EXPECT_FALSE(to("15550100").stopped);
  EXPECT_FALSE(to("%2B15550100").stopped);
  over.settings["from"] = "ACME";  // a name cannot be answered to: nothing to compare
  EXPECT_FALSE(to("15550199").stopped);
}

TEST(MappedParse, StopIsAFactBesideTheMessage) {
  const auto over = channel("sms_plivo");
  const auto says = [&](const char* text) {
    return parse(over, form("From=15550107&To=15550100&MessageUUID=u1&Text=" + std::string(text)));
  };
  ASSERT_EQ(says("+stop.").events.size(), 2u);
  EXPECT_EQ(says("STOP").events[1].opt, OptChange::opted_out);
  EXPECT_EQ(says("Start").events[1].opt, OptChange::opted_in);
  EXPECT_EQ(says("stop+it+please").events.size(), 1u);
}

TEST(MappedParse, TextsInOtherCharsets) {
  const auto over = channel("sms_clickatell");
  const auto says = [&](const char* text, const char* charset) {
    const auto parsed = parse(over, post(R"({"messageId":"1","fromNumber":"15550107","timestamp":1,
        "text":")" + std::string(text) + R"(","charset":")" +
                                         charset + "\"}"));
    return parsed.stopped ? "stopped" : message(parsed).fallback_text;
  };
  EXPECT_EQ(says("100%21 a+b", "UTF-8"), "100%21 a+b");
  EXPECT_EQ(says("ten%EDa+mucho%21", "ISO-8859-1"), "tenía mucho!");
  EXPECT_EQ(says("%00t%00e%00n%00%ED%00a", "UTF-16BE"), "tenía");
  EXPECT_EQ(says("%4F%60%59%7D%D8%3D%DE%00", "UTF-16BE"), "你好😀");
  EXPECT_EQ(says("%00t%00", "UTF-16BE"), "t\xef\xbf\xbd");  // cut inside a character
}

TEST(MappedParse, PartsOfALongSmsSayWhichTheyAre) {
  const auto parsed =
      parse(channel("sms_vonage"), get("to=15550100&msisdn=15550107&messageId=v1&text=part&"
                                       "concat=true&concat-ref=7&concat-total=3&concat-part=2"));
  const auto& attributes = message(parsed).attributes;
  EXPECT_EQ(attributes.at("concat_ref"), AttributeValue("7"));
  EXPECT_EQ(attributes.at("concat_part"), AttributeValue("2"));
  EXPECT_EQ(attributes.at("concat_total"), AttributeValue("3"));
}

TEST(MappedParse, AReceiptSaysWhy) {
  const auto parsed =
      parse(channel("sms_vonage"),
            get("to=15550100&msisdn=15550107&messageId=v1&status=failed&err-code=4"));
  const auto& receipt = std::get<ReceiptIn>(parsed.events.at(0).what);
  EXPECT_EQ(receipt.state, DeliveryState::failed);
  EXPECT_EQ(receipt.error_code, "4");
  EXPECT_EQ(receipt.error, "barred by the user");
  const auto fine =
      parse(channel("sms_vonage"), get("to=15550100&messageId=v1&status=delivered&err-code=0"));
  EXPECT_EQ(std::get<ReceiptIn>(fine.events.at(0).what).error_code, "");
  // A state nobody has told us of yet is not an error of theirs.
  const auto odd = parse(channel("sms_vonage"), get("to=15550100&messageId=v1&status=teleported"));
  EXPECT_TRUE(odd.events.empty());
  EXPECT_FALSE(odd.stopped);
}

// A vendor that posts XML, brings people by a name, and knows events.
constexpr const char* kXmlVendor = R"(
base = "https://xml.example"
[[setting]]
name = "webhook_secret"
kind = "secret"
[[proof]]
name = "bearer"
secret = "webhook_secret"
given = "header.authorization"
prefix = "Bearer "
[request]
body = "xml"
[[inbound]]
kind = "event"
when = ["body.act"]
id = "body.id"
sender = "body.user"
type = "body.act"
key = "body.what"
[[inbound]]
id = "body.id"
dedup = "{body.id}/{body.part}"
sender = "body.user"
name = "body.nick"
group = "body.room"
text = { of = "body.b64", decode = "base64 gb18030" }
reply_to = "body.quote"
[[send]]
url = "{base}/say"
xml = "<say to='{to|xml}'>{text|xml}</say>"
[answer]
body = "xml"
id = "body.id"
[[answer.rule]]
when = ["status = 200", "body.ok = 1"]
means = "sent"
[[answer.rule]]
when = ["body.ok = 0", "body.why = busy"]
means = "throttled"
code = "{body.why}"
retry_after = "body.wait"
[reply]
body = "<ok/>"
content_type = "text/xml"
)";

Channel xml_channel() {
  auto over = channel("mapped", "bearer");
  over.settings["mapping"] = kXmlVendor;
  return over;
}

TEST(MappedXml, IsReadAndProven) {
  const auto over = xml_channel();
  EXPECT_EQ(connector(over).check(over), "");
  auto request = post(
      "<in><id>9</id><part>1</part><user>wang</user><nick>Lao Wang</nick>"
      "<room>r1</room><b64>xOO6ww==</b64><quote>8</quote></in>",
      "text/xml");
  request.headers.emplace_back("authorization", "Bearer secret-webhook_secret");
  EXPECT_TRUE(connector(over).authenticate(request.view(), over));
  const auto parsed = parse(over, request);
  const auto& in = parsed.events.at(0);
  EXPECT_EQ(in.dedup_key, "9/1");
  EXPECT_EQ(in.identity.key, (IdentityKey{"sms", "mapped", "wang"}));
  EXPECT_EQ(in.identity.display_name, "Lao Wang");
  EXPECT_EQ(in.group, "r1");
  EXPECT_EQ(in.recipient, "r1");
  EXPECT_EQ(message(parsed).fallback_text, "你好");
  EXPECT_EQ(message(parsed).reply_to, "8");
  EXPECT_EQ(connector(over).acknowledge(request.view(), over).body, "<ok/>");
}

TEST(MappedXml, EventsAreEvents) {
  const auto parsed = parse(
      xml_channel(),
      post("<in><id>9</id><user>wang</user><act>joined</act><what>r1</what></in>", "text/xml"));
  const auto& signal = std::get<SignalIn>(parsed.events.at(0).what);
  EXPECT_EQ(signal.platform_event.type, "joined");
  EXPECT_EQ(signal.platform_event.key, "r1");
}

TEST(MappedXml, IsSent) {
  const auto over = xml_channel();
  const auto done =
      talk(over, send_of({Text{.text = "a < b"}}, "wang"), {{200, "<a><ok>1</ok><id>77</id></a>"}});
  EXPECT_EQ(done.calls.at(0).body, "<say to='wang'>a &lt; b</say>");
  EXPECT_EQ(done.calls[0].content_type, "text/xml");
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, std::vector<std::string>{"77"});
  const auto busy = talk(over, send_of({Text{.text = "x"}}),
                         {{200, "<a><ok>0</ok><why>busy</why><wait>1.5</wait></a>"}});
  EXPECT_EQ(std::get<Error>(busy.end).code, Errc::throttled);
  EXPECT_EQ(std::get<Error>(busy.end).retry_after, Milliseconds(1500));
}

// --- outbound

Media file_at(const std::string& url, MediaKind kind = MediaKind::image) {
  Media media;
  media.kind = kind;
  media.url = url;
  media.mime = kind == MediaKind::image ? "image/png" : "";
  return media;
}

TEST(MappedSend, PiecesMediaAndKeys) {
  const auto over = channel("mapped");
  std::string text;
  for (int i = 0; i < 60; ++i) text += "ten chars ";
  const auto done = talk(over,
                         send_of({Text{.text = text}, file_at("https://m/1"),
                                  file_at("https://m/2"), file_at("https://m/3")}),
                         {{200, R"({"id":"x1"})"},
                          {200, R"({"id":"x2"})"},
                          {200, R"({"id":"x3"})"},
                          {200, R"({"id":"x4"})"}});
  ASSERT_EQ(done.calls.size(), 4u);  // 600 septets in parts of 459, three files one at a time
  EXPECT_EQ(json_at(done.calls[0].body, "/file"), "https://m/1");
  EXPECT_EQ(json_at(done.calls[0].body, "/key"), "key_1");
  EXPECT_EQ(json_at(done.calls[1].body, "/file"), "");
  EXPECT_EQ(json_at(done.calls[1].body, "/key"), "key_1-1");
  EXPECT_EQ(json_at(done.calls[2].body, "/file"), "https://m/2");
  EXPECT_EQ(json_at(done.calls[3].body, "/file"), "https://m/3");
  EXPECT_EQ(header(done.calls[0], "authorization"), "Bearer secret-api_key");
  EXPECT_EQ(std::get<Sent>(done.end).external_ids,
            (std::vector<std::string>{"x1", "x2", "x3", "x4"}));
}

TEST(MappedSend, GoesOnAtTheStoredStep) {
  auto over = channel("mapped");
  over.settings["text_max"] = "1";
  auto send = send_of({Text{.text = std::string(200, 'a')}});
  send.step = 1;
  send.step_data = "x1";
  const auto done = talk(over, send, {{200, R"({"id":"x2"})"}});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, (std::vector<std::string>{"x1", "x2"}));
}

TEST(MappedSend, AStandInTakesThePlatformsPlace) {
  auto over = channel("sms_infobip");
  over.api_base = "http://127.0.0.1:9/infobip/";
  const auto done = talk(over, send_of({Text{.text = "x"}}), {{429, ""}});
  EXPECT_EQ(done.calls.at(0).url, "http://127.0.0.1:9/infobip/sms/3/messages");
}

TEST(MappedSend, AKeyGoesBeforeCredentials) {
  auto over = channel("sms_infobip");
  over.settings["username"] = "u";
  auto done = talk(over, send_of({Text{.text = "x"}}), {{429, ""}});
  EXPECT_EQ(header(done.calls.at(0), "authorization"), "App secret-api_key");
  over.secrets.erase("api_key");
  done = talk(over, send_of({Text{.text = "x"}}), {{429, ""}});
  EXPECT_EQ(header(done.calls.at(0), "authorization"), "Basic dTpzZWNyZXQtcGFzc3dvcmQ=");
}

TEST(MappedSend, TheAlphabetIsSaid) {
  const auto type = [](const char* text) {
    const auto done = talk(channel("sms_vonage"), send_of({Text{.text = text}}), {{429, ""}});
    return form_value(done.calls.at(0).body, "type");
  };
  EXPECT_EQ(type("plain £€"), "text");
  EXPECT_EQ(type("你好"), "unicode");
}

TEST(MappedSend, AFlagChoosesTheRequest) {
  auto over = channel("sms_africastalking");
  auto done = talk(over, send_of({Text{.text = "x"}}), {{429, ""}});
  EXPECT_EQ(form_value(done.calls.at(0).body, "from"), "15550100");
  over.settings["is_shared"] = "true";
  done = talk(over, send_of({Text{.text = "x"}}), {{429, ""}});
  EXPECT_EQ(form_value(done.calls.at(0).body, "from"), "");
}

TEST(MappedSend, AQueryIsEscaped) {
  const auto done =
      talk(channel("sms_clickatell"), send_of({Text{.text = "a&b=c d"}}), {{429, ""}});
  EXPECT_EQ(done.calls.at(0).method, "GET");
  EXPECT_NE(done.calls[0].url.find("content=a%26b%3Dc%20d"), std::string::npos);
  EXPECT_EQ(done.calls[0].body, "");
}

TEST(MappedSend, AHeaderEndsAtItsLine) {
  auto over = channel("sms_infobip");
  over.secrets["api_key"] = Secret("k\r\nx-evil: 1");
  const auto done = talk(over, send_of({Text{.text = "x"}}), {{429, ""}});
  EXPECT_EQ(header(done.calls.at(0), "authorization"), "App kx-evil: 1");
}

TEST(MappedSend, JsonIsEscaped) {
  const auto done =
      talk(channel("sms_bandwidth"), send_of({Text{.text = "\"},{\"x\\"}}), {{429, ""}});
  EXPECT_EQ(json_at(done.calls.at(0).body, "/text"), "\"},{\"x\\");
}

struct AnswerCase {
  const char* name;
  const char* platform;
  int status;
  const char* body;
  Errc code;
  const char* code_text;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }

const AnswerCase kAnswers[] = {
    {"NoRuleNeededFor429", "sms_plivo", 429, "", Errc::throttled, "429"},
    {"NoRuleNeededFor500", "sms_plivo", 500, "<html>", Errc::unavailable, "500", Delivery::unknown},
    {"UnreadableSuccess", "sms_plivo", 202, "ok!", Errc::unavailable, "", Delivery::unknown},
    {"SuccessWithoutItsId", "sms_plivo", 202, R"({"message":"x"})", Errc::rejected,
     "no message_uuid"},
    {"VonageCredentials", "sms_vonage", 200, R"({"messages":[{"status":"4"}]})",
     Errc::misconfigured, "send:4"},
    {"VonageInternal", "sms_vonage", 200, R"({"messages":[{"status":"5"}]})", Errc::unavailable,
     "send:5"},
    {"VonageBarred", "sms_vonage", 200, R"({"messages":[{"status":"7"}]})", Errc::recipient_gone,
     "send:7"},
    {"VonageNew", "sms_vonage", 200, R"({"messages":[{"status":"99"}]})", Errc::rejected,
     "send:99"},
    {"InfobipRejected", "sms_infobip", 200,
     R"({"messages":[{"status":{"groupId":5,"name":"REJECTED_PREFIX_MISSING"}}]})", Errc::rejected,
     "REJECTED_PREFIX_MISSING"},
    {"InfobipNoCredit", "sms_infobip", 200,
     R"({"messages":[{"status":{"groupId":5,"name":"REJECTED_NOT_ENOUGH_CREDITS"}}]})",
     Errc::misconfigured, "REJECTED_NOT_ENOUGH_CREDITS"},
    {"InfobipKey", "sms_infobip", 401, "{}", Errc::misconfigured, "401"},
    {"BandwidthRefused", "sms_bandwidth", 400, R"({"type":"request-validation"})", Errc::rejected,
     "request-validation"},
    {"AfricastalkingBlacklisted", "sms_africastalking", 201,
     R"({"SMSMessageData":{"Recipients":[{"statusCode":406,"status":"UserInBlacklist"}]}})",
     Errc::recipient_gone, "406"},
    {"AfricastalkingNoBalance", "sms_africastalking", 201,
     R"({"SMSMessageData":{"Recipients":[{"statusCode":405,"status":"InsufficientBalance"}]}})",
     Errc::misconfigured, "405"},
    {"ClickatellRefused", "sms_clickatell", 200,
     R"({"messages":[{"apiMessageId":null,"errorCode":"105"}]})", Errc::rejected, "105"},
    {"RedirectsAreNotFollowed", "sms_bandwidth", 302, "{}", Errc::misconfigured, "302"},
};

class MappedAnswer : public testing::TestWithParam<AnswerCase> {};

TEST_P(MappedAnswer, SaysWhatToDo) {
  const auto& c = GetParam();
  const auto done = talk(channel(c.platform), send_of({Text{.text = "hi"}}), {{c.status, c.body}});
  ASSERT_TRUE(std::holds_alternative<Error>(done.end));
  const auto& error = std::get<Error>(done.end);
  EXPECT_EQ(error.code, c.code) << error.detail;
  EXPECT_EQ(error.code_text, c.code_text);
  EXPECT_EQ(error.delivery, c.delivery);
}
INSTANTIATE_TEST_SUITE_P(Table, MappedAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(MappedSend, WhatThePlatformSaysIsOneShortLine) {
  const std::string long_words = "bad\\n\\u0007" + std::string(500, 'x');
  const auto done = talk(channel("sms_plivo"), send_of({Text{.text = "hi"}}),
                         {{400, "{\"error\":\"" + long_words + "\"}"}});
  const auto& detail = std::get<Error>(done.end).detail;
  EXPECT_LE(detail.size(), 200u);
  EXPECT_TRUE(detail.starts_with("bad  x")) << detail;
}

TEST(MappedMedia, AreFetchedFromTheVendorOnly) {
  const auto over = channel("sms_bandwidth");
  const auto& source = *builtin_registry().find("sms_bandwidth")->media_source;
  auto step = source.start(file_at("https://messaging.bandwidth.com/api/v2/m.png"), over, "");
  ASSERT_TRUE(std::holds_alternative<HttpCall>(step));
  EXPECT_TRUE(std::get<HttpCall>(step).download);
  EXPECT_EQ(header(std::get<HttpCall>(step), "authorization"),
            "Basic b3duLXVzZXJuYW1lOnNlY3JldC1wYXNzd29yZA==");
  for (const char* url : {"https://messaging.bandwidth.com.evil.example/m.png",
                          "http://messaging.bandwidth.com/m.png", "http://127.0.0.1/"}) {
    EXPECT_TRUE(std::holds_alternative<Error>(source.start(file_at(url), over, ""))) << url;
  }
}

TEST(MappedMapping, IsCompiledOnceNotForEveryRequest) {
  const auto first = mapped::kept_mapping(mapped::sample_mapping());
  ASSERT_TRUE(first);
  const auto over = channel("mapped");
  EXPECT_FALSE(parse(over, post(R"({"events":[]})")).stopped);
  EXPECT_EQ(mapped::kept_mapping(mapped::sample_mapping())->get(), first->get());
  EXPECT_NE(mapped::kept_mapping(kXmlVendor)->get(), first->get());
}

}  // namespace
}  // namespace parley::connectors
