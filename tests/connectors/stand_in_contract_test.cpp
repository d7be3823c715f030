// What a stand-in plays, the connector that serves real customers must believe, and the other way
// round: over every platform of the registry that can be simulated, in each of its modes.
#include <gtest/gtest.h>

#include <set>

#include "tests/connectors/stand_in_player.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

class StandInContract : public StandInPlayer {};

TEST_P(StandInContract, ItsSamplesAreGoodChannels) {
  EXPECT_EQ(connector().check(channel()), "");
  EXPECT_EQ(channel().platform, connector().platform());
  std::set<std::string_view> known;
  for (const auto& setting : connector().settings()) {
    const std::string name(setting.name);
    known.insert(setting.name);
    const bool secret = setting.kind == SettingKind::secret;
    const bool present =
        secret ? channel().secrets.contains(name) : channel().settings.contains(name);
    EXPECT_TRUE(present || !setting.required) << name;
  }
  for (const auto& [name, value] : channel().settings) EXPECT_TRUE(known.contains(name)) << name;
  for (const auto& [name, value] : channel().secrets) EXPECT_TRUE(known.contains(name)) << name;
}

TEST_P(StandInContract, ItsCustomersAreManyAndTellable) {
  std::set<std::string> users;
  for (std::uint64_t number = 0; number < 50; ++number) users.insert(stand_in_->user(number));
  EXPECT_EQ(users.size(), 50u);
  const auto rules = stand_in_->redelivery();
  EXPECT_GT(rules.attempts_max, 0);
  EXPECT_GT(rules.timeout.count(), 0);
}

TEST_P(StandInContract, WhatItDeliversIsBelievedAndRead) {
  const auto message = first_message();
  EXPECT_EQ(std::get<MessageIn>(message.what).message.fallback_text, kAsked);
  EXPECT_FALSE(message.dedup_key.empty());
  EXPECT_FALSE(message.recipient.empty() && message.reply_token.empty()) << "nowhere to answer";
  EXPECT_NE(message.identity.key.value.find(stand_in_->user(0)), std::string::npos)
      << message.identity.key.value;
}

TEST_P(StandInContract, WhatItRedeliversIsTheSameMessage) {
  const auto first = first_message();
  const auto later = kNow + Milliseconds(5'000);
  const auto again = message_of({.user = stand_in_->user(0),
                                 .text = std::string(kAsked),
                                 .number = 77,
                                 .said_at = kNow,
                                 .sent_at = later});
  EXPECT_EQ(first.dedup_key, again.dedup_key);
  EXPECT_NE(first.dedup_key, first_message(78).dedup_key);
  const auto other = message_of({.user = stand_in_->user(1),
                                 .text = std::string(kAsked),
                                 .number = 79,
                                 .said_at = kNow,
                                 .sent_at = kNow});
  EXPECT_NE(first.identity.key.value, other.identity.key.value);
}

TEST_P(StandInContract, AnotherSecretIsNotBelieved) {
  auto foreign = channel();
  for (auto& [name, secret] : foreign.secrets) {
    // Of another platform account, and well-formed: the first character that can change, changed.
    std::string text = secret.reveal();
    const auto at = text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 7);
    if (at != std::string::npos) text[at] = text[at] == 'x' ? 'y' : 'x';
    secret = Secret(text);
  }
  const auto dispatch = stand_in_->deliver(
      channel(),
      {.user = stand_in_->user(0), .text = "hi", .number = 1, .said_at = kNow, .sent_at = kNow});
  ASSERT_TRUE(dispatch);
  for (const auto& webhook : dispatch->webhooks) {
    const auto request = arrived(webhook, stand_in_->user(0));
    EXPECT_FALSE(connector().authenticate(request.view(kNow), foreign));
  }
}

TEST_P(StandInContract, AnAnswerReachesTheCustomerOnce) {
  const auto message = first_message();
  Api api(entry(), channel(), kNow);
  const auto ended = api.run(answer_to(message));
  expect_played_well(api);
  if (connector().capabilities().send_mode == SendMode::socket) {
    ASSERT_TRUE(std::holds_alternative<Push>(ended));
    return;
  }
  if (const auto* error = std::get_if<Error>(&ended)) FAIL() << error->detail;
  ASSERT_TRUE(std::holds_alternative<Sent>(ended));
  ASSERT_EQ(api.taken.size(), 1u);
  EXPECT_EQ(api.taken[0].to, stand_in_->user(0));
  EXPECT_EQ(api.taken[0].text, kAnswered);
  const auto& ids = std::get<Sent>(ended).external_ids;
  if (!api.taken[0].external_id.empty()) {
    ASSERT_EQ(ids.size(), 1u);
    EXPECT_EQ(ids[0], api.taken[0].external_id);
  }
}

TEST_P(StandInContract, ARepeatedSendIsShownOnceWhereThePlatformTellsThem) {
  const auto& can = connector().capabilities();
  if (!can.idempotent_send || can.send_mode == SendMode::socket) return;
  Send send = answer_to(first_message());
  send.reply_token.clear();  // a one-shot right is spent by the first
  Api api(entry(), channel(), kNow);
  const auto first = api.run(send);
  const auto second = api.run(send);
  expect_played_well(api);
  EXPECT_TRUE(std::holds_alternative<Sent>(first));
  EXPECT_TRUE(std::holds_alternative<Sent>(second));
  EXPECT_EQ(api.taken.size(), 1u);
}

TEST_P(StandInContract, AThrottledSendIsToldToWait) {
  if (connector().capabilities().send_mode == SendMode::socket) return;
  const auto message = first_message();
  Api api(entry(), channel(), kNow);
  api.throttled = true;
  const auto ended = api.run(answer_to(message));
  expect_played_well(api);
  ASSERT_TRUE(std::holds_alternative<Error>(ended));
  EXPECT_EQ(std::get<Error>(ended).code, Errc::throttled) << std::get<Error>(ended).detail;
  EXPECT_TRUE(api.taken.empty());
}

TEST_P(StandInContract, AnExpiredTokenIsRenewedAndTheAnswerSentOnce) {
  if (!entry().token_source) return;
  const auto message = first_message();
  Api api(entry(), channel(), kNow);
  ASSERT_TRUE(std::holds_alternative<Sent>(api.run(answer_to(message))));
  EXPECT_EQ(api.tokens_refused, 0);
  const std::string old = api.token;
  api.stand_in().expire_token();
  Send send = answer_to(message);
  send.id = SendId{place_id("snd", send.person, 2)};
  send.idempotency_key = "key_other";
  send.reply_token.clear();
  const auto ended = api.run(send);
  expect_played_well(api);
  if (const auto* error = std::get_if<Error>(&ended)) FAIL() << error->detail;
  EXPECT_EQ(api.tokens_refused, 1);
  EXPECT_NE(api.token, old);
  EXPECT_EQ(api.taken.size(), 2u);
}

TEST_P(StandInContract, AReceiptNamesTheSend) {
  const auto message = first_message();
  Api api(entry(), channel(), kNow);
  const auto ended = api.run(answer_to(message));
  AcceptedSend send;
  if (const auto* push = std::get_if<Push>(&ended)) {
    send.to = stand_in_->user(0);
    send.external_id = json_at(push->json, "/id");
  } else if (!api.taken.empty()) {
    send = api.taken[0];
  }
  for (const auto state : {DeliveryState::sent, DeliveryState::delivered, DeliveryState::read,
                           DeliveryState::failed}) {
    const auto at = kNow + Milliseconds(2'000);
    const auto dispatch = stand_in_->receipt(channel(), send, state, at);
    if (!dispatch) continue;
    std::vector<ReceiptIn> receipts;
    for (auto& event : events_of(*dispatch, send.to, at)) {
      if (auto* receipt = std::get_if<ReceiptIn>(&event.what)) receipts.push_back(*receipt);
    }
    ASSERT_EQ(receipts.size(), 1u);
    EXPECT_EQ(receipts[0].external_id, send.external_id);
    EXPECT_EQ(receipts[0].state, state);
  }
}

TEST_P(StandInContract, ItLeavesOtherPlatformsPathsAlone) {
  for (const char* path : {"/", "/no/such/api", "/_control/fault", ""}) {
    EXPECT_FALSE(stand_in_->api({.path = path, .query = {}, .headers = {}, .body = "{}"})) << path;
  }
}

TEST_P(StandInContract, AnAcknowledgementCarriesNoAnswer) {
  const auto dispatch = stand_in_->deliver(
      channel(),
      {.user = stand_in_->user(0), .text = "hi", .number = 1, .said_at = kNow, .sent_at = kNow});
  ASSERT_TRUE(dispatch);
  const auto request = arrived(dispatch->webhooks.at(0), stand_in_->user(0));
  const auto reply = connector().acknowledge(request.view(kNow), channel());
  EXPECT_EQ(stand_in_->passive_text(channel(), reply.body), "");
}

TEST_P(StandInContract, APassiveReplyIsRead) {
  if (!entry().passive_reply) return;
  const auto message = first_message();
  Send send = answer_to(message);
  const auto render = [&] {
    return entry().passive_reply->render(
        {.send = send, .channel = channel(), .access_token = {}, .now = kNow}, message.account,
        "0123456789abcdef");
  };
  if (const auto reply = render()) {
    EXPECT_EQ(stand_in_->passive_text(channel(), reply->body), kAnswered);
    return;
  }
  // Where the answer carries no words, it hands over to the platform's own people.
  send.message.content.clear();
  send.message.suggested_actions.emplace_back().type = ActionType::handoff;
  const auto reply = render();
  ASSERT_TRUE(reply);
  EXPECT_NE(stand_in_->passive_text(channel(), reply->body), "");
}

INSTANTIATE_TEST_SUITE_P(EveryPlatform, StandInContract, testing::ValuesIn(everyone()),
                         [](const auto& test) { return test.param.channel.id.value; });

TEST(StandIns, HaveSamplesWithNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const auto& played : everyone()) {
    EXPECT_TRUE(names.insert(played.channel.id.value).second) << played.channel.id.value;
  }
  for (const auto& entry : builtin_registry().entries()) {
    if (entry.stand_in) EXPECT_FALSE(entry.stand_in()->samples(kApiBase).empty());
  }
}

}  // namespace
}  // namespace parley::connectors
