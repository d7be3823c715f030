#include "tests/connectors/dingtalk_support.hpp"
#include "tests/connectors/play_dialogue.hpp"

#include "base/crypto.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using namespace testing_support::dialogue;

const Entry& entry() {
  static const Entry kEntry = make_dingtalk();
  return kEntry;
}

Parsed parse(const std::string& body) {
  return entry().connector->parse(dingtalk_robot(body).view(), dingtalk_channel());
}

const Incoming& only(const Parsed& parsed) {
  EXPECT_FALSE(parsed.stopped.has_value()) << parsed.stopped->detail;
  EXPECT_EQ(parsed.events.size(), 1u);
  return parsed.events.at(0);
}

const Message& message(const Incoming& in) { return std::get<MessageIn>(in.what).message; }

// Computed apart from this code.
TEST(DingtalkTrust, GivesTheKnownAnswers) {
  EXPECT_EQ(dingtalk::robot_sign("AppSecretOfTests", "1760000000000"),
            "XTEyBs92Aktog9cz1nRRJt6MYzrsgcN2SZ3XfmGslXM=");
  OwnedRequest request;
  request.query =
      "signature=7a06279a81b43639296877e11ec4e3df474751be&timestamp=1760000000000&nonce=n0nce";
  request.body =
      R"({"encrypt":"Q3stYC6hdFzMh9T8HCvyDLV8JeomtQuxZLosYEI28mjzSD5UpK2hp0QUc4H6M/N5M9kWYdsUXCfJMZ+Tz/0dhw=="})";
  EXPECT_TRUE(dingtalk::authenticate(request.view(), dingtalk_channel()));
  EXPECT_EQ(*dingtalk::open_event(request.view(), dingtalk_channel()),
            R"({"EventType":"check_url"})");
}

TEST(DingtalkTrust, AnHourIsTheLimitBothWays) {
  const auto body = dingtalk_message("text", R"("text":{"content":"a"})");
  for (const char* good : {"1759996400000", "1760003600000"}) {
    EXPECT_TRUE(dingtalk::authenticate(dingtalk_robot(body, good).view(), dingtalk_channel()));
  }
}

// What the platform would do with our answer: check the signature, open the envelope.
std::string opened_reply(const Reply& reply) {
  const auto field = [&](std::string_view name) {
    const auto key = "\"" + std::string(name) + "\":\"";
    const auto at = reply.body.find(key) + key.size();
    return reply.body.substr(at, reply.body.find('"', at) - at);
  };
  EXPECT_EQ(field("msg_signature"),
            tencent_signature({kDingToken, field("timeStamp"), field("nonce"), field("encrypt")}));
  const auto words = open_envelope(Secret(std::string(kDingKey)), field("encrypt"), kDingOwner);
  return words ? *words : "";
}

TEST(DingtalkTrust, EventsAreAnsweredWithASealedSuccess) {
  const auto request = dingtalk_event(R"({"EventType":"user_add_org","UserId":["a"]})");
  const auto reply = entry().connector->acknowledge(request.view(), dingtalk_channel());
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(opened_reply(reply), "success");
  const auto robot = dingtalk_robot("{}");
  EXPECT_EQ(entry().connector->acknowledge(robot.view(), dingtalk_channel()).body, "");
}

TEST(DingtalkTrust, TheUrlCheckGetsItsRandomWordBack) {
  struct Row {
    const char *event, *words;
  };
  constexpr Row kRows[] = {
      {R"({"EventType":"check_url"})", "success"},
      {R"({"EventType":"check_create_suite_url","Random":"LP1","TestSuiteKey":"s"})", "LP1"},
      {R"({"EventType":"check_update_suite_url","Random":"LP2"})", "LP2"},
  };
  for (const auto& row : kRows) {
    const auto reply =
        entry().connector->handshake(dingtalk_event(row.event).view(), dingtalk_channel());
    ASSERT_TRUE(reply && *reply) << row.event;
    EXPECT_EQ(opened_reply(**reply), row.words);
  }
  const auto other = dingtalk_event(R"({"EventType":"user_add_org"})");
  EXPECT_FALSE(entry().connector->handshake(other.view(), dingtalk_channel()));
  auto forged = dingtalk_event(R"({"EventType":"check_url"})");
  forged.query.replace(forged.query.find("n0nce"), 5, "nonce");
  EXPECT_FALSE(entry().connector->handshake(forged.view(), dingtalk_channel()));
}

TEST(DingtalkTrust, SettingsComeInPairs) {
  auto channel = dingtalk_channel();
  EXPECT_EQ(entry().connector->check(channel), "");
  channel.secrets.erase("token");
  EXPECT_NE(entry().connector->check(channel), "");
  channel = dingtalk_channel();
  channel.secrets.insert_or_assign("encoding_aes_key", Secret("short"));
  EXPECT_NE(entry().connector->check(channel), "");
}

TEST(DingtalkParse, ATextSaysWhoWhereAndHowToAnswer) {
  const auto parsed = parse(dingtalk_message("text", R"("text":{"content":" 你好"})"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "msg1");
  EXPECT_EQ(in.account, "$:bot");
  EXPECT_EQ(in.identity.key.value, "staff1");
  EXPECT_EQ(in.identity.display_name, "李");
  EXPECT_EQ(in.group, "");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1759999999000}});
  EXPECT_EQ(message(in).fallback_text, "你好");
  EXPECT_EQ(std::get<std::string>(message(in).attributes.at("conversation_id")), "cid1==");
  EXPECT_FALSE(message(in).channel_data.contains("session=")) << "the session is a key";
  const auto address = dingtalk::Address::read(in.recipient);
  EXPECT_EQ(address.user, "staff1");
  EXPECT_EQ(address.robot, "dingRobot");
  EXPECT_EQ(address.session_webhook, "https://oapi.dingtalk.com/robot/sendBySession?session=s1");
  EXPECT_TRUE(address.webhook_usable(kDingNow, ""));
}

TEST(DingtalkParse, InAGroupTheAnswerGoesToTheGroup) {
  auto body = dingtalk_message("text", R"("text":{"content":"a"})");
  body.replace(body.find(R"("conversationType":"1")"), 22, R"("conversationType":"2")");
  const auto parsed = parse(body);
  EXPECT_EQ(only(parsed).group, "cid1==");
  EXPECT_EQ(dingtalk::Address::read(only(parsed).recipient).group, "cid1==");
}

TEST(DingtalkParse, WhoIsNotOfTheEnterpriseIsKnownByTheSenderId) {
  auto body = dingtalk_message("text", R"("text":{"content":"a"})");
  body.replace(body.find(R"("senderStaffId":"staff1",)"), 25, "");
  EXPECT_EQ(only(parse(body)).identity.key.value, "$:sender");
  EXPECT_EQ(dingtalk::Address::read(only(parse(body)).recipient).user, "");
}

struct ContentRow {
  const char *name, *type, *content, *shown;
  const char* code = "";
};
void PrintTo(const ContentRow& row, std::ostream* out) { *out << row.name; }

const ContentRow kContents[] = {
    {"Picture", "picture", R"("content":{"downloadCode":"d1","pictureDownloadCode":"p1"})",
     "[image]", "d1"},
    {"Voice", "audio", R"("content":{"duration":4000,"downloadCode":"d2","recognition":"喂"})",
     "[voice: 喂]", "d2"},
    {"Video", "video", R"("content":{"duration":4000,"downloadCode":"d3","videoType":"mp4"})",
     "[video]", "d3"},
    {"File", "file", R"("content":{"fileName":"a.pdf","downloadCode":"d4"})", "[file: a.pdf]",
     "d4"},
    {"ContentAsText", "picture", R"("content":"{\"downloadCode\":\"d5\"}")", "[image]", "d5"},
    {"RichText", "richText",
     R"("content":{"richText":[{"text":" 看"},{"downloadCode":"d6","type":"picture"},7]})",
     "看\n[image]", "d6"},
    {"UnknownType", "interactiveCard", R"("content":{"x":1})", "[unsupported: interactiveCard]"},
    {"PictureWithoutACode", "picture", R"("content":{})", "[unsupported: picture]"},
    {"TextOfTheWrongType", "text", R"("text":"a")", "[unsupported: text]"},
};

class DingtalkContent : public testing::TestWithParam<ContentRow> {};
TEST_P(DingtalkContent, BecomesParts) {
  const auto parsed = parse(dingtalk_message(GetParam().type, GetParam().content));
  const auto& said = message(only(parsed));
  EXPECT_EQ(said.fallback_text, GetParam().shown);
  std::string code;
  for (const auto& part : said.content) {
    if (const auto* media = std::get_if<Media>(&part)) code = media->platform_id;
  }
  EXPECT_EQ(code, GetParam().code);
}
INSTANTIATE_TEST_SUITE_P(Table, DingtalkContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

TEST(DingtalkParse, AnEventIsOneSignalAPersonAndABadOneIsSkipped) {
  const auto request = dingtalk_event(
      R"({"EventType":"chat_add_member","TimeStamp":1759999999000,"CorpId":"c","ChatId":"chat1",)"
      R"("UserId":["b",5,"a","b"]})");
  const auto parsed = entry().connector->parse(request.view(), dingtalk_channel());
  ASSERT_EQ(parsed.events.size(), 2u);
  EXPECT_EQ(parsed.events[0].dedup_key, "event:chat_add_member:1759999999000:a");
  const auto& what = std::get<SignalIn>(parsed.events[1].what);
  EXPECT_EQ(parsed.events[1].identity.key.value, "b");
  EXPECT_EQ(what.platform_event.type, "chat_add_member");
  EXPECT_EQ(what.platform_event.key, "chat1");
}

std::string address(std::string_view until = "1760005400000", std::string_view group = "") {
  std::string out =
      "user=staff1&robot=dingRobot&webhook=https%3A%2F%2Foapi.dingtalk.com%2Frobot%2F"
      "sendBySession%3Fsession%3Ds1&until=" +
      std::string(until);
  if (!group.empty()) out += "&group=" + percent_encode(group);
  return out;
}

Played send(std::string recipient, std::vector<Part> content, std::vector<Said> script,
            std::vector<Action> actions = {}) {
  return play(entry(), dingtalk_channel(),
              send_to(std::move(recipient), std::move(content), std::move(actions)), script,
              kDingNow);
}

const Said kWebhookOk{200, R"({"errcode":0,"errmsg":"ok"})"};
const Said kApiOk{200, R"({"processQueryKey":"q1","invalidStaffIdList":[],)"
                       R"("flowControlledStaffIdList":[]})"};

TEST(DingtalkSend, WhileTheSessionLastsTheAnswerGoesToItsWebhookWithoutAToken) {
  const auto done = send(address(), {Text{.text = "你好"}}, {kWebhookOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://oapi.dingtalk.com/robot/sendBySession?session=s1");
  EXPECT_EQ(done.calls[0].body, R"({"msgtype":"text","text":{"content":"你好"}})");
  EXPECT_TRUE(done.calls[0].headers.empty());
  EXPECT_TRUE(done.sent().external_ids.empty());
}

TEST(DingtalkSend, AfterItTheRobotApiSends) {
  for (const auto* until : {"1760000000000", "1760000029999", "", "x"}) {
    const auto done = send(address(until), {Text{.text = "你好"}}, {kApiOk});
    ASSERT_EQ(done.calls.size(), 1u);
    EXPECT_EQ(done.calls[0].url, "https://api.dingtalk.com/v1.0/robot/oToMessages/batchSend");
    EXPECT_EQ(header_of(done.calls[0], "x-acs-dingtalk-access-token"), "TOKEN");
    EXPECT_EQ(done.calls[0].body,
              R"({"robotCode":"dingRobot","userIds":["staff1"],"msgKey":"sampleText",)"
              R"("msgParam":"{\"content\":\"你好\"}"})");
    EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"q1"});
  }
}

TEST(DingtalkSend, ARefusedSessionFallsBackToTheApi) {
  const auto done = send(address(), {Text{.text = "a"}, media_of(MediaKind::image, "https://a/i")},
                         {kWebhookOk, {200, R"({"errcode":300001,"errmsg":"x"})"}, kApiOk});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_TRUE(done.calls[1].body.contains("![](https://a/i)"));
  EXPECT_TRUE(done.calls[2].url.ends_with("/oToMessages/batchSend"));
  EXPECT_TRUE(done.calls[2].body.contains(R"("msgKey":"sampleImageMsg")")) << "not the text again";
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"q1"});
}

TEST(DingtalkSend, AWebhookElsewhereIsNeverFollowed) {
  const auto done = send("user=staff1&until=1760005400000&webhook=https%3A%2F%2Fevil.example%2F",
                         {Text{.text = "a"}}, {kApiOk});
  EXPECT_TRUE(done.calls.at(0).url.starts_with("https://api.dingtalk.com/"));
  auto channel = dingtalk_channel();
  channel.api_base = "http://127.0.0.1:8089/ding";
  const auto simulated = play(
      entry(), channel,
      send_to("user=staff1&until=1760005400000&webhook=http%3A%2F%2F127.0.0.1%3A8089%2Fding%2Fs",
              {Text{.text = "a"}}),
      {kWebhookOk}, kDingNow);
  EXPECT_EQ(simulated.calls.at(0).url, "http://127.0.0.1:8089/ding/s");
}

TEST(DingtalkSend, GroupsAndBareIdsHaveAddressesToo) {
  const auto group = send(address("0", "cid1=="), {Text{.text = "a"}}, {kApiOk});
  EXPECT_TRUE(group.calls.at(0).url.ends_with("/v1.0/robot/groupMessages/send"));
  EXPECT_TRUE(group.calls[0].body.contains(R"("openConversationId":"cid1==")"));
  const auto bare = send("staff9", {Text{.text = "a"}}, {kApiOk});
  EXPECT_TRUE(bare.calls.at(0).body.contains(R"("userIds":["staff9"])"));
  EXPECT_TRUE(bare.calls[0].body.contains(R"("robotCode":"dingApp")"));
  const auto stranger = send("user=&until=0", {Text{.text = "a"}}, {kApiOk});
  EXPECT_EQ(stranger.error().code, Errc::window_closed);
  EXPECT_TRUE(stranger.calls.empty());
}

struct ShapeRow {
  const char* name;
  Part part;
  const char *webhook, *key, *parameters;
};
void PrintTo(const ShapeRow& row, std::ostream* out) { *out << row.name; }

Part titled_link() {
  Link link;
  link.url = "https://a.cn";
  link.title = "T";
  link.description = "d";
  link.image_url = "https://a.cn/i";
  return link;
}

Part card(std::size_t buttons) {
  Card out;
  out.title = "T";
  out.text = "t";
  for (std::size_t i = 0; i < buttons; ++i) {
    out.actions.push_back(action_of(ActionType::link, "看", "", "https://a.cn"));
  }
  return out;
}

const ShapeRow kShapes[] = {
    {"Markdown", Text{.text = "# 标题\n**a**", .format = TextFormat::markdown},
     R"({"msgtype":"markdown","markdown":{"title":"标题","text":"# 标题\n**a**"}})",
     "sampleMarkdown", R"({\"title\":\"标题\",\"text\":\"# 标题\\n**a**\"})"},
    {"Link", titled_link(),
     R"("link":{"text":"d","title":"T","picUrl":"https://a.cn/i","messageUrl":"https://a.cn"})",
     "sampleLink", R"(\"messageUrl\":\"https://a.cn\")"},
    {"CardOfOne", card(1), R"("btns":[{"title":"看","actionURL":"https://a.cn"}])",
     "sampleActionCard", R"(\"singleTitle\":\"看\",\"singleURL\":\"https://a.cn\")"},
    {"CardOfTwo", card(2), R"("actionCard":{"title":"T","text":"### T\n\nt")", "sampleActionCard2",
     R"(\"actionTitle2\":\"看\",\"actionURL2\":\"https://a.cn\")"},
    {"Image", media_of(MediaKind::image, "https://a.cn/i"), R"~("text":"![](https://a.cn/i)")~",
     "sampleImageMsg", R"({\"photoURL\":\"https://a.cn/i\"})"},
};

class DingtalkShape : public testing::TestWithParam<ShapeRow> {};
TEST_P(DingtalkShape, IsThisBothWays) {
  const auto hook = send(address(), {GetParam().part}, {kWebhookOk});
  ASSERT_EQ(hook.calls.size(), 1u);
  EXPECT_TRUE(hook.calls[0].body.contains(GetParam().webhook)) << hook.calls[0].body;
  const auto api = send("staff1", {GetParam().part}, {kApiOk});
  ASSERT_EQ(api.calls.size(), 1u);
  EXPECT_TRUE(api.calls[0].body.contains(R"("msgKey":")" + std::string(GetParam().key) + "\""))
      << api.calls[0].body;
  EXPECT_TRUE(api.calls[0].body.contains(GetParam().parameters)) << api.calls[0].body;
}
INSTANTIATE_TEST_SUITE_P(Table, DingtalkShape, testing::ValuesIn(kShapes),
                         [](const auto& test) { return test.param.name; });

TEST(DingtalkSend, OurOwnFilesAreUploadedWhichNeedsTheApi) {
  auto file = media_of(MediaKind::file, "", "", kStoredMedia);
  file.name = "a.pdf";
  const auto done = send(address(), {file}, {{200, R"({"errcode":0,"media_id":"@m1"})"}, kApiOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].url,
            "https://oapi.dingtalk.com/media/upload?access_token=TOKEN&type=file");
  EXPECT_EQ(done.calls[0].upload->field, "media");
  EXPECT_TRUE(done.calls[1].body.contains(
      R"({\"mediaId\":\"@m1\",\"fileName\":\"a.pdf\",\"fileType\":\"pdf\"})"));
}

struct ErrorRow {
  const char* name;
  bool webhook;
  Said said;
  Errc code;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const ErrorRow& row, std::ostream* out) { *out << row.name; }

const ErrorRow kErrors[] = {
    {"WebhookTooMany", true, {200, R"({"errcode":130101})"}, Errc::throttled},
    {"WebhookBusy", true, {200, R"({"errcode":-1})"}, Errc::unavailable},
    {"WebhookBadContent", true, {200, R"({"errcode":430102})"}, Errc::rejected},
    {"WebhookGroupGone", true, {200, R"({"errcode":400013})"}, Errc::recipient_gone},
    {"WebhookNoJson", true, {200, "ok"}, Errc::unavailable, Delivery::unknown},
    {"ApiTooMany", false, {429, "{}"}, Errc::throttled},
    {"ApiQps",
     false,
     {400, R"({"code":"Forbidden.AccessDenied.QpsLimitForApi"})"},
     Errc::throttled},
    {"ApiNoPermission",
     false,
     {403, R"({"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied"})"},
     Errc::misconfigured},
    {"ApiBadParameter",
     false,
     {400, R"({"code":"MissingbatchSend","message":"secret words"})"},
     Errc::rejected},
    {"ApiUnknownUser", false, {400, R"({"code":"staffId.notExisted"})"}, Errc::recipient_gone},
    {"ApiInvalidRecipient",
     false,
     {200, R"({"processQueryKey":"q","invalidStaffIdList":["staff1"]})"},
     Errc::recipient_gone},
    {"ApiRecipientThrottled",
     false,
     {200, R"({"processQueryKey":"q","flowControlledStaffIdList":["staff1"]})"},
     Errc::throttled},
    {"ApiServerError", false, {503, "{}"}, Errc::unavailable, Delivery::unknown},
    {"ApiCodeThatIsNone", false, {400, R"({"code":"secret words"})"}, Errc::rejected},
};

class DingtalkError : public testing::TestWithParam<ErrorRow> {};
TEST_P(DingtalkError, MeansThis) {
  const auto done = send(GetParam().webhook ? address() : "staff1", {Text{.text = "secret words"}},
                         {GetParam().said});
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_EQ(done.error().delivery, GetParam().delivery);
  EXPECT_FALSE((done.error().detail + done.error().code_text).contains("secret words"));
}
INSTANTIATE_TEST_SUITE_P(Table, DingtalkError, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(DingtalkSend, ABadTokenIsRenewedOnce) {
  const Said refused{400, R"({"code":"InvalidAuthentication","message":"x"})"};
  const auto good = send("staff1", {Text{.text = "a"}}, {refused, kApiOk});
  EXPECT_EQ(good.refused, std::vector<std::string>{"TOKEN"});
  EXPECT_EQ(header_of(good.calls.at(1), "x-acs-dingtalk-access-token"), "TOKEN1");
  EXPECT_EQ(send("staff1", {Text{.text = "a"}}, {refused}).error().code, Errc::unavailable);
}

TEST(DingtalkToken, IsAskedForWithTheSecretAndRead) {
  const auto call = entry().token_source->request(dingtalk_channel(), false);
  EXPECT_EQ(call.url, "https://api.dingtalk.com/v1.0/oauth2/accessToken");
  EXPECT_EQ(call.body, R"({"appKey":"dingApp","appSecret":"AppSecretOfTests"})");
  const auto token =
      entry().token_source->read(answer_of({200, R"({"accessToken":"t1","expireIn":7200})"}));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value.reveal(), "t1");
  EXPECT_EQ(token->lifetime, std::chrono::hours(2));
  const auto refused =
      entry().token_source->read(answer_of({400, R"({"code":"invalidClientIdOrSecret"})"}));
  EXPECT_EQ(refused.error().code, Errc::misconfigured);
}

TEST(DingtalkMedia, ADownloadCodeBecomesAnAddressAndThatTheBytes) {
  const auto media = media_of(MediaKind::image, "", "d1");
  const auto asked = entry().media_source->start(media, dingtalk_channel(), "TOKEN");
  const auto& call = std::get<HttpCall>(asked);
  EXPECT_EQ(call.url, "https://api.dingtalk.com/v1.0/robot/messageFiles/download");
  EXPECT_EQ(call.body, R"({"downloadCode":"d1","robotCode":"dingApp"})");
  const auto told = entry().media_source->resume(
      media, dingtalk_channel(), "TOKEN", call.step,
      answer_of({200, R"({"downloadUrl":"https://down.dingtalk.com/x"})"}));
  EXPECT_EQ(std::get<HttpCall>(told).url, "https://down.dingtalk.com/x");
  EXPECT_TRUE(std::get<HttpCall>(told).download);
  EXPECT_TRUE(std::get<HttpCall>(told).headers.empty()) << "the token stays with the API";
  const auto nothing = entry().media_source->resume(media, dingtalk_channel(), "TOKEN", call.step,
                                                    answer_of({200, "{}"}));
  EXPECT_TRUE(std::holds_alternative<Error>(nothing));
}

}  // namespace
}  // namespace parley::connectors
