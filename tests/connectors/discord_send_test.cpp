#include <gtest/gtest.h>

#include "connectors/url.hpp"
#include "tests/connectors/discord_support.hpp"

namespace parley::connectors {
namespace {

using namespace dialogue_support;
using discord_support::talk;

constexpr const char* kTo = "645027906669510667";
const Scripted kOk{200, R"({"id":"1427000000000000099","channel_id":"645027906669510667"})"};
const Scripted kGone{404, R"({"message":"Unknown Webhook","code":10015})"};

Send text_to(std::string text) { return send_of(kTo, {Text{.text = std::move(text)}}); }

TEST(DiscordSend, PostsUnderANonce) {
  const auto done = talk(text_to("hi"), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].method, "POST");
  EXPECT_EQ(done.calls[0].url, "https://discord.com/api/v10/channels/645027906669510667/messages");
  EXPECT_EQ(header(done.calls[0], "Authorization"), "Bot bot-token-of-the-fixture");
  EXPECT_NE(header(done.calls[0], "User-Agent"), "");
  EXPECT_EQ(done.calls[0].body, R"({"content":"hi","nonce":"key_1","enforce_nonce":true})");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"1427000000000000099"});
}

std::string nonce_in(const HttpCall& call) {
  const auto at = call.body.find("\"nonce\":\"") + 9;
  return call.body.substr(at, call.body.find('"', at) - at);
}

TEST(DiscordSend, NoncesFitAndAreTheSendsOwn) {
  auto send = text_to(std::string(2001, 'x'));
  send.idempotency_key = "a-key-of-more-than-twenty-five-characters";
  const auto once = talk(send, {kOk});
  const auto again = talk(send, {kOk});
  ASSERT_EQ(once.calls.size(), 2u);
  for (const auto& call : once.calls) {
    EXPECT_LE(nonce_in(call).size(), 25u);
    EXPECT_FALSE(nonce_in(call).empty());
  }
  EXPECT_NE(nonce_in(once.calls[0]), nonce_in(once.calls[1])) << "two messages, not one";
  EXPECT_EQ(nonce_in(once.calls[0]), nonce_in(again.calls[0]));
}

TEST(DiscordSend, NobodyIsPingedByWhatABotRepeats) {
  const auto done = talk(text_to("hello @everyone"), {kOk});
  EXPECT_NE(done.calls.at(0).body.find(R"("allowed_mentions":{"parse":[]})"), std::string::npos);
}

TEST(DiscordSend, TheFirstAnswerFillsInWhatIsPending) {
  auto send = send_of(kTo, {Text{.text = "a"}, Text{.text = "b"}});
  send.reply_token = "9001:tok-1";
  const auto done = talk(send, {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].method, "PATCH");
  EXPECT_EQ(done.calls[0].url,
            "https://discord.com/api/v10/webhooks/9001/tok-1/messages/@original");
  EXPECT_EQ(header(done.calls[0], "Authorization"), "") << "the token is right enough";
  EXPECT_EQ(done.calls[0].body, R"({"content":"a"})");
  EXPECT_TRUE(done.calls[1].url.ends_with("/channels/645027906669510667/messages"));
  EXPECT_EQ(done.sent().external_ids.size(), 2u);
}

TEST(DiscordSend, AfterItsTimeTheAnswerIsPosted) {
  for (const int status : {401, 404}) {
    auto send = text_to("a");
    send.reply_token = "9001:tok-1";
    const auto done = talk(send, {{status, kGone.body}, kOk});
    ASSERT_EQ(done.calls.size(), 2u);
    EXPECT_EQ(done.calls[1].step, 1);
    EXPECT_TRUE(done.calls[1].url.ends_with("/channels/645027906669510667/messages"));
    EXPECT_EQ(done.sent().external_ids.size(), 1u);
  }
}

TEST(DiscordSend, WhereTheBotMayNotPostTheTokenBringsTheRest) {
  auto send = send_of(kTo, {Text{.text = "a"}, Text{.text = "b"}});
  send.reply_token = "9001:tok-1";
  const auto done = talk(send, {kOk, {403, R"({"message":"Missing Access","code":50001})"}, kOk});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_EQ(done.calls[2].url, "https://discord.com/api/v10/webhooks/9001/tok-1");
  EXPECT_EQ(done.calls[2].body, R"({"content":"b"})");
  EXPECT_EQ(done.sent().external_ids.size(), 2u);
  const auto alone = talk(text_to("a"), {{403, R"({"message":"Missing Access","code":50001})"}});
  EXPECT_EQ(alone.error().code, Errc::rejected);
}

TEST(DiscordSend, GoesOnAtTheStoredStep) {
  auto send = send_of(kTo, {Text{.text = "a"}, Text{.text = "b"}});
  send.reply_token = "9001:tok-1";
  send.step = 3;
  send.step_data = "71";
  const auto done = talk(send, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_NE(done.calls[0].body.find(R"("content":"b")"), std::string::npos);
  EXPECT_EQ(done.sent().external_ids.front(), "71");
}

TEST(DiscordSend, QuotesTheMessageItAnswers) {
  auto send = text_to("a");
  send.message.reply_to = "1427000000000000077";
  EXPECT_NE(
      talk(send, {kOk})
          .calls.at(0)
          .body.find(
              R"("message_reference":{"message_id":"1427000000000000077","fail_if_not_exists":false})"),
      std::string::npos);
  send.message.reply_to = "msg_0001";  // one of ours, which Discord does not know
  EXPECT_EQ(talk(send, {kOk}).calls.at(0).body.find("message_reference"), std::string::npos);
}

TEST(DiscordSend, OurOwnFilesGoWithTheMessage) {
  Media media = medium(MediaKind::file, "");
  media.media_id = "med_00000000000000000000000000000001";
  media.name = "a.pdf";
  media.mime = "application/pdf";
  const auto done = talk(send_of(kTo, {media}), {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  ASSERT_TRUE(done.calls[0].upload);
  EXPECT_EQ(done.calls[0].upload->field, "files[0]");
  EXPECT_EQ(form_value(done.calls[0].body, "payload_json"),
            R"({"nonce":"key_1","enforce_nonce":true})");
}

struct PartCase {
  const char* name;
  Part part;
  const char* members;
  std::size_t degraded;
};
void PrintTo(const PartCase& c, std::ostream* out) { *out << c.name; }

const PartCase kParts[] = {
    {"Picture", medium(MediaKind::image, "https://x.example/a.png"),
     R"("embeds":[{"image":{"url":"https://x.example/a.png"}}])", 0},
    {"FileByAddress", medium(MediaKind::file, "https://x.example/a.pdf"),
     R"("content":"https://x.example/a.pdf")", 1},
    {"Link", Link{.url = "https://x.example/", .title = "X"},
     R"("content":"X\nhttps://x.example/")", 0},
    {"Card", Card{.title = "Tea", .text = "Green"},
     R"("embeds":[{"title":"Tea","description":"Green"}])", 0},
};

class DiscordParts : public testing::TestWithParam<PartCase> {};

TEST_P(DiscordParts, AreShown) {
  const auto done = talk(send_of(kTo, {GetParam().part}), {kOk});
  EXPECT_EQ(done.calls.at(0).body,
            "{" + std::string(GetParam().members) + R"(,"nonce":"key_1","enforce_nonce":true})");
  EXPECT_EQ(done.sent().degraded.size(), GetParam().degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, DiscordParts, testing::ValuesIn(kParts),
                         [](const auto& test) { return test.param.name; });

TEST(DiscordSend, ActionsAreButtonsFiveInARow) {
  std::vector<Action> actions = {action(ActionType::reply, "A"),
                                 action(ActionType::postback, "B", "", "b:1"),
                                 action(ActionType::link, "C", "https://x.example/"),
                                 action(ActionType::reply, "D"),
                                 action(ActionType::reply, "E"),
                                 action(ActionType::reply, "F"),
                                 action(ActionType::reply, "A"),
                                 action(ActionType::link, "no address"),
                                 action(ActionType::location_request, "Where")};
  const auto done = talk(send_of(kTo, {Text{.text = "?"}}, actions), {kOk});
  EXPECT_EQ(
      done.calls.at(0).body,
      R"({"content":"?","components":[{"type":1,"components":[{"type":2,"style":2,"label":"A","custom_id":"A"},{"type":2,"style":2,"label":"B","custom_id":"b:1"},{"type":2,"style":5,"label":"C","url":"https://x.example/"},{"type":2,"style":2,"label":"D","custom_id":"D"},{"type":2,"style":2,"label":"E","custom_id":"E"}]},{"type":1,"components":[{"type":2,"style":2,"label":"F","custom_id":"F"}]}],"nonce":"key_1","enforce_nonce":true})");
  EXPECT_EQ(done.sent().degraded.size(), 3u);
}

TEST(DiscordSend, ACardsButtonsAreNotOverwritten) {
  Card card;
  card.title = "Tea";
  card.actions = {action(ActionType::postback, "Buy", "", "buy:1")};
  const auto done = talk(send_of(kTo, {card}, {action(ActionType::reply, "Yes")}), {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_NE(done.calls[0].body.find("buy:1"), std::string::npos);
  EXPECT_NE(done.calls[1].body.find("Yes"), std::string::npos);
}

TEST(DiscordSend, NothingToShowIsRefusedBeforeAnyCall) {
  const auto done = talk(send_of(kTo, {Reaction{.target = "m", .emoji = "x"}}), {kOk});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(done.error().code, Errc::rejected);
}

struct ErrorCase {
  const char* name;
  int status;
  std::string_view body;
  Errc code;
  Delivery delivery;
  const char* code_text;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

const ErrorCase kErrors[] = {
    {"BadToken", 401, R"({"message":"401: Unauthorized","code":0})", Errc::misconfigured,
     Delivery::not_sent, "401"},
    {"ClosedToBots", 403, R"({"message":"Cannot send messages to this user","code":50007})",
     Errc::recipient_gone, Delivery::not_sent, "50007"},
    {"ChannelGone", 404, R"({"message":"Unknown Channel","code":10003})", Errc::recipient_gone,
     Delivery::not_sent, "10003"},
    {"MissingAccess", 403, R"({"message":"Missing Access","code":50001})", Errc::rejected,
     Delivery::not_sent, "50001"},
    {"BadForm", 400, R"({"message":"Invalid Form Body","code":50035,"errors":{}})", Errc::rejected,
     Delivery::not_sent, "50035"},
    {"GarbageRefusal", 403, "<html>", Errc::rejected, Delivery::not_sent, "403"},
    {"NoId", 200, "{}", Errc::rejected, Delivery::unknown, ""},
    {"GarbageAfterSuccess", 200, "<html>", Errc::rejected, Delivery::unknown, ""},
    {"ServerError", 502, "", Errc::unavailable, Delivery::unknown, "502"},
};

class DiscordErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(DiscordErrors, SayWhatToDoNext) {
  const auto& c = GetParam();
  const auto done = talk(text_to("secret words"), {{c.status, std::string(c.body)}});
  EXPECT_EQ(done.error().code, c.code);
  EXPECT_EQ(done.error().delivery, c.delivery);
  EXPECT_EQ(done.error().code_text, c.code_text);
  EXPECT_EQ(done.error().detail.find(discord_support::kToken), std::string::npos);
  EXPECT_EQ(done.error().detail.find("secret words"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, DiscordErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(DiscordSend, TooManyTellsHowLongToWait) {
  const auto body =
      talk(text_to("a"), {{429, R"({"retry_after":1.337,"global":true})", {{"retry-after", "2"}}}});
  EXPECT_EQ(body.error().code, Errc::throttled);
  EXPECT_EQ(body.error().retry_after, Milliseconds(1'337));
  const auto head = talk(text_to("a"), {{429, "error code: 1015", {{"retry-after", "2"}}}});
  EXPECT_EQ(head.error().retry_after, Milliseconds(2'000));
  const auto silly = talk(text_to("a"), {{429, R"({"retry_after":1e300})"}});
  EXPECT_EQ(silly.error().retry_after, Milliseconds(24 * 3'600'000));
}

TEST(DiscordTyping, ShowsButCannotHide) {
  const auto& typing = *discord_support::entry().typing;
  const auto on = typing.typing(kTo, true, discord_support::channel(), "");
  ASSERT_TRUE(on);
  EXPECT_EQ(on->url, "https://discord.com/api/v10/channels/645027906669510667/typing");
  EXPECT_EQ(on->body, "");
  EXPECT_FALSE(typing.typing(kTo, false, discord_support::channel(), ""));
}

}  // namespace
}  // namespace parley::connectors
