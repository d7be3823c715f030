#include <gtest/gtest.h>

#include "connectors/slack/slack_markup.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/slack_support.hpp"

namespace parley::connectors {
namespace {

using dialogue_support::said;
using slack_support::callback;
using slack_support::message;
using slack_support::parse;

const Incoming& only(const Parsed& parsed) {
  EXPECT_EQ(parsed.events.size(), 1u) << (parsed.stopped ? parsed.stopped->detail : "");
  static const Incoming kNone;
  return parsed.events.empty() ? kNone : parsed.events.front();
}

const SignalIn& told(const Incoming& in) {
  static const SignalIn kNone;
  const auto* signal = std::get_if<SignalIn>(&in.what);
  EXPECT_NE(signal, nullptr);
  return signal == nullptr ? kNone : *signal;
}

// A known answer, worked out apart from this code:
//   printf 'v0:1760000000:BODY' | openssl dgst -sha256 -hmac SECRET
TEST(SlackSignature, IsAsDocumented) {
  auto channel = slack_support::channel();
  channel.secrets.insert_or_assign("signing_secret", Secret("e6b19c573432dcc6b075501d51b51bb8"));
  WebhookRequest request;
  request.headers = {
      {"x-slack-request-timestamp", "1760000000"},
      {"x-slack-signature", "v0=7792690278a1a84a637f555a70a646868741085d22744d230fca06b159078aae"}};
  request.body = "token=x&command=%2Fparley&text=94070";
  const auto& connector = *slack_support::entry().connector;
  const auto at = [&](std::int64_t seconds) {
    request.received_at = TimePoint{std::chrono::seconds(seconds)};
    return connector.authenticate(request, channel).has_value();
  };
  EXPECT_TRUE(at(1'760'000'000));
  EXPECT_TRUE(at(1'760'000'300));
  EXPECT_TRUE(at(1'759'999'700));
  EXPECT_FALSE(at(1'760'000'301)) << "older than five minutes, a replay";
  EXPECT_FALSE(at(1'759'999'699));
}

TEST(SlackHandshake, AnswersASignedChallengeOnly) {
  const auto& connector = *slack_support::entry().connector;
  const std::string body = R"({"type":"url_verification","token":"t","challenge":"3eZb"})";
  const auto good = slack_support::signed_at(body, slack_support::kNowS);
  const auto reply = connector.handshake(good.view(), slack_support::channel());
  ASSERT_TRUE(reply && reply->has_value());
  EXPECT_EQ((*reply)->body, "3eZb");
  const auto forged = slack_support::signed_at(body, slack_support::kNowS, "wrong");
  EXPECT_FALSE(connector.handshake(forged.view(), slack_support::channel()));
  EXPECT_FALSE(connector.authenticate(forged.view(), slack_support::channel()));
  const auto talk =
      slack_support::signed_at(message(R"("text":"url_verification")"), slack_support::kNowS);
  EXPECT_FALSE(connector.handshake(talk.view(), slack_support::channel())) << "only talks of it";
}

TEST(SlackHandshake, ACertificateCheckSaysNothing) {
  const auto& connector = *slack_support::entry().connector;
  WebhookRequest request;
  request.body = "ssl_check=1&token=x";
  EXPECT_TRUE(connector.authenticate(request, slack_support::channel()));
  const auto parsed = connector.parse(request, slack_support::channel());
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_FALSE(parsed.stopped);
}

struct PlainCase {
  const char *name, *text, *plain;
};
void PrintTo(const PlainCase& c, std::ostream* out) { *out << c.name; }

const PlainCase kPlain[] = {
    {"Words", "hello", "hello"},
    {"Escapes", "a &amp;&lt;b&gt; &amp;lt; &quot;", "a &<b> &lt; &quot;"},
    {"Mention", "ask <@U2>", "ask @U2"},
    {"MentionWithName", "ask <@U2|ann>", "ask @ann"},
    {"OurOwnMention", "<@UBOT> where is it?", "where is it?"},
    {"Channel", "in <#C1|general>", "in #general"},
    {"Everybody", "<!here> hi", "@here hi"},
    {"Group", "<!subteam^S1|@team>", "@team"},
    {"Date", "<!date^1392734382^{date}|Feb 18>", "Feb 18"},
    {"Link", "<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"},
    {"LinkWithWords", "<https://x.example/|here>", "here (https://x.example/)"},
    {"LinkThatSaysItself", "<http://x.example|x.example>", "http://x.example"},
    {"Mail", "<mailto:a@x.example|a@x.example>", "a@x.example"},
    {"NotClosed", "1 <2", "1 <2"},
    {"Empty", "<>", ""},
};

class SlackPlain : public testing::TestWithParam<PlainCase> {};

TEST_P(SlackPlain, ReadsAsAPersonWould) {
  EXPECT_EQ(slack::to_plain(GetParam().text, "UBOT"), GetParam().plain);
}
INSTANTIATE_TEST_SUITE_P(Table, SlackPlain, testing::ValuesIn(kPlain),
                         [](const auto& test) { return test.param.name; });

TEST(SlackParse, ReadsWhoWhenAndWhere) {
  const auto parsed = parse(message(R"("text":"hi &amp; bye")"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "Ev1");
  EXPECT_EQ(in.dedup_alias, "message:D1:1760000000.000100");
  EXPECT_EQ(in.account, "A1");
  EXPECT_EQ(in.identity.key, (IdentityKey{"slack:T1", "slack", "U1"}));
  EXPECT_EQ(in.recipient, "D1");
  EXPECT_EQ(in.group, "");
  EXPECT_EQ(in.occurred_at, TimePoint{std::chrono::seconds(1'760'000'000)});
  EXPECT_EQ(said(in).external_id, "Ev1");
  EXPECT_EQ(said(in).content, std::vector<Part>{Text{.text = "hi & bye"}});
  EXPECT_EQ(said(in).attributes.at("platform_message_ts"),
            AttributeValue(std::string("1760000000.000100")));
}

// The app hears it as a message of the channel and as a mention: two events of one message.
TEST(SlackParse, AMentionHasTheAliasOfItsMessage) {
  const char* rest = R"(,"user":"U1","channel":"C1","ts":"5.1","text":"<@UBOT> help")";
  const auto first =
      parse(callback(std::string(R"("type":"message","channel_type":"channel")") + rest, "Ev1"));
  const auto second = parse(callback(std::string(R"("type":"app_mention")") + rest, "Ev2"));
  EXPECT_NE(only(first).dedup_key, only(second).dedup_key);
  EXPECT_EQ(only(first).dedup_alias, only(second).dedup_alias);
  EXPECT_EQ(said(only(second)).content, std::vector<Part>{Text{.text = "help"}});
}

TEST(SlackParse, ARepeatedDeliveryIsNotDroppedForItsHeader) {
  auto again = slack_support::signed_at(message(R"("text":"hi")"), slack_support::kNowS);
  again.headers.push_back({"x-slack-retry-num", "2"});
  again.headers.push_back({"x-slack-retry-reason", "http_timeout"});
  const auto& connector = *slack_support::entry().connector;
  ASSERT_TRUE(connector.authenticate(again.view(), slack_support::channel()));
  EXPECT_EQ(only(connector.parse(again.view(), slack_support::channel())).dedup_key, "Ev1");
}

TEST(SlackParse, ThreadsAreAnsweredInTheThread) {
  const auto parsed = parse(callback(R"("type":"message","subtype":"thread_broadcast","user":"U1",
      "channel":"C1","channel_type":"channel","ts":"9.1","thread_ts":"7.5","text":"a")"));
  EXPECT_EQ(only(parsed).recipient, "C1:7.5");
  EXPECT_EQ(only(parsed).group, "C1");
  EXPECT_EQ(said(only(parsed)).reply_to, "7.5");
}

TEST(SlackParse, FilesKeepTheirPrivateAddress) {
  const auto parsed = parse(message(R"("subtype":"file_share","text":"see","files":[
      {"id":"F1","name":"a.png","mimetype":"image/png","size":7,"original_w":3,"original_h":4,
       "url_private":"https://files.slack.com/p","url_private_download":
       "https://files.slack.com/d","permalink_public":"https://slack-files.com/x"},
      {"id":"F2","mimetype":"audio/webm","subtype":"slack_audio","duration_ms":900,
       "url_private":"https://files.slack.com/v"},
      {"id":"F3","mode":"tombstone"},"nonsense"])"));
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), 4u);
  const auto& image = std::get<Media>(content[1]);
  EXPECT_EQ(image.kind, MediaKind::image);
  EXPECT_EQ(image.url, "https://files.slack.com/d");
  EXPECT_EQ(image.platform_id, "F1");
  EXPECT_EQ(image.width, 3u);
  const auto& voice = std::get<Media>(content[2]);
  EXPECT_EQ(voice.kind, MediaKind::voice);
  EXPECT_EQ(voice.url, "https://files.slack.com/v");
  EXPECT_EQ(std::get<Unsupported>(content[3]).provider_type, "file tombstone");
}

TEST(SlackParse, AMessageOfNothingWeKnowIsKept) {
  const auto parsed = parse(message(R"("text":"","blocks":[{"type":"hologram"}])"));
  EXPECT_EQ(std::get<Unsupported>(said(only(parsed)).content.at(0)).provider_type, "blocks");
}

struct SignalCase {
  const char* name;
  std::string_view event;
  EventType type;
  const char *platform_type, *target, *text, *emoji;
};
void PrintTo(const SignalCase& c, std::ostream* out) { *out << c.name; }

const SignalCase kSignals[] = {
    {"Edit", R"("type":"message","subtype":"message_changed","channel":"D1","channel_type":"im",
      "message":{"user":"U1","ts":"5.1","text":"new &gt;","edited":{"user":"U1","ts":"6.0"}})",
     EventType::message_updated, "message", "5.1", "new >", ""},
    {"EditThatNamesTheOldMessageOnly",
     R"("type":"message","subtype":"message_changed","channel":"D1","message":{"user":"U1",
      "text":"b","edited":{}},"previous_message":{"ts":"5.1"})",
     EventType::message_updated, "message", "5.1", "b", ""},
    {"Deletion", R"("type":"message","subtype":"message_deleted","channel":"D1","deleted_ts":"5.1",
      "previous_message":{"user":"U1","ts":"5.1"})",
     EventType::message_deleted, "message", "5.1", "", ""},
    {"Reaction", R"("type":"reaction_added","user":"U1","reaction":"tada","item":{"type":"message",
      "channel":"C1","ts":"5.1"})",
     EventType::reaction_added, "reaction_added", "5.1", "", "tada"},
    {"NoReactionAnyMore", R"("type":"reaction_removed","user":"U1","reaction":"tada","item":{
      "type":"message","channel":"C1","ts":"5.1"})",
     EventType::reaction_removed, "reaction_removed", "5.1", "", "tada"},
    {"Joined", R"("type":"message","subtype":"channel_join","user":"U1","channel":"C1",
      "ts":"5.1")",
     EventType::platform_event, "message", "", "", ""},
    {"HomeOpened", R"("type":"app_home_opened","user":"U1","channel":"D1","tab":"home")",
     EventType::platform_event, "app_home_opened", "", "", ""},
    {"NewType", R"("type":"teleported","user":{"id":"U1"})", EventType::platform_event,
     "teleported", "", "", ""},
};

class SlackSignals : public testing::TestWithParam<SignalCase> {};

TEST_P(SlackSignals, TellWhatHappened) {
  const auto& c = GetParam();
  const auto parsed = parse(callback(c.event));
  EXPECT_EQ(only(parsed).identity.key.value, "U1");
  EXPECT_EQ(only(parsed).dedup_key, "Ev1");
  const auto& signal = told(only(parsed));
  EXPECT_EQ(signal.type, c.type);
  EXPECT_EQ(signal.platform_event.type, c.platform_type);
  const Target target = signal.target.value_or(Target{});
  EXPECT_EQ(target.message, c.target);
  EXPECT_EQ(target.text, c.text);
  EXPECT_EQ(target.emoji, c.emoji);
}
INSTANTIATE_TEST_SUITE_P(Table, SlackSignals, testing::ValuesIn(kSignals),
                         [](const auto& test) { return test.param.name; });

const char* const kSilent[] = {
    // Bots, ourselves among them: answering them could go on for ever.
    R"("type":"message","bot_id":"B1","user":"U9","channel":"D1","ts":"1.1","text":"a")",
    R"("type":"message","subtype":"bot_message","channel":"D1","ts":"1.1","text":"a")",
    R"("type":"message","user":"UBOT","channel":"D1","ts":"1.1","text":"a")",
    R"("type":"message","user":"USLACKBOT","channel":"D1","ts":"1.1","text":"a")",
    R"("type":"reaction_added","user":"UBOT","reaction":"x","item":{"type":"message","ts":"1"})",
    // A preview was added to a message, or a bot's message was edited: no edit of the user's.
    R"("type":"message","subtype":"message_changed","channel":"D1","message":{"user":"U1",
        "ts":"5.1","text":"a","attachments":[]})",
    R"("type":"message","subtype":"message_changed","channel":"D1","message":{"user":"U1",
        "bot_id":"B1","ts":"5.1","text":"a","edited":{}})",
    R"("type":"message","subtype":"message_deleted","channel":"D1","deleted_ts":"5.1")",
    R"("type":"message","channel":"C1","ts":"1.1","text":"nobody said it")",
    R"("type":"tokens_revoked","tokens":{})",
};

TEST(SlackParse, WhatNobodyNeedsIsNoEvent) {
  for (const auto* event : kSilent) {
    const auto parsed = parse(callback(event));
    EXPECT_TRUE(parsed.events.empty()) << event;
    EXPECT_FALSE(parsed.stopped) << event;
  }
  EXPECT_FALSE(parse(R"({"type":"app_rate_limited","team_id":"T1"})").stopped);
}

std::string interaction(const std::string& payload) { return "payload=" + percent_encode(payload); }

TEST(SlackParse, PressedButtonsAreActionResponses) {
  const auto parsed = parse(interaction(R"({"type":"block_actions","api_app_id":"A1",
      "team":{"id":"T1"},"user":{"id":"U1","username":"ann","name":"Ann"},
      "channel":{"id":"C1"},"container":{"message_ts":"5.1","thread_ts":"4.0"},"actions":[
      {"type":"button","action_id":"parley_1","value":"yes","text":{"text":"Yes!"},
       "action_ts":"8.1"},
      {"type":"button","action_id":"parley_2","url":"https://x.example/","action_ts":"8.1"},
      {"type":"static_select","action_id":"s","selected_option":{"value":"b","text":{"text":"B"}},
       "action_ts":"8.1"}]})"));
  ASSERT_EQ(parsed.events.size(), 2u) << "a link that was opened is nothing to answer";
  const auto& in = parsed.events[0];
  EXPECT_EQ(in.identity.key, (IdentityKey{"slack:T1", "slack", "U1"}));
  EXPECT_EQ(in.recipient, "C1:4.0");
  EXPECT_EQ(said(in).reply_to, "5.1");
  const auto& chosen = std::get<ActionResponse>(said(in).content.at(0));
  EXPECT_EQ(chosen.payload, "yes");
  EXPECT_EQ(chosen.title, "Yes!");
  EXPECT_EQ(std::get<ActionResponse>(said(parsed.events[1]).content.at(0)).payload, "b");
  EXPECT_NE(parsed.events[0].dedup_key, parsed.events[1].dedup_key);
}

TEST(SlackParse, OtherInteractionsArePlatformEvents) {
  const auto parsed = parse(interaction(
      R"({"type":"shortcut","callback_id":"new_case","trigger_id":"1.2","team":{"id":"T1"},
          "user":{"id":"U1"}})"));
  EXPECT_EQ(told(only(parsed)).platform_event.type, "shortcut");
  EXPECT_EQ(told(only(parsed)).platform_event.key, "new_case");
}

TEST(SlackParse, ACommandIsSaidToUsAlone) {
  const auto parsed = parse(
      "token=x&team_id=T1&channel_id=C1&channel_name=general&user_id=U1&user_name=ann&"
      "command=%2Fhelp&text=my+order+%26amp%3B+me&trigger_id=13.2.abc&api_app_id=A1");
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "command:13.2.abc");
  EXPECT_EQ(in.recipient, "U1") << "not shown to the whole channel";
  EXPECT_EQ(in.group, "");
  EXPECT_EQ(said(in).fallback_text, "/help my order & me");
}

const char* const kMalformed[] = {
    "",
    "  ",
    "[]",
    "foo",
    "{}",
    R"({"type":"event_callback"})",
    R"({"type":"event_callback","event":[]})",
    R"({"type":"event_callback","event":{"type":5}})",
    R"({"type":"event_callback","event_id":"1","event":{"type":"message","user":"U1",
        "text":"a"}})",
    R"({"type":"event_callback","event_id":"1","event":{"type":"message","user":"U1",
        "channel":"C1","text":{"a":1}}})",
    R"({"type":"event_callback","event":{"type":"message","user":"U1","channel":"C1",
        "text":"neither id nor time"}})",
    "payload=%7B",
    "payload=%7B%22type%22%3A%22block_actions%22%7D",
    "command=%2Fhelp&text=a",
    "command=help&user_id=U1&trigger_id=1",
    "command=%2Fhelp&user_id=U1&trigger_id=1&text=%FF",
};

TEST(SlackParse, RefusesWhatItMightMisread) {
  for (const auto* body : kMalformed) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
  }
}

}  // namespace
}  // namespace parley::connectors
