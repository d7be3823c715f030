#include <gtest/gtest.h>

#include "tests/connectors/twilio_support.hpp"

namespace parley::connectors {
namespace {

using namespace twilio_support;

constexpr const char* kSms = "twilio_sms";
constexpr const char* kWhatsapp = "twilio_whatsapp";

std::string sms(const std::string& more) {
  return "MessageSid=SM1&AccountSid=AC123&From=%2B15550107&To=%2B15550100&" + more;
}
std::string whatsapp(const std::string& more) {
  return "MessageSid=SM1&AccountSid=AC123&From=whatsapp%3A%2B15550107&To=whatsapp%3A%2B15550100&" +
         more;
}

TEST(TwilioParse, AnSmsIsAMessageOfANumber) {
  const auto parsed = parse(kSms, sms("Body=%E4%BD%A0%E5%A5%BD+you&NumMedia=0&FromCountry=US"));
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& in = parsed.events[0];
  EXPECT_EQ(in.dedup_key, "SM1");
  EXPECT_EQ(in.account, "+15550100");
  EXPECT_EQ(in.recipient, "+15550107");
  EXPECT_EQ(in.identity.key, (IdentityKey{"phone", "phone", "+15550107"}));
  EXPECT_EQ(in.opens_window, "");
  EXPECT_EQ(message(parsed).external_id, "SM1");
  EXPECT_EQ(std::get<Text>(message(parsed).content.at(0)).text, "你好 you");
  EXPECT_EQ(message(parsed).channel_data, R"({"FromCountry":"US"})");
}

TEST(TwilioParse, MediaComeWithTheirTypes) {
  const auto parsed = parse(kSms, sms("Body=see&NumMedia=2&MediaUrl0=https://m/0&"
                                      "MediaContentType0=image/png&MediaUrl1=https://m/1"));
  const auto& content = message(parsed).content;
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(std::get<Media>(content[0]).kind, MediaKind::image);
  EXPECT_EQ(std::get<Media>(content[0]).mime, "image/png");
  EXPECT_EQ(std::get<Media>(content[1]).kind, MediaKind::file);
  EXPECT_EQ(std::get<Media>(content[1]).url, "https://m/1");
  EXPECT_EQ(std::get<Text>(content[2]).text, "see");
}

TEST(TwilioParse, WhatsappSaysMore) {
  const auto parsed = parse(
      kWhatsapp, whatsapp("Body=Yes&ButtonText=Yes&ButtonPayload=go&ProfileName=Li+Na&"
                          "ExternalUserId=whatsapp%3AUS.9&OriginalRepliedMessageSid=SM0&"
                          "ReferralSourceId=77&ReferralSourceType=ad&ReferralSourceUrl=https://a"));
  const auto& in = parsed.events.at(0);
  EXPECT_EQ(in.identity.key, (IdentityKey{"whatsapp", "whatsapp", "whatsapp:+15550107"}));
  EXPECT_EQ(in.identity.union_id, "whatsapp:US.9");
  EXPECT_EQ(in.identity.display_name, "Li Na");
  EXPECT_EQ(in.opens_window, "user_message");
  EXPECT_EQ(in.referral, (Referral{"ad", "77", "https://a"}));
  EXPECT_EQ(message(parsed).reply_to, "SM0");
  ASSERT_EQ(message(parsed).content.size(), 1u);
  const auto& pressed = std::get<ActionResponse>(message(parsed).content[0]);
  EXPECT_EQ(pressed.payload, "go");
  EXPECT_EQ(pressed.title, "Yes");
}

TEST(TwilioParse, AUserIdIsKnownToThisChannelOnly) {
  const auto parsed = parse(
      kWhatsapp, "MessageSid=SM1&AccountSid=AC123&From=whatsapp:US.9&To=whatsapp:%2B1&Body=hi");
  EXPECT_EQ(parsed.events.at(0).identity.key, (IdentityKey{"sms", "whatsapp", "whatsapp:US.9"}));
}

TEST(TwilioParse, APlaceIsAPlace) {
  const auto parsed =
      parse(kWhatsapp, whatsapp("Latitude=39.9&Longitude=116.4&Label=Home&Address=Road+1"));
  const auto& place = std::get<Location>(message(parsed).content.at(0));
  EXPECT_DOUBLE_EQ(place.latitude, 39.9);
  EXPECT_EQ(place.name, "Home");
  const auto nowhere = parse(kWhatsapp, whatsapp("Latitude=999&Longitude=nan&Body=x"));
  ASSERT_EQ(message(nowhere).content.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Text>(message(nowhere).content[0]));
}

TEST(TwilioParse, NothingSaidIsAnUnsupportedPart) {
  const auto parsed = parse(kWhatsapp, whatsapp("Body=&NumMedia=0&MessageType=poll"));
  EXPECT_EQ(std::get<Unsupported>(message(parsed).content.at(0)).provider_type, "poll");
}

TEST(TwilioParse, OptingOutIsAFactBesideTheMessage) {
  const auto parsed = parse(kSms, sms("Body=STOP&OptOutType=STOP"));
  ASSERT_EQ(parsed.events.size(), 2u);
  EXPECT_EQ(std::get<Text>(message(parsed).content.at(0)).text, "STOP");
  EXPECT_EQ(parsed.events[0].opt, OptChange::none);
  EXPECT_EQ(parsed.events[1].opt, OptChange::opted_out);
  EXPECT_EQ(parsed.events[1].dedup_key, "SM1:opt");
  const auto back = parse(kSms, sms("Body=START&OptOutType=START"));
  EXPECT_EQ(back.events.at(1).opt, OptChange::opted_in);
}

struct StatusCase {
  const char* name;
  const char* status;
  DeliveryState state;
};
void PrintTo(const StatusCase& c, std::ostream* out) { *out << c.name; }

const StatusCase kStatuses[] = {
    {"Queued", "queued", DeliveryState::sent},
    {"Accepted", "accepted", DeliveryState::sent},
    {"Sending", "sending", DeliveryState::sent},
    {"Sent", "sent", DeliveryState::sent},
    {"Delivered", "delivered", DeliveryState::delivered},
    {"Read", "read", DeliveryState::read},
    {"Undelivered", "undelivered", DeliveryState::failed},
    {"Failed", "failed", DeliveryState::failed},
    {"Canceled", "canceled", DeliveryState::failed},
};

class TwilioStatus : public testing::TestWithParam<StatusCase> {};

TEST_P(TwilioStatus, IsAReceipt) {
  const auto parsed = parse(kSms,
                            "MessageSid=SM1&AccountSid=AC123&From=%2B15550100&To=%2B15550107"
                            "&SmsStatus=x&MessageStatus=" +
                                std::string(GetParam().status));
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& receipt = std::get<ReceiptIn>(parsed.events[0].what);
  EXPECT_EQ(receipt.external_id, "SM1");
  EXPECT_EQ(receipt.state, GetParam().state);
  // The customer, so that their conversation is found.
  EXPECT_EQ(parsed.events[0].identity.key.value, "+15550107");
}
INSTANTIATE_TEST_SUITE_P(Table, TwilioStatus, testing::ValuesIn(kStatuses),
                         [](const auto& test) { return test.param.name; });

TEST(TwilioParse, AFailureSaysWhy) {
  const auto parsed =
      parse(kSms, "MessageSid=SM1&To=%2B15550107&MessageStatus=undelivered&ErrorCode=30003");
  const auto& receipt = std::get<ReceiptIn>(parsed.events.at(0).what);
  EXPECT_EQ(receipt.error_code, "30003");
  EXPECT_EQ(receipt.error, "the handset could not be reached");
}

TEST(TwilioParse, AReceiptThatTheCustomerStoppedStopsUs) {
  const auto parsed =
      parse(kSms, "MessageSid=SM1&To=%2B15550107&MessageStatus=failed&ErrorCode=21610");
  ASSERT_EQ(parsed.events.size(), 2u);
  EXPECT_EQ(std::get<ReceiptIn>(parsed.events[0].what).state, DeliveryState::failed);
  EXPECT_EQ(parsed.events[1].opt, OptChange::opted_out);
}

struct RefusedCase {
  const char* name;
  const char* body;
  bool stopped;  // else it is simply no event
};
void PrintTo(const RefusedCase& c, std::ostream* out) { *out << c.name; }

const RefusedCase kRefused[] = {
    {"NoId", "AccountSid=AC123&From=%2B15550107&Body=hi", true},
    {"NoSender", "MessageSid=SM1&AccountSid=AC123&Body=hi", true},
    {"SenderIsAName", "MessageSid=SM1&AccountSid=AC123&From=ACME&Body=hi", true},
    {"AnotherAccount", "MessageSid=SM1&AccountSid=AC124&From=%2B15550107&Body=hi", true},
    {"NoAccount", "MessageSid=SM1&From=%2B15550107&Body=hi", true},
    {"UnknownStatus", "MessageSid=SM1&MessageStatus=huh", true},
    {"StatusWithoutId", "MessageStatus=sent", true},
    {"StatusOfAnotherAccount", "MessageSid=SM1&AccountSid=AC9&MessageStatus=sent", true},
    {"Empty", "", false},
    {"Blank", " ", false},
    {"SomethingElse", "EventType=com.twilio.new", false},
};

class TwilioRefused : public testing::TestWithParam<RefusedCase> {};

TEST_P(TwilioRefused, GivesNoEvent) {
  const auto parsed = parse(kSms, GetParam().body);
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_EQ(parsed.stopped.has_value(), GetParam().stopped);
}
INSTANTIATE_TEST_SUITE_P(Table, TwilioRefused, testing::ValuesIn(kRefused),
                         [](const auto& test) { return test.param.name; });

TEST(TwilioParse, AJsonBodyHasTheSameFields) {
  OwnedRequest request;
  request.headers = {{"content-type", "application/json"}};
  request.body = R"({"MessageSid":"SM1","AccountSid":"AC123","From":"+15550107","Body":"hi",
                     "NumMedia":0,"extra":{"a":1}})";
  const auto parsed = entry(kSms).connector->parse(request.view(), channel(kSms));
  EXPECT_EQ(std::get<Text>(message(parsed).content.at(0)).text, "hi");
}

TEST(TwilioAck, IsAnEmptyDocument) {
  const auto reply = entry(kSms).connector->acknowledge(signed_request("").view(), channel(kSms));
  EXPECT_EQ(reply.body, R"(<?xml version="1.0" encoding="UTF-8"?><Response/>)");
  EXPECT_EQ(reply.content_type, "text/xml");
}

TEST(TwilioSend, ATextIsOneForm) {
  const auto done =
      talk(channel(kSms), send_of({Text{.text = "Hello ☺"}}), {{201, R"({"sid":"SM9"})"}});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://api.twilio.com/2010-04-01/Accounts/AC123/Messages.json");
  EXPECT_EQ(done.calls[0].headers.at(0).second,
            "Basic QUMxMjM6MGExYjJjM2Q0ZTVmNjA3MTgyOTNhNGI1YzZkN2U4Zjk=");
  EXPECT_EQ(fields(done.calls[0]),
            (std::map<std::string, std::string>{{"To", "+15550107"},
                                                {"From", "+15550100"},
                                                {"Body", "Hello ☺"},
                                                {"StatusCallback", kWebhook}}));
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, std::vector<std::string>{"SM9"});
}

TEST(TwilioSend, AServiceChoosesTheSender) {
  auto over = channel("twilio_messaging_service");
  over.settings["link_shortening"] = "true";
  const auto done = talk(over, send_of({Text{.text = "hi"}}), {{201, R"({"sid":"SM9"})"}});
  auto form = fields(done.calls.at(0));
  EXPECT_EQ(form["MessagingServiceSid"], "MG1");
  EXPECT_EQ(form.count("From"), 0u);
  EXPECT_EQ(form["ShortenUrls"], "true");
}

struct AddressCase {
  const char* name;
  const char* recipient;
  const char* to;
};
void PrintTo(const AddressCase& c, std::ostream* out) { *out << c.name; }

const AddressCase kAddresses[] = {
    {"AsItCame", "whatsapp:+15550107", "whatsapp:+15550107"},
    {"Number", "+15550107", "whatsapp:+15550107"},
    {"Digits", "15550107", "whatsapp:+15550107"},
    {"UserId", "US.9", "whatsapp:US.9"},
    {"UserIdAsItCame", "whatsapp:US.9", "whatsapp:US.9"},
};

class TwilioAddress : public testing::TestWithParam<AddressCase> {};

TEST_P(TwilioAddress, HasItsPrefixOnce) {
  const auto done =
      talk(channel(kWhatsapp), send_of({Text{.text = "hi"}}, GetParam().recipient), {{201, "{}"}});
  EXPECT_EQ(fields(done.calls.at(0))["To"], GetParam().to);
  EXPECT_EQ(fields(done.calls.at(0))["From"], "whatsapp:+15550100");
}
INSTANTIATE_TEST_SUITE_P(Table, TwilioAddress, testing::ValuesIn(kAddresses),
                         [](const auto& test) { return test.param.name; });

Media picture(const std::string& url) {
  Media media;
  media.kind = MediaKind::image;
  media.url = url;
  return media;
}

TEST(TwilioSend, MediaGoWithTheFirstText) {
  const auto send = send_of({Text{.text = "see"}, picture("https://m/0"), picture("https://m/1")});
  const auto sms_done = talk(channel(kSms), send, {{201, R"({"sid":"SM9"})"}});
  ASSERT_EQ(sms_done.calls.size(), 1u);
  EXPECT_EQ(fields(sms_done.calls[0])["MediaUrl"], "https://m/0|https://m/1");
  // WhatsApp takes one at a time.
  const auto done =
      talk(channel(kWhatsapp), send, {{201, R"({"sid":"SM1"})"}, {201, R"({"sid":"SM2"})"}});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(fields(done.calls[0])["Body"], "see");
  EXPECT_EQ(fields(done.calls[0])["MediaUrl"], "https://m/0");
  EXPECT_EQ(fields(done.calls[1]).count("Body"), 0u);
  EXPECT_EQ(fields(done.calls[1])["MediaUrl"], "https://m/1");
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, (std::vector<std::string>{"SM1", "SM2"}));
}

TEST(TwilioSend, LongTextBecomesStepsThatGoOnAfterARestart) {
  auto over = channel(kSms);
  over.settings["text_max"] = "10";
  auto send = send_of({Text{.text = "first part second one"}});
  const auto done = talk(over, send, {{201, R"({"sid":"SM1"})"}, {201, R"({"sid":"SM2"})"}});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[1].step_data, "SM1");
  send.step = 1;
  send.step_data = "SM1";
  const auto later = talk(over, send, {{201, R"({"sid":"SM3"})"}});
  ASSERT_EQ(later.calls.size(), 1u);
  EXPECT_EQ(fields(later.calls[0])["Body"], fields(done.calls[1])["Body"]);
  EXPECT_EQ(std::get<Sent>(later.end).external_ids, (std::vector<std::string>{"SM1", "SM3"}));
}

TEST(TwilioSend, ATemplateIsNamedByItsSid) {
  Template approved;
  approved.name = "HX1";
  approved.parameters = {{"1", "Li"}, {"body.2", "5 pm"}, {"header.image", "https://a/i"}};
  const auto done = talk(channel(kWhatsapp), send_of({approved}), {{201, R"({"sid":"SM9"})"}});
  auto form = fields(done.calls.at(0));
  EXPECT_EQ(form["ContentSid"], "HX1");
  EXPECT_EQ(form["ContentVariables"], R"({"1":"Li","2":"5 pm"})");
  EXPECT_EQ(std::get<Sent>(done.end).degraded,
            std::vector<std::string>{"template: no place for parameter header.image"});
  EXPECT_EQ(form.count("Body"), 0u);
}

TEST(TwilioSend, WhatHasNoFormBecomesWords) {
  auto send = send_of({Text{.text = "Where?"}});
  send.message.suggested_actions = {
      Action{.type = ActionType::reply, .title = "Here"},
      Action{.type = ActionType::link, .title = "Map", .url = "https://m"}};
  const auto done = talk(channel(kSms), send, {{201, R"({"sid":"SM9"})"}});
  EXPECT_EQ(fields(done.calls.at(0))["Body"], "Where?\n1. Here\nMap: https://m");
  EXPECT_FALSE(std::get<Sent>(done.end).degraded.empty());
}

TEST(TwilioSend, NothingToShowIsRefused) {
  const auto done = talk(channel(kSms), send_of({Reaction{.target = "SM1", .emoji = "x"}}), {{}});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(std::get<Error>(done.end).code, Errc::rejected);
}

TEST(TwilioSend, TakenWithoutAnIdIsSentAndSaysSo) {
  const auto done = talk(channel(kSms), send_of({Text{.text = "hi"}}), {{201, "{}"}});
  const auto& sent = std::get<Sent>(done.end);
  EXPECT_TRUE(sent.external_ids.empty());
  EXPECT_EQ(sent.degraded.size(), 1u);
}

struct AnswerCase {
  const char* name;
  int status;
  const char* body;
  Errc code;
  const char* code_text;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }

const AnswerCase kAnswers[] = {
    {"Throttled", 429, R"({"code":20429})", Errc::throttled, "20429"},
    {"ThrottledWithoutABody", 429, "", Errc::throttled, "429"},
    {"ChannelRate", 400, R"({"code":63018})", Errc::throttled, "63018"},
    {"OptedOut", 400, R"({"code":21610})", Errc::recipient_gone, "21610"},
    {"OutsideTheWindow", 400, R"({"code":63016})", Errc::window_closed, "63016"},
    {"BadNumber", 400, R"({"code":21211,"message":"secret +15550107"})", Errc::rejected, "21211"},
    {"UnknownCode", 400, R"({"code":99999})", Errc::rejected, "99999"},
    {"BadCredentials", 401, R"({"code":20003})", Errc::misconfigured, "20003"},
    {"Forbidden", 403, "", Errc::misconfigured, "403"},
    {"ServerError", 500, "<html>", Errc::unavailable, "500", Delivery::unknown},
    {"TakenButUnreadable", 201, "{\"sid", Errc::unavailable, "", Delivery::unknown},
};

class TwilioAnswer : public testing::TestWithParam<AnswerCase> {};

TEST_P(TwilioAnswer, SaysWhatToDo) {
  const auto& c = GetParam();
  const auto done = talk(channel(kSms), send_of({Text{.text = "hi"}}), {{c.status, c.body}});
  const auto& error = std::get<Error>(done.end);
  EXPECT_EQ(error.code, c.code);
  EXPECT_EQ(error.code_text, c.code_text);
  EXPECT_EQ(error.delivery, c.delivery);
  EXPECT_EQ(error.detail.find("+1555"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, TwilioAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(TwilioMedia, CredentialsGoToTheApiOnly) {
  const auto& source = *entry(kSms).media_source;
  Media media;
  media.url = "https://api.twilio.com/2010-04-01/Accounts/AC123/Messages/SM1/Media/ME1";
  auto call = std::get<HttpCall>(source.start(media, channel(kSms), ""));
  EXPECT_TRUE(call.download);
  ASSERT_EQ(call.headers.size(), 1u);
  EXPECT_EQ(call.headers[0].first, "authorization");

  HttpAnswer moved;
  moved.status = 307;
  moved.headers = {{"location", "https://media.example/x?sig=1"}};
  call = std::get<HttpCall>(source.resume(media, channel(kSms), "", 0, moved));
  EXPECT_EQ(call.url, "https://media.example/x?sig=1");
  EXPECT_TRUE(call.headers.empty());
  EXPECT_EQ(call.step, 1);
  // Once is enough.
  EXPECT_TRUE(std::holds_alternative<Error>(source.resume(media, channel(kSms), "", 1, moved)));

  media.url = "https://api.twilio.com.evil.example/x";
  call = std::get<HttpCall>(source.start(media, channel(kSms), ""));
  EXPECT_TRUE(call.headers.empty());
}

TEST(TwilioSettings, AreCheckedTogether) {
  const auto& connector = *entry(kSms).connector;
  EXPECT_EQ(connector.check(channel(kSms)), "");
  auto over = channel(kSms);
  over.settings["account_sid"] = "AC 1/../x";
  EXPECT_NE(connector.check(over), "");
  over = channel(kSms);
  over.settings["webhook_url"] = "parley.example";
  EXPECT_NE(connector.check(over), "");
  over = channel(kSms);
  over.settings["text_max"] = "many";
  EXPECT_NE(connector.check(over), "");
}

}  // namespace
}  // namespace parley::connectors
