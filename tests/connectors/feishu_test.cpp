#include "connectors/feishu/trust.hpp"
#include "tests/connectors/feishu_support.hpp"
#include "tests/connectors/play_dialogue.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using namespace testing_support::dialogue;

const Entry& entry() {
  static const Entry kEntry = make_feishu();
  return kEntry;
}

Parsed parse(const std::string& json) {
  return entry().connector->parse(feishu_event(json).view(), feishu_channel());
}

const Incoming& only(const Parsed& parsed) {
  EXPECT_FALSE(parsed.stopped.has_value()) << parsed.stopped->detail;
  EXPECT_EQ(parsed.events.size(), 1u);
  return parsed.events.at(0);
}

const Message& message(const Incoming& in) { return std::get<MessageIn>(in.what).message; }

// The platform's public sample, and digests computed apart from this code.
TEST(FeishuTrust, GivesTheKnownAnswers) {
  EXPECT_EQ(feishu::open_envelope("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="),
            "hello world");
  const auto channel = feishu_channel();
  const auto signed_event = feishu_signed(
      R"({"encrypt":"AAAA"})", "799d3b5ca2c0dcfc723bc7855600dcfd8c74ec6c4022ef4d67e1dfba7a899e81");
  EXPECT_TRUE(feishu::authenticate(signed_event.view(), channel));
  const auto old_card =
      feishu_signed(R"({"action":{}})", "7265536e4eff76bba0cc8ad5a537d29f991411ae");
  EXPECT_TRUE(feishu::authenticate(old_card.view(), channel));
}

TEST(FeishuTrust, AnEnvelopeOfWrongSizeOrPaddingDoesNotOpen) {
  const auto good = feishu_sealed("hello");
  EXPECT_EQ(feishu::open_envelope(kFeishuKey, good), "hello");
  EXPECT_EQ(feishu::open_envelope("another", good), "");
  EXPECT_EQ(feishu::open_envelope("", good), "");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = feishu::open_envelope(kFeishuKey, good.substr(0, size));
    EXPECT_TRUE(cut.empty() || size >= good.size() - 2) << size;  // '=' at the end may be missing
  }
  // Every length fills its last block: PKCS#7 to 16.
  for (std::size_t size = 1; size < 40; ++size) {
    EXPECT_EQ(feishu::open_envelope(kFeishuKey, feishu_sealed(std::string(size, 'x'))),
              std::string(size, 'x'));
  }
}

TEST(FeishuTrust, AnEnvelopeSealedWithAnotherKeyIsMalformed) {
  // Signed with our key, sealed with another: only somebody who mixed up two apps does that.
  const std::string body = R"({"encrypt":")" + feishu_sealed("{}", "AnotherKey") + R"("})";
  const auto request =
      feishu_signed(body, to_hex(sha256("1600000000n0nce" + std::string(kFeishuKey) + body)));
  EXPECT_TRUE(entry().connector->authenticate(request.view(), feishu_channel()));
  const auto parsed = entry().connector->parse(request.view(), feishu_channel());
  ASSERT_TRUE(parsed.stopped.has_value());
  EXPECT_EQ(parsed.stopped->code, Errc::malformed);
}

TEST(FeishuTrust, AnEventForAnotherAppIsRefused) {
  auto json = feishu_message("text", R"({"text":"a"})");
  json.replace(json.find(kFeishuToken), kFeishuToken.size(), "SomebodyElse");
  EXPECT_FALSE(entry().connector->authenticate(feishu_event(json).view(), feishu_channel()));
}

TEST(FeishuTrust, AnswersTheChallengeInBothForms) {
  const std::string question =
      R"({"challenge":"c-\"1\"","token":"TokenOfTests","type":"url_verification"})";
  // The challenge is not signed, whether sealed or not.
  const auto sealed = feishu_plain(R"({"encrypt":")" + feishu_sealed(question) + R"("})");
  for (const auto& request : {feishu_plain(question), sealed}) {
    const auto reply = entry().connector->handshake(request.view(), feishu_channel());
    ASSERT_TRUE(reply && *reply);
    EXPECT_EQ((*reply)->body, R"({"challenge":"c-\"1\""})");
    EXPECT_EQ((*reply)->content_type, "application/json");
  }
  auto wrong = question;
  wrong.replace(wrong.find(kFeishuToken), kFeishuToken.size(), "Other");
  const auto refused = entry().connector->handshake(feishu_plain(wrong).view(), feishu_channel());
  ASSERT_TRUE(refused && !*refused);
  EXPECT_EQ(refused->error().code, Errc::unauthenticated);
  EXPECT_FALSE(entry().connector->handshake(feishu_event(feishu_message("text", "{}")).view(),
                                            feishu_channel()));
}

TEST(FeishuTrust, AnUnsignedChannelMustBeAskedFor) {
  auto plain = feishu_channel(false);
  EXPECT_NE(entry().connector->check(plain), "");
  plain.settings["allow_unsigned"] = "true";
  EXPECT_EQ(entry().connector->check(plain), "");
  EXPECT_EQ(entry().connector->check(feishu_channel()), "");
}

TEST(FeishuParse, ATextSaysWhoWhereAndWhen) {
  const auto parsed = parse(feishu_message(
      "text", R"({"text":"@_user_1 @_user_10 hi"})",
      R"(,"parent_id":"om_0","mentions":[{"key":"@_user_1","id":{"open_id":"ou_b"},"name":"客服"},)"
      R"({"key":"@_user_10","name":"Li"}])",
      "group"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "om_1");
  EXPECT_EQ(in.account, "cli_1");
  EXPECT_EQ(in.identity.key.value, "ou_1");
  EXPECT_EQ(in.identity.key.scope, "fs");
  EXPECT_EQ(in.identity.union_id, "on_1");
  EXPECT_EQ(in.recipient, "oc_1");
  EXPECT_EQ(in.group, "oc_1");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1600000000456}});
  EXPECT_EQ(message(in).external_id, "om_1");
  EXPECT_EQ(message(in).reply_to, "om_0");
  EXPECT_EQ(message(in).fallback_text, "@客服 @Li hi");
}

TEST(FeishuParse, TheSameMessageUnderAnotherEventIdIsTheSame) {
  auto again = feishu_message("text", R"({"text":"hi"})");
  again.replace(again.find("\"e1\""), 4, "\"e2\"");
  EXPECT_EQ(only(parse(feishu_message("text", R"({"text":"hi"})"))).dedup_key,
            only(parse(again)).dedup_key);
}

struct ContentRow {
  const char* name;
  const char* type;
  const char* content;
  const char* shown;     // fallback text
  const char* key = "";  // the first medium's platform id
};
void PrintTo(const ContentRow& row, std::ostream* out) { *out << row.name; }

const ContentRow kContents[] = {
    {"Image", "image", R"({"image_key":"img_1"})", "[image]", "img_1"},
    {"File", "file", R"({"file_key":"file_1","file_name":"a.pdf"})", "[file: a.pdf]", "file_1"},
    {"Voice", "audio", R"({"file_key":"file_2","duration":2000})", "[voice]", "file_2"},
    {"Video", "media", R"({"file_key":"file_3","image_key":"i","file_name":"a.mp4"})",
     "[video: a.mp4]", "file_3"},
    {"Sticker", "sticker", R"({"file_key":"st1"})", "[sticker]"},
    {"Place", "location", R"({"name":"店","longitude":"121.2","latitude":"31.5"})",
     "[location: 店]"},
    {"PlaceWithoutAPlace", "location", R"({"name":"店"})", "[unsupported: location]"},
    {"RichText", "post",
     R"({"title":"T","content":[[{"tag":"text","text":"a"},{"tag":"a","text":"b","href":"u"}],)"
     R"([{"tag":"img","image_key":"img_2"},{"tag":"at","user_name":"Li"},{"tag":"emotion",)"
     R"("emoji_type":"OK"}]]})",
     "T\nab u\n@Li[OK]\n[image]", "img_2"},
    {"RichTextByLanguage", "post",
     R"({"zh_cn":{"title":"","content":[[{"tag":"text","text":"a"}]]}})", "a"},
    {"UnknownType", "hongbao", R"({"text":"x"})", "[unsupported: hongbao]"},
    {"ContentIsNoJson", "text", "hello", "[unsupported: text]"},
    {"TextOfTheWrongType", "text", R"({"text":5})", "[unsupported: text]"},
    {"SharedContact", "share_user", R"({"user_id":"ou_9"})", "[unsupported: share_user]"},
};

class FeishuContent : public testing::TestWithParam<ContentRow> {};
TEST_P(FeishuContent, BecomesParts) {
  const auto parsed = parse(feishu_message(GetParam().type, GetParam().content));
  const auto& said = message(only(parsed));
  EXPECT_EQ(said.fallback_text, GetParam().shown);
  std::string key;
  for (const auto& part : said.content) {
    if (const auto* media = std::get_if<Media>(&part)) key = media->platform_id;
  }
  EXPECT_EQ(key, GetParam().key);
}
INSTANTIATE_TEST_SUITE_P(Table, FeishuContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(FeishuParse, AnotherBotIsNoCustomer) {
  auto json = feishu_message("text", R"({"text":"a"})");
  json.replace(json.find(R"("sender_type":"user")"), 20, R"("sender_type":"app")");
  const auto parsed = parse(json);
  EXPECT_FALSE(parsed.stopped.has_value());
  EXPECT_TRUE(parsed.events.empty());
}

TEST(FeishuParse, ReadMessagesAreReceiptsAndABadOneIsSkipped) {
  const auto parsed = parse(feishu_json(
      "im.message.message_read_v1",
      R"({"reader":{"reader_id":{"open_id":"ou_1"}},"message_id_list":["om_2",7,"om_3"]})"));
  ASSERT_EQ(parsed.events.size(), 2u);
  const auto& receipt = std::get<ReceiptIn>(parsed.events[1].what);
  EXPECT_EQ(receipt.external_id, "om_3");
  EXPECT_EQ(receipt.state, DeliveryState::read);
}

TEST(FeishuParse, APressedButtonGivesBackWhatWeWroteIntoIt) {
  const auto parsed = parse(
      feishu_json("card.action.trigger",
                  R"({"operator":{"open_id":"ou_1","union_id":"on_1"},"action":{"tag":"button",)"
                  R"("value":{"payload":"buy:1","title":"买"},"form_value":{"size":"M","n":1}},)"
                  R"("context":{"open_message_id":"om_5","open_chat_id":"oc_1"}})"));
  const auto& said = message(only(parsed));
  ASSERT_EQ(said.content.size(), 2u);
  EXPECT_EQ(std::get<FormResponse>(said.content[0]).values.at("size"), "M");
  EXPECT_EQ(std::get<ActionResponse>(said.content[1]).payload, "buy:1");
  EXPECT_EQ(std::get<ActionResponse>(said.content[1]).title, "买");
  EXPECT_EQ(said.reply_to, "om_5");
  EXPECT_EQ(only(parsed).recipient, "oc_1");
  EXPECT_EQ(only(parsed).dedup_key, "event:e1");
}

TEST(FeishuParse, ReactionsMenusAndVisitsAreSignals) {
  const auto reaction = parse(feishu_json(
      "im.message.reaction.created_v1",
      R"({"message_id":"om_5","reaction_type":{"emoji_type":"OK"},"user_id":{"open_id":"ou_1"}})"));
  const auto& signal = std::get<SignalIn>(only(reaction).what);
  EXPECT_EQ(signal.type, EventType::reaction_added);
  EXPECT_EQ(signal.target->message, "om_5");
  EXPECT_EQ(signal.target->emoji, "OK");
  const auto menu =
      parse(feishu_json("application.bot.menu_v6",
                        R"({"operator":{"operator_id":{"open_id":"ou_1"}},"event_key":"orders"})"));
  EXPECT_EQ(std::get<SignalIn>(only(menu).what).platform_event.key, "orders");
  EXPECT_EQ(only(menu).referral->code, "orders");
  const auto visit = parse(feishu_json("im.chat.access_event.bot_p2p_chat_entered_v1",
                                       R"({"chat_id":"oc_1","operator_id":{"open_id":"ou_1"}})"));
  EXPECT_EQ(only(visit).recipient, "oc_1");
  EXPECT_TRUE(parse(feishu_json("contact.user.created_v3", "{}")).events.empty());
}

const char* const kOk = R"({"code":0,"msg":"success","data":{"message_id":"om_9"}})";

TEST(FeishuSend, ATextGoesToTheChatWithAKeyOfItsOwn) {
  const auto done = play(entry(), feishu_channel(),
                         send_to("oc_1", {Text{.text = "你好 \"A\"\n☺"}}), {{200, kOk}});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url,
            "https://open.feishu.cn/open-apis/im/v1/messages?receive_id_type=chat_id");
  EXPECT_EQ(header_of(done.calls[0], "Authorization"), "Bearer TOKEN");
  EXPECT_EQ(done.calls[0].body, R"({"receive_id":"oc_1","msg_type":"text",)"
                                R"("content":"{\"text\":\"你好 \\\"A\\\"\\n☺\"}","uuid":"key"})");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"om_9"});
}

TEST(FeishuSend, TheRecipientsShapeSaysWhatItIs) {
  const std::pair<const char*, const char*> kRows[] = {{"oc_1", "chat_id"},
                                                       {"ou_1", "open_id"},
                                                       {"on_1", "union_id"},
                                                       {"a@b.cn", "email"},
                                                       {"e33ggbyz", "user_id"}};
  for (const auto& [recipient, type] : kRows) {
    const auto done =
        play(entry(), feishu_channel(), send_to(recipient, {Text{.text = "a"}}), {{200, kOk}});
    EXPECT_TRUE(done.calls.at(0).url.ends_with(std::string("receive_id_type=") + type));
  }
}

TEST(FeishuSend, AnAnswerToAMessageOfTheirsQuotesIt) {
  auto send = send_to("oc_1", {Text{.text = "a"}, Text{.text = "b"}});
  send.message.reply_to = "om_5";
  const auto done = play(entry(), feishu_channel(), send, {{200, kOk}});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].url, "https://open.feishu.cn/open-apis/im/v1/messages/om_5/reply");
  EXPECT_FALSE(done.calls[0].body.contains("receive_id"));
  EXPECT_TRUE(done.calls[1].url.ends_with("receive_id_type=chat_id"));
  EXPECT_TRUE(done.calls[1].body.contains(R"("uuid":"key-1")"));
}

// The platform forgets a uuid after an hour; repeats beyond it could be shown twice.
TEST(FeishuSend, RepeatsAreSafeForAnHourOnly) {
  const auto& can = entry().connector->capabilities();
  EXPECT_TRUE(can.idempotent_send);
  EXPECT_EQ(can.idempotency_window, Milliseconds{3'600'000});
}

struct ShapeRow {
  const char* name;
  std::vector<Part> content;
  const char* type;
  const char* content_json;  // as it travels inside the text, quotes escaped once
  std::vector<Action> actions = {};
};
void PrintTo(const ShapeRow& row, std::ostream* out) { *out << row.name; }

Part titled_link() {
  Link link;
  link.url = "https://a.cn";
  link.title = "T";
  return link;
}

Part plain_card() {
  Card card;
  card.title = "T";
  card.text = "t";
  card.actions = {action_of(ActionType::link, "看", "", "https://a.cn")};
  return card;
}

const ShapeRow kShapes[] = {
    {"KnownImage",
     {media_of(MediaKind::image, "", "img_1")},
     "image",
     R"({\"image_key\":\"img_1\"})"},
    {"KnownVoice", {media_of(MediaKind::voice, "", "f_1")}, "audio", R"({\"file_key\":\"f_1\"})"},
    {"KnownVideo", {media_of(MediaKind::video, "", "f_1")}, "media", R"({\"file_key\":\"f_1\"})"},
    {"KnownFile", {media_of(MediaKind::file, "", "f_1")}, "file", R"({\"file_key\":\"f_1\"})"},
    {"Link", {titled_link()}, "post", R"(\"tag\":\"a\",\"text\":\"https://a.cn\")"},
    {"Markdown",
     {Text{.text = "**a**", .format = TextFormat::markdown}},
     "post",
     R"({\"tag\":\"md\",\"text\":\"**a**\"})"},
    {"Card", {plain_card()}, "interactive", R"(\"url\":\"https://a.cn\")"},
    {"Buttons",
     {Text{.text = "?"}},
     "interactive",
     R"(\"value\":{\"payload\":\"yes\",\"title\":\"是\"})",
     {action_of(ActionType::reply, "是", "yes")}},
};

class FeishuShape : public testing::TestWithParam<ShapeRow> {};
TEST_P(FeishuShape, IsThisTypeWithThisContent) {
  const auto done = play(entry(), feishu_channel(),
                         send_to("oc_1", GetParam().content, GetParam().actions), {{200, kOk}});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_TRUE(done.calls[0].body.contains(R"("msg_type":")" + std::string(GetParam().type)));
  EXPECT_TRUE(done.calls[0].body.contains(GetParam().content_json)) << done.calls[0].body;
  EXPECT_TRUE(done.sent().degraded.empty());
}
INSTANTIATE_TEST_SUITE_P(Table, FeishuShape, testing::ValuesIn(kShapes),
                         [](const auto& test) { return test.param.name; });

TEST(FeishuSend, OurOwnMediaAreUploadedFirst) {
  auto picture = media_of(MediaKind::image, "", "", kStoredMedia);
  auto paper = media_of(MediaKind::file, "", "", kStoredMedia);
  paper.mime = "application/pdf";
  paper.name = "a.pdf";
  const auto done = play(entry(), feishu_channel(), send_to("oc_1", {picture, paper}),
                         {{200, R"({"code":0,"data":{"image_key":"img_7"}})"},
                          {200, kOk},
                          {200, R"({"code":0,"data":{"file_key":"file_7"}})"},
                          {200, kOk}});
  ASSERT_EQ(done.calls.size(), 4u);
  EXPECT_EQ(done.calls[0].url, "https://open.feishu.cn/open-apis/im/v1/images");
  EXPECT_EQ(done.calls[0].body, "image_type=message");
  EXPECT_EQ(done.calls[0].upload->field, "image");
  EXPECT_TRUE(done.calls[1].body.contains(R"({\"image_key\":\"img_7\"})"));
  EXPECT_EQ(done.calls[2].body, "file_type=pdf&file_name=a.pdf");
  EXPECT_TRUE(done.calls[3].body.contains(R"({\"file_key\":\"file_7\"})"));
  EXPECT_EQ(done.sent().external_ids, (std::vector<std::string>{"om_9", "om_9"}));
}

struct ErrorRow {
  const char* name;
  int status;
  const char* body;
  Errc code;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const ErrorRow& row, std::ostream* out) { *out << row.name; }

const ErrorRow kErrors[] = {
    {"TooMany", 429, R"({"code":99991400,"msg":"x"})", Errc::throttled},
    {"TooManyInTheChat", 400, R"({"code":230020})", Errc::throttled},
    {"NotInTheChat", 400, R"({"code":230002,"msg":"Bot/User can NOT be out of the chat."})",
     Errc::recipient_gone},
    {"StoppedByTheUser", 400, R"({"code":230053})", Errc::recipient_gone},
    {"NoPermission", 400, R"({"code":99991672})", Errc::misconfigured},
    {"BadParameter", 400, R"({"code":230001})", Errc::rejected},
    {"UnknownCode", 400, R"({"code":239999})", Errc::rejected},
    {"BeingSent", 400, R"({"code":230049})", Errc::unavailable, Delivery::unknown},
    {"ServerError", 502, "<html>", Errc::unavailable, Delivery::unknown},
    {"NoJson", 200, "OK", Errc::unavailable, Delivery::unknown},
    {"NoCode", 200, "{}", Errc::unavailable, Delivery::unknown},
};

class FeishuError : public testing::TestWithParam<ErrorRow> {};
TEST_P(FeishuError, MeansThis) {
  const auto done = play(entry(), feishu_channel(), send_to("oc_1", {Text{.text = "secret words"}}),
                         {{GetParam().status, GetParam().body}});
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_EQ(done.error().delivery, GetParam().delivery);
  EXPECT_FALSE(done.error().detail.contains("secret words"));
}
INSTANTIATE_TEST_SUITE_P(Table, FeishuError, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(FeishuSend, ABadTokenIsRenewedOnce) {
  const Said refused{400, R"({"code":99991663,"msg":"Invalid access token"})"};
  const auto good =
      play(entry(), feishu_channel(), send_to("oc_1", {Text{.text = "a"}}), {refused, {200, kOk}});
  EXPECT_EQ(good.refused, std::vector<std::string>{"TOKEN"});
  EXPECT_EQ(header_of(good.calls.at(1), "Authorization"), "Bearer TOKEN1");
  EXPECT_EQ(good.sent().external_ids.size(), 1u);
  const auto bad = play(entry(), feishu_channel(), send_to("oc_1", {Text{.text = "a"}}), {refused});
  EXPECT_EQ(bad.calls.size(), 2u);
  EXPECT_EQ(bad.error().code, Errc::unavailable);
}

TEST(FeishuToken, IsAskedForWithTheSecretAndRead) {
  const auto call = entry().token_source->request(feishu_channel(), false);
  EXPECT_EQ(call.url, "https://open.feishu.cn/open-apis/auth/v3/tenant_access_token/internal");
  EXPECT_EQ(call.body, R"({"app_id":"cli_1","app_secret":"AppSecretOfTests"})");
  const auto token = entry().token_source->read(
      answer_of({200, R"({"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7200})"}));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value.reveal(), "t-1");
  EXPECT_EQ(token->lifetime, std::chrono::hours(2));
  const auto refused = entry().token_source->read(answer_of({200, R"({"code":10014})"}));
  EXPECT_EQ(refused.error().code, Errc::misconfigured);
  auto lark = feishu_channel();
  lark.settings["region"] = "lark";
  EXPECT_TRUE(
      entry().token_source->request(lark, false).url.starts_with("https://open.larksuite.com/"));
}

TEST(FeishuMedia, IsFetchedFromTheChannelsOwnAddress) {
  const auto parsed = parse(feishu_message("image", R"({"image_key":"img_1"})"));
  auto media = std::get<Media>(message(only(parsed)).content.at(0));
  EXPECT_EQ(media.url,
            "https://open.feishu.cn/open-apis/im/v1/messages/om_1/resources/img_1?type=image");
  const auto step = entry().media_source->start(media, feishu_channel(), "TOKEN");
  const auto& call = std::get<HttpCall>(step);
  EXPECT_EQ(call.url, media.url);
  EXPECT_TRUE(call.download);
  EXPECT_EQ(header_of(call, "Authorization"), "Bearer TOKEN");
  media.url = "https://evil.example/open-apis/im/v1/messages/om_1/resources/x?type=image";
  const auto safe = entry().media_source->start(media, feishu_channel(), "TOKEN");
  EXPECT_TRUE(std::get<HttpCall>(safe).url.starts_with("https://open.feishu.cn/"));
  media.url = "https://evil.example/x";
  EXPECT_TRUE(
      std::holds_alternative<Error>(entry().media_source->start(media, feishu_channel(), "TOKEN")));
  const auto expired = entry().media_source->resume(media, feishu_channel(), "TOKEN", 1,
                                                    answer_of({400, R"({"code":99991663})"}));
  EXPECT_TRUE(std::holds_alternative<RefreshToken>(expired));
}

}  // namespace
}  // namespace parley::connectors
