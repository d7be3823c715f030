#include "tests/connectors/douyin_support.hpp"
#include "tests/connectors/play_dialogue.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using namespace testing_support::dialogue;

const Entry& entry() {
  static const Entry kEntry = make_douyin();
  return kEntry;
}

Parsed parse(const std::string& body, std::string delivery = "7001") {
  return entry().connector->parse(douyin_signed(body, std::move(delivery)).view(),
                                  douyin_channel());
}

const Incoming& only(const Parsed& parsed) {
  EXPECT_FALSE(parsed.stopped.has_value()) << parsed.stopped->detail;
  EXPECT_EQ(parsed.events.size(), 1u);
  return parsed.events.at(0);
}

const Message& message(const Incoming& in) { return std::get<MessageIn>(in.what).message; }

// Computed apart from this code.
TEST(DouyinTrust, GivesTheKnownAnswer) {
  OwnedRequest request;
  request.body = R"({"event":"im_receive_msg"})";
  request.headers = {{"x-douyin-signature", "f663d70ae3615fe3b687e4e805567a424670b51e"}};
  EXPECT_TRUE(entry().connector->authenticate(request.view(), douyin_channel()));
}

TEST(DouyinTrust, TheUrlCheckGetsItsNumberBack) {
  const auto ask = [](const std::string& content, bool sign, const char* signature = nullptr) {
    const auto body = R"({"event":"verify_webhook","client_key":"","content":)" + content + "}";
    auto request = sign ? douyin_signed(body) : OwnedRequest{.body = body};
    if (signature != nullptr) request.headers = {{"x-douyin-signature", signature}};
    return entry().connector->handshake(request.view(), douyin_channel());
  };
  EXPECT_EQ((*ask(R"({"challenge":12345})", true))->body, R"({"challenge":12345})");
  EXPECT_EQ((*ask(R"({"challenge":12345})", false))->body, R"({"challenge":12345})");
  EXPECT_EQ((*ask(R"({"challenge":9007199254740993})", true))->body,
            R"({"challenge":9007199254740993})");
  EXPECT_EQ((*ask(R"("{\"challenge\":7}")", true))->body, R"({"challenge":7})");
  EXPECT_EQ((*ask(R"({"challenge":"c\"1"})", true))->body, R"({"challenge":"c\"1"})");
  EXPECT_EQ(ask(R"({"challenge":1})", true, "00")->error().code, Errc::unauthenticated);
  EXPECT_EQ(ask(R"({"challenge":{}})", true)->error().code, Errc::malformed);
  EXPECT_EQ(ask("5", true)->error().code, Errc::malformed);
  const auto event = douyin_signed(douyin_event("im_receive_msg", R"("x":1)"));
  EXPECT_FALSE(entry().connector->handshake(event.view(), douyin_channel()));
}

TEST(DouyinParse, ATextSaysWhoWhereAndHowToAnswer) {
  for (const bool as_text : {true, false}) {
    const auto parsed =
        parse(douyin_event("im_receive_msg", R"("message_type":"text","text":"你好")", as_text));
    const auto& in = only(parsed);
    EXPECT_EQ(in.dedup_key, "7001");
    EXPECT_EQ(in.account, "biz");
    EXPECT_EQ(in.identity.key.value, "u1");
    EXPECT_EQ(in.identity.display_name, "小明");
    EXPECT_EQ(in.opens_window, "user_message");
    EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1705027200123}});
    EXPECT_EQ(message(in).external_id, "@m1==");
    EXPECT_EQ(message(in).fallback_text, "你好");
    EXPECT_EQ(std::get<std::string>(message(in).attributes.at("conversation_id")), "@c1==");
    const auto address = douyin::Address::read(in.recipient);
    EXPECT_EQ(address.user, "u1");
    EXPECT_EQ(address.conversation, "@c1==");
    EXPECT_EQ(address.message, "@m1==");
    EXPECT_EQ(address.account, "biz");
  }
}

TEST(DouyinParse, WithoutADeliveryIdTheMessagesOwnTells) {
  const auto body = douyin_event("im_receive_msg", R"("message_type":"text","text":"a")");
  EXPECT_EQ(only(parse(body, "")).dedup_key, "@m1==");
}

struct ContentRow {
  const char *name, *content, *shown, *url;
};
void PrintTo(const ContentRow& row, std::ostream* out) { *out << row.name; }

const ContentRow kContents[] = {
    {"Image", R"("message_type":"image","resource_url":"https://p.cn/i","resource_width":9)",
     "[image]", "https://p.cn/i"},
    {"ImageWithoutAddress", R"("message_type":"user_local_image")", "[image]", ""},
    {"ImageAtANastyAddress", R"("message_type":"image","resource_url":"file:///etc")", "[image]",
     ""},
    {"Emoji", R"("message_type":"emoji")", "[sticker]", ""},
    {"Video", R"("message_type":"video","item_id":"@v")", "[video]", ""},
    {"Card", R"("message_type":"retain_consult_card")", "[unsupported: retain_consult_card]", ""},
    {"TextOfTheWrongType", R"("message_type":"text","text":5)", "[unsupported: text]", ""},
};

class DouyinContent : public testing::TestWithParam<ContentRow> {};
TEST_P(DouyinContent, BecomesAPart) {
  const auto parsed = parse(douyin_event("im_receive_msg", GetParam().content));
  const auto& said = message(only(parsed));
  EXPECT_EQ(said.fallback_text, GetParam().shown);
  const auto* media = std::get_if<Media>(&said.content.at(0));
  EXPECT_EQ(media == nullptr ? "" : media->url, GetParam().url);
}
INSTANTIATE_TEST_SUITE_P(Table, DouyinContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(DouyinParse, WhatTheAccountItselfSaysIsNoMessage) {
  auto body = douyin_event("im_send_msg", R"("message_type":"text","text":"a","source":"key1")");
  const auto parsed = parse(body);
  const auto& what = std::get<SignalIn>(only(parsed).what);
  EXPECT_EQ(what.platform_event.type, "im_send_msg");
  EXPECT_EQ(only(parsed).identity.key.value, "biz") << "whom it was said to";
  EXPECT_EQ(only(parsed).opens_window, "");
  EXPECT_EQ(only(parsed).recipient, "") << "it cannot be answered";
}

TEST(DouyinParse, VisitsAndRecallsAreSignals) {
  const auto visit = parse(douyin_event("im_enter_direct_msg", R"("scene_type":1)"));
  EXPECT_EQ(only(visit).opens_window, "visit");
  EXPECT_TRUE(douyin::Address::read(only(visit).recipient).visit);
  const auto recall = parse(douyin_event("im_recall_msg", R"("x":1)"));
  const auto& what = std::get<SignalIn>(only(recall).what);
  EXPECT_EQ(what.type, EventType::message_deleted);
  EXPECT_EQ(what.target->message, "@m1==");
}

TEST(DouyinParse, WhatIsNotReadable) {
  for (const char* body : {R"({"event":"im_receive_msg","from_user_id":"u","content":"no json"})",
                           R"({"event":"im_receive_msg","from_user_id":5,"content":"{}"})",
                           R"({"event":"im_receive_msg","client_key":"other","content":"{}"})",
                           R"({"content":"{}"})"}) {
    EXPECT_TRUE(parse(body).stopped.has_value()) << body;
    EXPECT_TRUE(parse(body).events.empty()) << body;
  }
  EXPECT_FALSE(parse(R"({"event":"create_video","content":"{}"})").stopped.has_value());
}

const std::string kTo = "user=u1&conversation=%40c1%3D%3D&message=%40m1%3D%3D&account=biz";
const Said kOk{200, R"({"data":{"error_code":0,"description":""},"extra":{"error_code":0},)"
                    R"("msg_id":"@out"})"};

Played send(std::string recipient, std::vector<Part> content, std::vector<Said> script) {
  return play(entry(), douyin_channel(), send_to(std::move(recipient), std::move(content)), script);
}

TEST(DouyinSend, AnAnswerNamesTheMessageItAnswers) {
  const auto done = send(kTo, {Text{.text = "您好"}}, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://open.douyin.com/im/send/msg/?open_id=biz");
  EXPECT_EQ(header_of(done.calls[0], "access-token"), "TOKEN");
  EXPECT_EQ(done.calls[0].body,
            R"({"msg_id":"@m1==","conversation_id":"@c1==","to_user_id":"u1",)"
            R"("scene":"im_reply_msg","content":{"msg_type":1,"text":{"text":"您好"}}})");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"@out"});
}

TEST(DouyinSend, AVisitIsAnsweredAsOne) {
  const auto done = send(kTo + "&scene=visit", {Text{.text = "a"}}, {kOk});
  EXPECT_TRUE(done.calls.at(0).body.contains(R"("scene":"im_enter_direct_msg")"));
}

TEST(DouyinSend, WithoutAMessageToAnswerNothingIsAsked) {
  const auto done = send("u1", {Text{.text = "a"}}, {kOk});
  EXPECT_TRUE(done.calls.empty());
  EXPECT_EQ(done.error().code, Errc::window_closed);
}

TEST(DouyinSend, WhatWeTurnIntoTextHoldsNoAddress) {
  Link link;
  link.url = "https://a.cn";
  link.title = "T";
  const auto done =
      send(kTo, {Text{.text = "看"}, link, media_of(MediaKind::image, "https://a/i")}, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_TRUE(done.calls[0].body.contains(R"("text":"看\nT")")) << done.calls[0].body;
  EXPECT_EQ(done.sent().degraded.size(), 2u);
}

struct ErrorRow {
  const char* name;
  Said said;
  Errc code;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const ErrorRow& row, std::ostream* out) { *out << row.name; }

const ErrorRow kErrors[] = {
    {"TooMany", {200, R"({"data":{"error_code":28003018}})"}, Errc::throttled},
    {"Http429", {429, "{}"}, Errc::throttled},
    {"AllAnswersUsed", {200, R"({"data":{"error_code":28003070}})"}, Errc::window_closed},
    {"TooLate", {200, R"({"err_no":28003081,"err_msg":"x"})"}, Errc::window_closed},
    {"HoldsALink", {200, R"({"data":{"error_code":28001038}})"}, Errc::rejected},
    {"AccountClosed", {200, R"({"extra":{"error_code":28003101}})"}, Errc::recipient_gone},
    {"OwnRulesAreOn", {200, R"({"data":{"error_code":28003095}})"}, Errc::misconfigured},
    {"AuthorisationOver", {200, R"({"data":{"error_code":10010}})"}, Errc::misconfigured},
    {"Busy", {200, R"({"data":{"error_code":2100004}})"}, Errc::unavailable},
    {"UnknownCode", {200, R"({"data":{"error_code":1}})"}, Errc::rejected},
    {"ServerError", {502, "<html>"}, Errc::unavailable, Delivery::unknown},
    {"NoCode", {200, "{}"}, Errc::unavailable, Delivery::unknown},
    {"NoJson", {200, "OK"}, Errc::unavailable, Delivery::unknown},
};

class DouyinError : public testing::TestWithParam<ErrorRow> {};
TEST_P(DouyinError, MeansThis) {
  const auto done = send(kTo, {Text{.text = "a"}}, {GetParam().said});
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_EQ(done.error().delivery, GetParam().delivery);
}
INSTANTIATE_TEST_SUITE_P(Table, DouyinError, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(DouyinSend, ABadTokenIsRenewedOnce) {
  const Said refused{200, R"({"data":{"error_code":2190008}})"};
  const auto good = send(kTo, {Text{.text = "a"}}, {refused, kOk});
  EXPECT_EQ(good.refused, std::vector<std::string>{"TOKEN"});
  EXPECT_EQ(header_of(good.calls.at(1), "access-token"), "TOKEN1");
  EXPECT_EQ(send(kTo, {Text{.text = "a"}}, {refused}).error().code, Errc::unavailable);
}

TEST(DouyinToken, ComesFromTheRefreshToken) {
  const auto call = entry().token_source->request(douyin_channel(), false);
  EXPECT_EQ(call.url, "https://open.douyin.com/oauth/refresh_token/");
  EXPECT_EQ(call.body, "client_key=key1&grant_type=refresh_token&refresh_token=rft.OfTests");
  const auto token = entry().token_source->read(
      answer_of({200, R"({"data":{"access_token":"act.1","expires_in":1296000,"error_code":0}})"}));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value.reveal(), "act.1");
  EXPECT_EQ(token->lifetime, std::chrono::hours(24 * 15));
  const auto over =
      entry().token_source->read(answer_of({200, R"({"data":{"error_code":10010}})"}));
  EXPECT_EQ(over.error().code, Errc::misconfigured);
}

}  // namespace
}  // namespace parley::connectors
