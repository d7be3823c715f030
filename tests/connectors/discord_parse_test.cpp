#include <gtest/gtest.h>

#include "tests/connectors/discord_support.hpp"

namespace parley::connectors {
namespace {

using dialogue_support::said;
using discord_support::interaction;
using discord_support::parse;

const Incoming& only(const Parsed& parsed) {
  EXPECT_EQ(parsed.events.size(), 1u) << (parsed.stopped ? parsed.stopped->detail : "");
  static const Incoming kNone;
  return parsed.events.empty() ? kNone : parsed.events.front();
}

// A known answer, worked out apart from this code, with the key of RFC 8032, section 7.1, test 1:
//   the signature of "1760000000" and {"type":1}
TEST(DiscordSignature, IsAsDocumented) {
  auto channel = discord_support::channel();
  channel.secrets.insert_or_assign(
      "public_key", Secret("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  WebhookRequest request;
  request.body = R"({"type":1})";
  request.headers = {{"x-signature-timestamp", "1760000000"},
                     {"x-signature-ed25519",
                      "f89887fe81f37259244261dd630a69a2d08fff5494317609e45084152c1f14f2c1e6a771cfe5"
                      "375a83548da2422874ca91b254e37526b22bdeb94e2908705606"}};
  const auto& connector = *discord_support::entry().connector;
  EXPECT_TRUE(connector.authenticate(request, channel));
  request.body = R"({"type":2})";
  EXPECT_FALSE(connector.authenticate(request, channel));
}

TEST(DiscordHandshake, AnswersSignedPingsOnly) {
  const auto& connector = *discord_support::entry().connector;
  const auto answer = [&](const testing_support::OwnedRequest& request) {
    return connector.handshake(request.view(), discord_support::channel());
  };
  const auto pong = answer(discord_support::signed_at(R"({"type":1,"id":"1","version":1})"));
  ASSERT_TRUE(pong && pong->has_value());
  EXPECT_EQ((*pong)->body, R"({"type":1})");
  EXPECT_EQ((*pong)->content_type, "application/json");
  const auto event =
      answer(discord_support::signed_at(R"({"version":1,"application_id":"1234","type":0})"));
  ASSERT_TRUE(event && event->has_value());
  EXPECT_EQ((*event)->status, 204);
  EXPECT_EQ((*event)->body, "");
  auto forged = discord_support::signed_at(R"({"type":1})");
  forged.headers[2].second = std::string(128, 'a');
  EXPECT_FALSE(answer(forged));
  const auto proven = connector.authenticate(forged.view(), discord_support::channel());
  ASSERT_FALSE(proven);
  EXPECT_EQ(proven.error().code, Errc::unauthenticated) << "Discord tries this and wants 401";
}

struct AckCase {
  const char* name;
  std::string body;
  int status;
  const char* answer;
};
void PrintTo(const AckCase& c, std::ostream* out) { *out << c.name; }

const AckCase kAcks[] = {
    {"CommandIsPending", interaction(2, R"("data":{"name":"ask"})"), 200, R"({"type":5})"},
    {"ButtonIsQuiet", interaction(3, R"("data":{"custom_id":"a"})"), 200, R"({"type":6})"},
    {"FormIsPending", interaction(5, R"("data":{"custom_id":"a"})"), 200, R"({"type":5})"},
    {"AutocompleteHasNoChoices", interaction(4, R"("data":{"name":"ask"})"), 200,
     R"({"type":8,"data":{"choices":[]}})"},
    {"Event", R"({"version":1,"type":1,"event":{"type":"ENTITLEMENT_CREATE","data":{}}})", 204, ""},
};

class DiscordAcks : public testing::TestWithParam<AckCase> {};

TEST_P(DiscordAcks, AreWhatDiscordWants) {
  WebhookRequest request;
  request.body = GetParam().body;
  const auto reply =
      discord_support::entry().connector->acknowledge(request, discord_support::channel());
  EXPECT_EQ(reply.status, GetParam().status);
  EXPECT_EQ(reply.body, GetParam().answer);
}
INSTANTIATE_TEST_SUITE_P(Table, DiscordAcks, testing::ValuesIn(kAcks),
                         [](const auto& test) { return test.param.name; });

TEST(DiscordAck, MayHaveWords) {
  auto channel = discord_support::channel();
  channel.settings["ack_text"] = "One \"moment\"";
  WebhookRequest request;
  request.body = kAcks[0].body;
  EXPECT_EQ(discord_support::entry().connector->acknowledge(request, channel).body,
            R"({"type":4,"data":{"content":"One \"moment\""}})");
}

TEST(DiscordParse, ReadsWhoWhenAndWhere) {
  const auto parsed = parse(interaction(2, R"("data":{"name":"ask"})"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "1427000000000000001");
  EXPECT_EQ(in.account, "9001");
  EXPECT_EQ(in.identity.key, (IdentityKey{"discord", "discord", "53908232506183680"}));
  EXPECT_EQ(in.identity.display_name, "Mas");
  EXPECT_EQ(in.identity.username, "mason");
  EXPECT_EQ(in.identity.language, "en-US");
  EXPECT_EQ(in.recipient, "645027906669510667");
  EXPECT_EQ(in.group, "645027906669510667");
  EXPECT_EQ(in.reply_token, "9001:tok-1");
  // (1427000000000000001 >> 22) + 1420070400000
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1'760'293'712'377}});
  EXPECT_EQ(said(in).external_id, "1427000000000000001");
}

TEST(DiscordParse, ADirectMessageHasNoGroup) {
  const auto parsed = parse(R"({"type":2,"id":"1427000000000000001","channel_id":"5","token":"t",
      "application_id":"9001","user":{"id":"7","username":"ann"},"data":{"name":"ask"}})");
  EXPECT_EQ(only(parsed).group, "");
  EXPECT_EQ(only(parsed).identity.display_name, "ann");
}

struct CommandCase {
  const char* name;
  std::string_view data;
  const char* text;
};
void PrintTo(const CommandCase& c, std::ostream* out) { *out << c.name; }

const CommandCase kCommands[] = {
    {"Bare", R"("name":"help")", "/help"},
    {"Words", R"("name":"ask","options":[{"type":3,"name":"q","value":"where is it?"}])",
     "where is it?"},
    {"WordsAndMore",
     R"("name":"ask","options":[{"type":3,"name":"q","value":"where"},{"type":4,"name":"n",
        "value":7}])",
     "/ask where 7"},
    {"NumbersAndFlags",
     R"("name":"n","options":[{"type":4,"name":"a","value":-7},{"type":5,"name":"b","value":true},
        {"type":10,"name":"c","value":1.5}])",
     "/n -7 true 1.5"},
    {"Subcommand",
     R"("name":"order","options":[{"type":1,"name":"status","options":[{"type":3,"name":"id",
        "value":"A7"}]}])",
     "/order status A7"},
    {"NonsenseAmongOptions", R"("name":"ask","options":["x",7,{"type":3,"name":"q","value":"a"}])",
     "/ask a"},
    {"OfAMessagesMenu",
     R"("name":"Report","type":3,"target_id":"88","resolved":{"messages":{"88":{"id":"88",
        "content":"buy now"}}})",
     "/Report\nbuy now"},
};

class DiscordCommands : public testing::TestWithParam<CommandCase> {};

TEST_P(DiscordCommands, ReadAsWasTyped) {
  const auto parsed = parse(interaction(2, R"("data":{)" + std::string(GetParam().data) + "}"));
  EXPECT_EQ(std::get<Text>(said(only(parsed)).content.at(0)).text, GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Table, DiscordCommands, testing::ValuesIn(kCommands),
                         [](const auto& test) { return test.param.name; });

TEST(DiscordParse, FilesOfACommandAreMedia) {
  const auto parsed = parse(interaction(2, R"("data":{"name":"send","options":[{"type":11,
      "name":"file","value":"99"},{"type":11,"name":"other","value":"100"}],"resolved":{
      "attachments":{"99":{"id":"99","filename":"a.png","size":7,"content_type":"image/png",
      "url":"https://cdn.discordapp.com/ephemeral-attachments/1/99/a.png"}}}})"));
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), 2u);
  const auto& file = std::get<Media>(content[1]);
  EXPECT_EQ(file.kind, MediaKind::image);
  EXPECT_EQ(file.platform_id, "99");
  EXPECT_EQ(file.size_bytes, 7u);
}

TEST(DiscordParse, PressedButtonsAreActionResponses) {
  const auto parsed = parse(interaction(3, R"("data":{"custom_id":"yes","component_type":2},
      "message":{"id":"88","components":[{"type":1,"components":[{"type":2,"custom_id":"no",
      "label":"No"},{"type":2,"custom_id":"yes","label":"Yes!"}]}]})"));
  const auto& chosen = std::get<ActionResponse>(said(only(parsed)).content.at(0));
  EXPECT_EQ(chosen.payload, "yes");
  EXPECT_EQ(chosen.title, "Yes!");
  EXPECT_EQ(said(only(parsed)).reply_to, "88");
  EXPECT_EQ(only(parsed).reply_token, "") << "its first answer is the message with the button";
  const auto menu = parse(interaction(3, R"("data":{"custom_id":"size","component_type":3,
      "values":["S","M"]})"));
  EXPECT_EQ(std::get<ActionResponse>(said(only(menu)).content.at(0)).payload, "S,M");
}

TEST(DiscordParse, FilledFormsAreFormResponses) {
  const auto parsed = parse(interaction(5, R"("data":{"custom_id":"case","components":[
      {"type":1,"components":[{"type":4,"custom_id":"name","value":"Li"}]},
      {"type":18,"component":{"type":4,"custom_id":"what","value":"broken"}}]})"));
  const auto& form = std::get<FormResponse>(said(only(parsed)).content.at(0));
  EXPECT_EQ(form.values, (std::map<std::string, std::string>{{"name", "Li"}, {"what", "broken"}}));
  EXPECT_EQ(said(only(parsed)).attributes.at("form"), AttributeValue(std::string("case")));
}

TEST(DiscordParse, ADeepNestOfOptionsEnds) {
  std::string options = R"({"name":"x","value":"deep"})";
  for (int i = 0; i < 20; ++i) options = R"({"name":"g","options":[)" + options + "]}";
  const auto parsed = parse(interaction(2, R"("data":{"name":"a","options":[)" + options + "]}"));
  EXPECT_EQ(said(only(parsed)).fallback_text.find("deep"), std::string::npos);
}

struct EventCase {
  const char* name;
  const char* event;
  OptChange opt;
};
void PrintTo(const EventCase& c, std::ostream* out) { *out << c.name; }

const EventCase kEvents[] = {
    {"Authorized", R"({"type":"APPLICATION_AUTHORIZED","timestamp":"t1","data":{"user":{
      "id":"7"}}})",
     OptChange::opted_in},
    {"Deauthorized", R"({"type":"APPLICATION_DEAUTHORIZED","timestamp":"t1","data":{"user":{
      "id":"7"}}})",
     OptChange::opted_out},
    {"Entitlement", R"({"type":"ENTITLEMENT_CREATE","timestamp":"t1","data":{"id":"5",
      "user_id":"7"}})",
     OptChange::none},
    {"NewType", R"({"type":"TELEPORTED","timestamp":"t1","data":{"user_id":"7"}})",
     OptChange::none},
};

class DiscordEvents : public testing::TestWithParam<EventCase> {};

TEST_P(DiscordEvents, ArePlatformEvents) {
  const auto parsed = parse(R"({"version":1,"application_id":"9001","type":1,"event":)" +
                            std::string(GetParam().event) + "}");
  EXPECT_EQ(only(parsed).identity.key.value, "7");
  EXPECT_EQ(only(parsed).opt, GetParam().opt);
  EXPECT_NE(only(parsed).dedup_key, "");
  EXPECT_TRUE(std::string(GetParam().event)
                  .contains(std::get<SignalIn>(only(parsed).what).platform_event.type));
}
INSTANTIATE_TEST_SUITE_P(Table, DiscordEvents, testing::ValuesIn(kEvents),
                         [](const auto& test) { return test.param.name; });

const char* const kSilent[] = {
    R"({"type":1})",
    R"({"version":1,"application_id":"1","type":0})",
    R"({"type":4,"id":"1","data":{}})",
    R"({"type":99,"id":"1"})",
    R"({"version":1,"type":1,"event":{"type":"QUEST_USER_ENROLLMENT"}})",
    R"({"version":1,"type":1,"event":{"type":"X","data":{"about":"nobody"}}})",
};

TEST(DiscordParse, WhatNobodyNeedsIsNoEvent) {
  for (const auto* body : kSilent) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    EXPECT_FALSE(parsed.stopped) << body;
  }
}

const char* const kMalformed[] = {
    "",
    "[]",
    "{}",
    R"({"type":2,"channel_id":"5","user":{"id":"7"},"data":{"name":"a"}})",
    R"({"type":2,"id":"1","channel_id":"5","data":{"name":"a"}})",
    R"({"type":2,"id":"1","channel_id":"5","user":{},"data":{"name":"a"}})",
    R"({"type":2,"id":"1","user":{"id":"7"},"data":{"name":"a"}})",
    R"({"type":2,"id":"1","channel_id":"5","user":{"id":"7"}})",
    R"({"version":1,"type":1,"event":[]})",
    R"({"version":1,"type":1,"event":{"data":{}}})",
};

TEST(DiscordParse, RefusesWhatItMightMisread) {
  for (const auto* body : kMalformed) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
  }
}

TEST(DiscordParse, AnUnusableTokenGivesNoRightToAnswer) {
  auto body = interaction(2, R"("data":{"name":"ask"})");
  body.replace(body.find("tok-1"), 5, "../xy");
  EXPECT_EQ(only(parse(body)).reply_token, "");
}

TEST(DiscordCheck, NamesBadSettings) {
  auto channel = discord_support::channel();
  const auto& connector = *discord_support::entry().connector;
  EXPECT_EQ(connector.check(channel), "");
  channel.secrets.insert_or_assign("public_key", Secret("abc"));
  EXPECT_NE(connector.check(channel), "");
  channel = discord_support::channel();
  channel.secrets.insert_or_assign("bot_token", Secret("a b"));
  EXPECT_NE(connector.check(channel), "");
  channel = discord_support::channel();
  channel.settings["ack_text"] = std::string(2001, 'x');
  EXPECT_NE(connector.check(channel), "");
}

}  // namespace
}  // namespace parley::connectors
