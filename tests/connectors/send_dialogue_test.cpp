#include "connectors/send_dialogue.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace parley::connectors {
namespace {

// A platform of `steps` calls whose answers are by status: 200 goes on, 401 refuses the token.
class Steps final : public Connector {
 public:
  explicit Steps(int steps) : steps_(steps) {}
  std::string_view platform() const noexcept override { return "steps"; }
  const Capabilities& capabilities() const noexcept override { return capabilities_; }
  const std::vector<Setting>& settings() const noexcept override { return settings_; }
  Result<void> authenticate(const WebhookRequest&, const Channel&) const override { return {}; }
  Parsed parse(const WebhookRequest&, const Channel&) const override { return {}; }
  SendStep start(const SendContext& context) const override {
    return call(context, context.send.step);
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    if (answer.status == 401) return RefreshToken{"40001"};
    if (answer.status != 200) return Error{.code = Errc::rejected};
    if (step + 1 == steps_) return Sent{.external_ids = {"id"}, .degraded = {}};
    return call(context, step + 1);
  }

 private:
  static SendStep call(const SendContext& context, int step) {
    HttpCall call;
    call.url = "https://steps.example/" + std::string(context.access_token);
    call.step = step;
    call.step_data = "at " + std::to_string(step);
    return call;
  }
  int steps_;
  Capabilities capabilities_;
  std::vector<Setting> settings_;
};

class AnyToken final : public TokenSource {
 public:
  HttpCall request(const Channel&, bool) const override { return {}; }
  Result<Token> read(const HttpAnswer&) const override { return Token{}; }
};

Entry entry_of(int steps, bool tokens = true) {
  Entry entry;
  entry.connector = std::make_unique<Steps>(steps);
  if (tokens) entry.token_source = std::make_unique<AnyToken>();
  return entry;
}

HttpAnswer status(int code) {
  HttpAnswer answer;
  answer.status = code;
  return answer;
}

std::string url(const SendDialogue::Next& next) { return std::get<HttpCall>(next).url; }

TEST(SendDialogue, AsksForATokenFirst) {
  const Entry entry = entry_of(1);
  const Channel channel;
  SendDialogue dialogue(entry, channel, {});
  const auto first = dialogue.begin({});
  EXPECT_EQ(std::get<SendDialogue::NeedToken>(first).refused, "");
  EXPECT_EQ(url(dialogue.give_token("A", {})), "https://steps.example/A");
  EXPECT_TRUE(std::holds_alternative<Sent>(dialogue.give_answer(status(200), {})));
}

TEST(SendDialogue, RenewsOnceAndAsksTheSameStepAgain) {
  const Entry entry = entry_of(2);
  const Channel channel;
  SendDialogue dialogue(entry, channel, {});
  dialogue.begin({});
  dialogue.give_token("A", {});
  EXPECT_EQ(url(dialogue.give_answer(status(200), {})), "https://steps.example/A");
  EXPECT_EQ(dialogue.send().step, 1);
  EXPECT_EQ(dialogue.send().step_data, "at 1");
  const auto refused = dialogue.give_answer(status(401), {});
  EXPECT_EQ(std::get<SendDialogue::NeedToken>(refused).refused, "A");
  const auto again = dialogue.give_token("B", {});
  EXPECT_EQ(url(again), "https://steps.example/B");
  EXPECT_EQ(std::get<HttpCall>(again).step, 1);
  EXPECT_TRUE(std::holds_alternative<Sent>(dialogue.give_answer(status(200), {})));
}

TEST(SendDialogue, GivesUpOnASecondRefusal) {
  const Entry entry = entry_of(1);
  const Channel channel;
  SendDialogue dialogue(entry, channel, {});
  dialogue.begin({});
  dialogue.give_token("A", {});
  dialogue.give_answer(status(401), {});
  dialogue.give_token("B", {});
  const auto end = dialogue.give_answer(status(401), {});
  ASSERT_TRUE(std::holds_alternative<Error>(end));
  EXPECT_EQ(std::get<Error>(end).code, Errc::unavailable);
  EXPECT_EQ(std::get<Error>(end).delivery, Delivery::not_sent);
  EXPECT_EQ(std::get<Error>(end).code_text, "40001");
}

// A platform that has another way as long as it takes us without a token.
class LateToken final : public TokenSource {
 public:
  bool needed(const SendContext&) const override { return false; }
  HttpCall request(const Channel&, bool) const override { return {}; }
  Result<Token> read(const HttpAnswer&) const override { return Token{}; }
};

TEST(SendDialogue, BeginsWithoutATokenThatIsNotNeededAndGetsItWhenItIs) {
  Entry entry = entry_of(1, false);
  entry.token_source = std::make_unique<LateToken>();
  const Channel channel;
  SendDialogue dialogue(entry, channel, {});
  EXPECT_EQ(url(dialogue.begin({})), "https://steps.example/");
  const auto wanted = dialogue.give_answer(status(401), {});
  EXPECT_EQ(std::get<SendDialogue::NeedToken>(wanted).refused, "");
  EXPECT_EQ(url(dialogue.give_token("A", {})), "https://steps.example/A");
  // That was no renewal: one is still allowed, a second is not.
  const auto refused = dialogue.give_answer(status(401), {});
  EXPECT_EQ(std::get<SendDialogue::NeedToken>(refused).refused, "A");
  dialogue.give_token("B", {});
  EXPECT_EQ(std::get<Error>(dialogue.give_answer(status(401), {})).code, Errc::unavailable);
}

TEST(SendDialogue, ASourceOfEmptyTokensEnds) {
  Entry entry = entry_of(1, false);
  entry.token_source = std::make_unique<LateToken>();
  const Channel channel;
  SendDialogue dialogue(entry, channel, {});
  dialogue.begin({});
  auto next = dialogue.give_answer(status(401), {});
  for (int i = 0; i < 5 && !std::holds_alternative<Error>(next); ++i) {
    next = std::holds_alternative<HttpCall>(next) ? dialogue.give_answer(status(401), {})
                                                  : dialogue.give_token("", {});
  }
  EXPECT_TRUE(std::holds_alternative<Error>(next));
}

TEST(SendDialogue, ARefusalWithoutTokensIsOurSettings) {
  const Entry entry = entry_of(1, false);
  const Channel channel;
  SendDialogue dialogue(entry, channel, {});
  EXPECT_TRUE(std::holds_alternative<HttpCall>(dialogue.begin({})));
  const auto end = dialogue.give_answer(status(401), {});
  EXPECT_EQ(std::get<Error>(end).code, Errc::misconfigured);
}

TEST(SendDialogue, GoesOnAtTheStoredStep) {
  const Entry entry = entry_of(3, false);
  const Channel channel;
  Send send;
  send.step = 2;
  SendDialogue dialogue(entry, channel, send);
  EXPECT_EQ(std::get<HttpCall>(dialogue.begin({})).step, 2);
  EXPECT_TRUE(std::holds_alternative<Sent>(dialogue.give_answer(status(200), {})));
}

TEST(SendDialogue, HasAnEnd) {
  const Entry entry = entry_of(1'000'000, false);
  const Channel channel;
  SendDialogue dialogue(entry, channel, {});
  auto next = dialogue.begin({});
  int calls = 0;
  while (std::holds_alternative<HttpCall>(next)) {
    ASSERT_LE(++calls, kDialogueStepsMax);
    next = dialogue.give_answer(status(200), {});
  }
  EXPECT_EQ(std::get<Error>(next).code, Errc::rejected);
}

}  // namespace
}  // namespace parley::connectors
