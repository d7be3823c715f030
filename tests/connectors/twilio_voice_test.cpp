#include <gtest/gtest.h>

#include "tests/connectors/twilio_support.hpp"

namespace parley::connectors {
namespace {

using namespace twilio_support;

constexpr const char* kVoice = "twilio_voice";

Channel voice_channel() {
  auto over = channel(kVoice);
  over.settings["language"] = "en-GB";
  over.settings["greeting"] = "Welcome to A & B";
  over.settings["silence_text"] = "Are you there?";
  over.settings["goodbye"] = "Goodbye";
  over.settings["silences_max"] = "2";
  over.settings["listen_s"] = "8";
  return over;
}

std::string call(const std::string& more) {
  return "CallSid=CA1&AccountSid=AC123&From=%2B15550107&To=%2B15550100&Direction=inbound&" + more;
}

std::string answer(const std::string& body, const std::string& query = {}) {
  const auto request = signed_request(body, query);
  const auto reply = entry(kVoice).connector->acknowledge(request.view(), voice_channel());
  EXPECT_EQ(reply.content_type, "text/xml");
  return reply.body;
}

bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

TEST(TwilioVoice, WhatTheCallerSaysIsAMessage) {
  const auto parsed = parse(
      kVoice, call("CallStatus=in-progress&SpeechResult=my+order&Confidence=0.25"), "turn=t1");
  ASSERT_EQ(parsed.events.size(), 1u);
  const auto& in = parsed.events[0];
  EXPECT_EQ(in.identity.key, (IdentityKey{"phone", "phone", "+15550107"}));
  EXPECT_EQ(in.identity.verification, Verification::asserted);
  EXPECT_EQ(in.recipient, "CA1");
  EXPECT_EQ(in.account, "+15550100");
  EXPECT_EQ(in.dedup_key, "CA1:t1");
  EXPECT_EQ(std::get<Text>(message(parsed).content.at(0)).text, "my order");
  EXPECT_EQ(message(parsed).attributes.at("confidence"), AttributeValue(0.25));
  EXPECT_EQ(message(parsed).attributes.at("input"), AttributeValue("speech"));
}

TEST(TwilioVoice, KeysAreAMessageToo) {
  const auto parsed = parse(kVoice, call("CallStatus=in-progress&Digits=1"), "turn=t2");
  EXPECT_EQ(std::get<Text>(message(parsed).content.at(0)).text, "1");
  EXPECT_EQ(message(parsed).attributes.at("input"), AttributeValue("digits"));
}

TEST(TwilioVoice, TheSameWordTwiceIsTwoMessages) {
  const auto body = call("CallStatus=in-progress&SpeechResult=yes");
  EXPECT_NE(parse(kVoice, body, "turn=t1").events.at(0).dedup_key,
            parse(kVoice, body, "turn=t2").events.at(0).dedup_key);
  EXPECT_EQ(parse(kVoice, body, "turn=t1").events.at(0).dedup_key,
            parse(kVoice, body, "turn=t1").events.at(0).dedup_key);
}

TEST(TwilioVoice, HiddenCallersAreNotOnePerson) {
  const auto a = parse(kVoice, "CallSid=CA1&AccountSid=AC123&From=%2B266696687&SpeechResult=a");
  const auto b = parse(kVoice, "CallSid=CA2&AccountSid=AC123&From=anonymous&SpeechResult=a");
  EXPECT_EQ(a.events.at(0).identity.key, (IdentityKey{"sms", "call", "CA1"}));
  EXPECT_EQ(b.events.at(0).identity.key, (IdentityKey{"sms", "call", "CA2"}));
}

TEST(TwilioVoice, TheCallItselfIsAnEvent) {
  const auto parsed = parse(kVoice, call("CallStatus=ringing&FromCountry=US"));
  const auto& signal = std::get<SignalIn>(parsed.events.at(0).what);
  EXPECT_EQ(signal.platform_event.type, "call");
  EXPECT_EQ(signal.platform_event.key, "ringing");
  EXPECT_EQ(signal.platform_event.attributes.at("country"), AttributeValue("US"));
  EXPECT_EQ(parsed.events[0].dedup_key, "CA1:ringing");
}

TEST(TwilioVoice, TheEndOfOurOwnCallIsAReceipt) {
  const std::string body =
      "CallSid=CA1&AccountSid=AC123&From=%2B15550100&To=%2B15550107&"
      "Direction=outbound-api&CallStatus=";
  const auto heard = parse(kVoice, body + "completed");
  EXPECT_EQ(std::get<ReceiptIn>(heard.events.at(0).what).state, DeliveryState::delivered);
  EXPECT_EQ(heard.events[0].identity.key.value, "+15550107");
  const auto busy = parse(kVoice, body + "busy");
  EXPECT_EQ(std::get<ReceiptIn>(busy.events.at(0).what).state, DeliveryState::failed);
  EXPECT_EQ(std::get<ReceiptIn>(busy.events[0].what).error_code, "busy");
}

TEST(TwilioVoice, AnotherAccountsCallIsRefused) {
  EXPECT_TRUE(parse(kVoice, "CallSid=CA1&AccountSid=AC9&From=%2B15550107&SpeechResult=a").stopped);
  EXPECT_TRUE(parse(kVoice, "AccountSid=AC123&SpeechResult=a").stopped);
}

TEST(TwilioVoice, ACallIsGreetedAndListenedTo) {
  const auto body = answer(call("CallStatus=ringing"));
  EXPECT_TRUE(has(body, R"(<Say language="en-GB">Welcome to A &amp; B</Say><Gather)")) << body;
  EXPECT_TRUE(has(body, R"(input="speech dtmf")")) << body;
  EXPECT_TRUE(has(body, R"(timeout="8")")) << body;
  EXPECT_TRUE(has(body, std::string("action=\"") + kWebhook + "?turn=")) << body;
  EXPECT_TRUE(has(body, "&amp;silence=1</Redirect>")) << body;
  EXPECT_EQ(body, answer(call("CallStatus=ringing")));
}

TEST(TwilioVoice, WhileAnAnswerIsThoughtOfTheLineStaysOpen) {
  const auto body = answer(call("CallStatus=in-progress&SpeechResult=hi"), "turn=t1");
  EXPECT_FALSE(has(body, "<Say")) << body;
  EXPECT_TRUE(has(body, "<Gather")) << body;
  EXPECT_FALSE(has(body, "turn=t1\"")) << "each listening has a mark of its own: " << body;
}

TEST(TwilioVoice, SilenceIsAskedAboutAndEndsTheCall) {
  const auto once = answer(call("CallStatus=in-progress"), "turn=t1&silence=1");
  EXPECT_TRUE(has(once, "Are you there?")) << once;
  EXPECT_TRUE(has(once, "silence=2")) << once;
  const auto twice = answer(call("CallStatus=in-progress"), "turn=t1&silence=2");
  EXPECT_TRUE(has(twice, "Goodbye</Say><Hangup/>")) << twice;
  EXPECT_EQ(answer(call("CallStatus=completed")),
            R"(<?xml version="1.0" encoding="UTF-8"?><Response/>)");
}

TEST(TwilioVoice, AnAnswerReadyInTimeIsSpokenAtOnce) {
  const auto over = voice_channel();
  Media tune;
  tune.kind = MediaKind::audio;
  tune.url = "https://m.example/a.mp3?x=1&y=2";
  const auto send = send_of({Text{.text = "5 < 6"}, tune}, "CA1");
  const auto reply =
      entry(kVoice).passive_reply->render({send, over, {}, {}}, "", "nonce16nonce1600");
  ASSERT_TRUE(reply);
  EXPECT_TRUE(has(reply->body, R"(<Say language="en-GB">5 &lt; 6</Say>)")) << reply->body;
  EXPECT_TRUE(has(reply->body, "<Play>https://m.example/a.mp3?x=1&amp;y=2</Play>")) << reply->body;
  EXPECT_TRUE(has(reply->body, "turn=nonce16nonce1600")) << reply->body;
  const auto nothing = send_of({Reaction{.target = "x", .emoji = "y"}}, "CA1");
  EXPECT_FALSE(entry(kVoice).passive_reply->render({nothing, over, {}, {}}, "", "n"));
}

TEST(TwilioVoice, ALaterAnswerIsSpokenIntoTheLiveCall) {
  const auto done =
      talk(voice_channel(), send_of({Text{.text = "Your order left."}}, "CA1"), {{200, "{}"}});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://api.twilio.com/2010-04-01/Accounts/AC123/Calls/CA1.json");
  EXPECT_TRUE(has(fields(done.calls[0])["Twiml"], "Your order left.</Say><Gather"));
  EXPECT_TRUE(std::get<Sent>(done.end).external_ids.empty());
}

TEST(TwilioVoice, ACallThatIsOverNeedsAnotherWay) {
  const auto send = send_of({Text{.text = "hi"}}, "CA1");
  const auto gone = talk(voice_channel(), send, {{404, R"({"code":20404})"}});
  EXPECT_EQ(std::get<Error>(gone.end).code, Errc::window_closed);
  const auto over = talk(voice_channel(), send, {{400, R"({"code":21220})"}});
  EXPECT_EQ(std::get<Error>(over.end).code, Errc::window_closed);
}

TEST(TwilioVoice, ANumberIsCalled) {
  const auto done =
      talk(voice_channel(), send_of({Text{.text = "hi"}}), {{201, R"({"sid":"CA7"})"}});
  auto form = fields(done.calls.at(0));
  EXPECT_TRUE(done.calls[0].url.ends_with("/Calls.json"));
  EXPECT_EQ(form["To"], "+15550107");
  EXPECT_EQ(form["From"], "+15550100");
  EXPECT_EQ(form["StatusCallback"], kWebhook);
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, std::vector<std::string>{"CA7"});
}

TEST(TwilioVoice, WhatACallCannotCarryIsReported) {
  Media photo;
  photo.kind = MediaKind::image;
  photo.url = "https://m/p.jpg";
  const auto done =
      talk(voice_channel(), send_of({Text{.text = std::string(6000, 'a')}, photo}, "CA1"),
           {{200, "{}"}});
  EXPECT_LE(fields(done.calls.at(0))["Twiml"].size(), 4000u);
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 2u);
}

}  // namespace
}  // namespace parley::connectors
