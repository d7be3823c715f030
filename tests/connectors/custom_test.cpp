#include "connectors/custom/custom.hpp"

#include <gtest/gtest.h>

#include "connectors/standard_webhook.hpp"

namespace parley::connectors {
namespace {

constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};
constexpr const char* kSecret = "whsec_cGFybGV5LWZpeHR1cmUtc2VjcmV0LTEyMzQ1Njc4";
constexpr const char* kRetired = "whsec_cGFybGV5LXJldGlyZWQtc2VjcmV0LTEyMzQ1Njc4";

Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"game"};
  channel.platform = "custom";
  channel.secrets.emplace("secret", Secret(kSecret));
  channel.secrets.emplace("previous_secret", Secret(kRetired));
  channel.settings["callback_url"] = "https://game.example/parley";
  return channel;
}

const Connector& connector() {
  static const Entry kEntry = make_custom();
  return *kEntry.connector;
}

Parsed parse(std::string_view body) {
  WebhookRequest request;
  request.body = body;
  return connector().parse(request, channel());
}

TEST(CustomParse, ReadsAMessage) {
  const auto parsed = parse(
      R"({"type":"message.created","id":"e1","message_id":"m1","timestamp":"2025-10-09T08:53:20Z",
          "sender":{"id":"42","name":"Li","language":"zh","union_id":"U","group":"g1"},
          "content":[{"type":"text","text":"hi"},{"type":"image","url":"https://g.example/a.png",
          "media_id":"med_stolen"}],"reply_to":"m0"})");
  ASSERT_EQ(parsed.events.size(), 1u) << parsed.stopped->detail;
  const auto& in = parsed.events[0];
  EXPECT_EQ(in.dedup_key, "event:e1");
  EXPECT_EQ(in.identity.key, (IdentityKey{"game", "custom", "42"}));
  EXPECT_EQ(in.identity.union_id, "U");
  EXPECT_EQ(in.group, "g1");
  EXPECT_EQ(in.recipient, "g1");
  EXPECT_EQ(in.occurred_at, kNow);
  const auto& message = std::get<MessageIn>(in.what).message;
  EXPECT_EQ(message.external_id, "m1");
  EXPECT_EQ(message.reply_to, "m0");
  EXPECT_EQ(std::get<Media>(message.content.at(1)).media_id, "") << "ids of our store are ours";
}

TEST(CustomParse, ABadEventDoesNotTakeItsNeighbours) {
  const auto parsed = parse(
      R"({"events":[{"type":"message.created","id":"e1","sender":{"id":"1"},"text":"a"},
          {"type":"message.created","sender":{"id":"1"},"text":"no id"}, 7,
          {"type":"message.created","id":"e3","sender":{"id":"1"},"text":"c"}]})");
  ASSERT_EQ(parsed.events.size(), 2u);
  EXPECT_EQ(parsed.events[1].dedup_key, "event:e3");
  ASSERT_TRUE(parsed.stopped);
  EXPECT_NE(parsed.stopped->detail.find("events[1]"), std::string::npos) << parsed.stopped->detail;
}

TEST(CustomParse, ReadsReceiptsSignalsAndWhateverElse) {
  const auto receipt = parse(
      R"({"type":"delivery.updated","id":"e1","message":"m9","state":"failed","error_code":"7"})");
  EXPECT_EQ(std::get<ReceiptIn>(receipt.events.at(0).what).state, DeliveryState::failed);
  EXPECT_EQ(std::get<ReceiptIn>(receipt.events.at(0).what).error_code, "7");
  const auto edit = parse(
      R"({"type":"message.updated","id":"e2","sender":{"id":"1"},"message":"m1","text":"new"})");
  EXPECT_EQ(std::get<SignalIn>(edit.events.at(0).what).type, EventType::message_updated);
  const auto paid = parse(
      R"({"type":"order.paid","id":"e3","sender":{"id":"1"},"key":"o-1","attributes":{"n":2.5}})");
  const auto& event = std::get<SignalIn>(paid.events.at(0).what).platform_event;
  EXPECT_EQ(event.type, "order.paid");
  EXPECT_EQ(event.attributes.at("n"), AttributeValue(2.5));
  const auto out = parse(R"({"type":"contact.opted_out","id":"e4","sender":{"id":"1"}})");
  EXPECT_EQ(out.events.at(0).opt, OptChange::opted_out);
}

const char* const kBad[] = {
    "",
    "[]",
    R"({"type":"message.created"})",
    R"({"type":"message.created","id":"e1"})",
    R"({"type":"message.created","id":"e1","sender":{}})",
    R"({"type":"message.created","id":"e1","sender":{"id":5},"text":"a"})",
    R"({"type":"message.created","id":"e1","sender":{"id":"5"}})",
    R"({"type":"message.created","id":"e1","sender":{"id":"5"},"text":"a","timestamp":"soon"})",
    R"({"type":"delivery.updated","id":"e1","message":"m"})",
    R"({"type":"delivery.updated","id":"e1","message":"m","state":"eaten"})",
    R"({"type":"message.read","id":"e1","sender":{"id":"5"}})",
    R"({"events":{}})",
};

TEST(CustomParse, BadOnesAreExplained) {
  for (const char* body : kBad) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
  }
  std::string many = R"({"events":[)";
  for (int i = 0; i < 101; ++i) many += "{},";
  many.back() = ']';
  EXPECT_TRUE(parse(many + "}").stopped);
}

TEST(CustomAuth, TheRetiredSecretStillOpens) {
  const std::string body = "{}";
  const std::string signature = sign_webhook(Secret(kRetired), "e1", 1'760'000'000, body);
  WebhookRequest request;
  request.body = body;
  request.received_at = kNow;
  request.headers = {
      {"webhook-id", "e1"}, {"webhook-timestamp", "1760000000"}, {"webhook-signature", signature}};
  EXPECT_TRUE(connector().authenticate(request, channel()));
  auto changed = channel();
  changed.secrets.erase("previous_secret");
  EXPECT_FALSE(connector().authenticate(request, changed));
}

Send greeting() {
  Send send;
  send.id = SendId{"snd_1"};
  send.recipient = "42";
  send.idempotency_key = "idem_1";
  send.message.content = {Text{.text = "你好"}};
  return send;
}

TEST(CustomSend, SignsUnderTheIdempotencyKey) {
  const Send send = greeting();
  const Channel over = channel();
  const auto call = std::get<HttpCall>(connector().start({send, over, {}, kNow}));
  EXPECT_EQ(call.url, "https://game.example/parley");
  std::map<std::string, std::string> headers(call.headers.begin(), call.headers.end());
  EXPECT_EQ(headers["webhook-id"], "idem_1");
  const Secret secrets[] = {Secret(kSecret)};
  EXPECT_TRUE(verify_webhook({.id = headers["webhook-id"],
                              .timestamp = headers["webhook-timestamp"],
                              .signature = headers["webhook-signature"],
                              .body = call.body},
                             secrets, kNow));
  EXPECT_NE(call.body.find("你好"), std::string::npos);
}

struct AnswerCase {
  const char* name;
  int status;
  const char* body;
  std::optional<Errc> error;
  const char* id;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }

const AnswerCase kAnswers[] = {
    {"WithId", 200, R"({"id":"theirs"})", std::nullopt, "theirs"},
    {"NoContent", 204, "", std::nullopt, "snd_1"},
    {"GarbageBody", 200, "<ok>", std::nullopt, "snd_1"},
    {"Gone", 410, "", Errc::recipient_gone, ""},
    {"TooMany", 429, "", Errc::throttled, ""},
    {"BadRequest", 400, "", Errc::rejected, ""},
    {"Forbidden", 403, "", Errc::misconfigured, ""},
    {"Redirect", 302, "", Errc::misconfigured, ""},
    {"ServerError", 500, "", Errc::unavailable, ""},
};

class CustomAnswer : public testing::TestWithParam<AnswerCase> {};

TEST_P(CustomAnswer, SaysWhatToDoNext) {
  const Send send = greeting();
  const Channel over = channel();
  HttpAnswer answer;
  answer.status = GetParam().status;
  answer.body = GetParam().body;
  const auto step = connector().resume({send, over, {}, kNow}, 0, answer);
  if (GetParam().error) {
    EXPECT_EQ(std::get<Error>(step).code, *GetParam().error);
  } else {
    EXPECT_EQ(std::get<Sent>(step).external_ids, std::vector<std::string>{GetParam().id});
  }
}
INSTANTIATE_TEST_SUITE_P(Table, CustomAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(CustomCheck, NamesBadSettings) {
  EXPECT_EQ(connector().check(channel()), "");
  auto bad = channel();
  bad.secrets.insert_or_assign("secret", Secret("password"));
  EXPECT_NE(connector().check(bad), "");
  bad = channel();
  bad.settings["callback_url"] = "ftp://game.example/";
  EXPECT_NE(connector().check(bad), "");
}

}  // namespace
}  // namespace parley::connectors
