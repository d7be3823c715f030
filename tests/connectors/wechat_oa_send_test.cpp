// Our messages as calls of the platform's API, its answers, tokens, media and typing.
#include <gtest/gtest.h>

#include "tests/connectors/wechat_oa_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

constexpr std::string_view kSendUrl =
    "https://api.weixin.qq.com/cgi-bin/message/custom/send?access_token=TOKEN";
const std::string kOurs = "med_0123456789abcdef0123456789abcdef";

Send send_of(std::vector<Part> content, std::vector<Action> actions = {}) {
  Send send;
  send.recipient = "oUser";
  send.message.direction = Direction::outbound;
  send.message.content = std::move(content);
  send.message.suggested_actions = std::move(actions);
  return send;
}

Text text(std::string said) {
  Text part;
  part.text = std::move(said);
  return part;
}

Media media(MediaKind kind, std::string platform_id, std::string url = {}) {
  Media part;
  part.kind = kind;
  part.platform_id = std::move(platform_id);
  part.url = std::move(url);
  return part;
}

Action action(ActionType type, std::string title, std::string payload = {}, std::string url = {}) {
  Action made;
  made.type = type;
  made.title = std::move(title);
  made.payload = std::move(payload);
  made.url = std::move(url);
  return made;
}

// Plays the gateway: asks every call, stores step and data before it as the contract says.
struct Played {
  std::vector<std::string> bodies, urls;
  std::vector<HttpCall> calls;
  SendStep end = Error{.code = Errc::shutting_down};
};

Played play(Send send, const Channel& channel, std::vector<std::string> answers = {}) {
  const auto entry = make_wechat_oa();
  Played played;
  const auto context = [&] {
    return SendContext{.send = send, .channel = channel, .access_token = "TOKEN", .now = {}};
  };
  auto step = entry.connector->start(context());
  std::size_t asked = 0;
  while (auto* call = std::get_if<HttpCall>(&step)) {
    send.step = call->step;
    send.step_data = call->step_data;
    // A restart here gives the very same call.
    const auto again = std::get<HttpCall>(entry.connector->start(context()));
    EXPECT_EQ(again.body, call->body);
    EXPECT_EQ(again.url, call->url);
    EXPECT_EQ(again.step, call->step);
    EXPECT_LE(call->step_data.size(), 4096u);
    played.bodies.push_back(call->body);
    played.urls.push_back(call->url);
    played.calls.push_back(*call);
    const std::string body =
        asked < answers.size() ? answers[asked] : R"({"errcode":0,"errmsg":"ok"})";
    ++asked;
    step = entry.connector->resume(context(), call->step,
                                   {.status = 200, .headers = {}, .body = body});
    if (asked > 100) break;
  }
  played.end = std::move(step);
  return played;
}

Channel channel(std::map<std::string, std::string> more = {}) {
  auto made = wechat_channel("safe");
  for (auto& [name, value] : more) made.settings[name] = value;
  return made;
}

struct SendCase {
  const char* name;
  Send send;
  std::vector<std::string> want;
  std::size_t degraded = 0;
  std::map<std::string, std::string> settings = {};
};
void PrintTo(const SendCase& c, std::ostream* out) { *out << c.name; }

std::string custom(std::string_view type, std::string_view content) {
  return R"({"touser":"oUser","msgtype":")" + std::string(type) + R"(",")" + std::string(type) +
         R"(":)" + std::string(content) + "}";
}

Part card_page(std::string thumb) {
  Card card;
  card.title = "t";
  card.image_media_id = std::move(thumb);
  auto open = action(ActionType::mini_program, "open");
  open.app_id = "wx1";
  open.page = "p";
  card.actions.push_back(open);
  return card;
}

Part link() {
  Link part;
  part.url = "http://a.cn";
  part.title = "标题";
  part.image_url = "http://a.cn/p.jpg";
  return part;
}

Part card_with(std::vector<Action> actions) {
  Card card;
  card.title = "新品";
  card.text = "好看";
  card.image_url = "http://a.cn/p.jpg";
  card.actions = std::move(actions);
  return card;
}

Part video() {
  auto part = media(MediaKind::video, "M");
  part.name = "片";
  part.thumbnail = "T";
  return part;
}

Part music() {
  auto part = media(MediaKind::audio, "", "http://a.cn/s.mp3");
  part.name = "歌";
  part.thumbnail = "T";
  return part;
}

Part sticker() {
  auto part = media(MediaKind::sticker, "");
  part.emoji = "👍";
  return part;
}

Part file() {
  auto part = media(MediaKind::file, "", "http://a.cn/f.pdf");
  part.name = "f.pdf";
  return part;
}

Part location() {
  Location part;
  part.latitude = 23.1;
  part.longitude = 113.25;
  part.name = "店";
  return part;
}

Part contact() {
  Contact part;
  part.name = "王";
  part.phones = {"123"};
  return part;
}

Part cards() {
  Cards part;
  part.items.push_back(std::get<Card>(card_with({action(ActionType::postback, "买", "buy:1")})));
  Card second;
  second.title = "旧品";
  part.items.push_back(second);
  return part;
}

Part form() {
  Form part;
  FormField field;
  field.name = "size";
  field.label = "尺码?";
  field.options = {"S", "M"};
  part.fields.push_back(field);
  return part;
}

Send raw(std::string json) {
  auto send = send_of({});
  send.message.channel_data = std::move(json);
  return send;
}

const SendCase kSends[] = {
    {"Text", send_of({text("你好 \"A\"\n☺")}), {custom("text", R"({"content":"你好 \"A\"\n☺"})")}},
    {"TwoTexts",
     send_of({text("a"), text("b")}),
     {custom("text", R"({"content":"a"})"), custom("text", R"({"content":"b"})")}},
    {"Markdown",
     send_of({Text{.text = "**a**", .format = TextFormat::markdown}}),
     {custom("text", R"({"content":"**a**"})")},
     1},
    {"AsAnAgent",
     send_of({text("a")}),
     {R"({"touser":"oUser","msgtype":"text","text":{"content":"a"},)"
      R"("customservice":{"kf_account":"k@a"}})"},
     0,
     {{"kf_account", "k@a"}}},
    {"Image", send_of({media(MediaKind::image, "M")}), {custom("image", R"({"media_id":"M"})")}},
    {"Voice", send_of({media(MediaKind::voice, "M")}), {custom("voice", R"({"media_id":"M"})")}},
    {"Video",
     send_of({video()}),
     {custom("video", R"({"media_id":"M","thumb_media_id":"T","title":"片"})")}},
    {"Music",
     send_of({music()}),
     {custom("music", R"({"title":"歌","musicurl":"http://a.cn/s.mp3",)"
                      R"("hqmusicurl":"http://a.cn/s.mp3","thumb_media_id":"T"})")}},
    {"ImageByAddress",
     send_of({media(MediaKind::image, "", "http://a.cn/i.png")}),
     {custom("text", R"({"content":"http://a.cn/i.png"})")},
     1},
    {"AddressUnderItsText",
     send_of({text("看图"), media(MediaKind::image, "", "http://a.cn/i.png")}),
     {custom("text", R"({"content":"看图\nhttp://a.cn/i.png"})")},
     1},
    {"AddressThatDoesNotFitUnderItsText",
     send_of({text(std::string(2040, 'a')), media(MediaKind::image, "", "http://a.cn/i.png")}),
     {custom("text", R"({"content":")" + std::string(2040, 'a') + R"("})"),
      custom("text", R"({"content":"http://a.cn/i.png"})")},
     1},
    {"Sticker", send_of({sticker()}), {custom("text", R"({"content":"👍"})")}, 1},
    {"File", send_of({file()}), {custom("text", R"({"content":"f.pdf\nhttp://a.cn/f.pdf"})")}, 1},
    {"News",
     send_of({link()}),
     {custom("news", R"({"articles":[{"title":"标题","description":"","url":"http://a.cn",)"
                     R"("picurl":"http://a.cn/p.jpg"}]})")}},
    {"BareLink",
     send_of({Link{.url = "http://a.cn", .title = {}, .description = {}, .image_url = {}}}),
     {custom("text", R"({"content":"http://a.cn"})")}},
    {"Page",
     send_of({card_page("m")}),
     {custom("miniprogrampage",
             R"({"title":"t","appid":"wx1","pagepath":"p","thumb_media_id":"m"})")}},
    {"CardWithALink",
     send_of({card_with({action(ActionType::link, "看", "", "http://a.cn")})}),
     {custom("news", R"({"articles":[{"title":"新品","description":"好看","url":"http://a.cn",)"
                     R"("picurl":"http://a.cn/p.jpg"}]})")}},
    {"CardWithChoices",
     send_of({card_with({action(ActionType::postback, "买", "buy:1")})}),
     {custom("msgmenu", R"({"head_content":"新品\n好看\nhttp://a.cn/p.jpg","list":[)"
                        R"({"id":"buy:1","content":"买"}],"tail_content":""})")},
     1},
    {"Cards",
     send_of({cards()}),
     {custom("msgmenu", R"({"head_content":"1. 新品\n好看\n\n2. 旧品","list":[)"
                        R"({"id":"buy:1","content":"买"}],"tail_content":""})")},
     1},
    {"QuickReplies",
     send_of({text("满意吗?")},
             {action(ActionType::reply, "满意", "yes"), action(ActionType::reply, "不满意")}),
     {custom("msgmenu", R"({"head_content":"满意吗?","list":[{"id":"yes","content":"满意"},)"
                        R"({"id":"2","content":"不满意"}],"tail_content":""})")}},
    {"QuickRepliesAfterAnImage",
     send_of({media(MediaKind::image, "M")}, {action(ActionType::reply, "好", "ok")}),
     {custom("image", R"({"media_id":"M"})"),
      custom("msgmenu", R"({"head_content":"请选择：","list":[{"id":"ok","content":"好"}],)"
                        R"("tail_content":""})")}},
    {"LinkAction",
     send_of({text("看")}, {action(ActionType::link, "这里", "", "http://a.cn")}),
     {custom("text", R"({"content":"看\n这里 http://a.cn"})")},
     1},
    {"Location",
     send_of({location()}),
     {custom("text",
             R"({"content":"店\nhttps://apis.map.qq.com/uri/v1/marker?marker=coord:23.1,113.25;)"
             R"(title:%E5%BA%97"})")},
     1},
    {"Contact", send_of({contact()}), {custom("text", R"({"content":"王\n123"})")}, 1},
    {"Form", send_of({form()}), {custom("text", R"({"content":"尺码?\n- S\n- M"})")}, 1},
    {"LeavesOutAReaction",
     send_of({text("a"), Reaction{}}),
     {custom("text", R"({"content":"a"})")},
     1},
    {"InThePlatformsWords",
     raw(R"({"wxcard" : {"card_id": "c1"}})"),
     {custom("wxcard", R"({"card_id":"c1"})")}},
    {"PageInThePlatformsWords",
     raw(R"({"miniprogrampage":{"title":"t","appid":"wx1","pagepath":"p","thumb_media_id":"m"}})"),
     {custom("miniprogrampage",
             R"({"title":"t","appid":"wx1","pagepath":"p","thumb_media_id":"m"})")}},
};

class WechatOaSend : public testing::TestWithParam<SendCase> {};
TEST_P(WechatOaSend, AsksExactlyThis) {
  const auto played = play(GetParam().send, channel(GetParam().settings));
  EXPECT_EQ(played.bodies, GetParam().want);
  for (const auto& url : played.urls) EXPECT_EQ(url, kSendUrl);
  for (const auto& call : played.calls) {
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.content_type, "application/json");
    EXPECT_EQ(call.body.find("\\u"), std::string::npos);
  }
  ASSERT_TRUE(std::holds_alternative<Sent>(played.end));
  EXPECT_TRUE(std::get<Sent>(played.end).external_ids.empty());
  EXPECT_EQ(std::get<Sent>(played.end).degraded.size(), GetParam().degraded);
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaSend, testing::ValuesIn(kSends),
                         [](const auto& test) { return test.param.name; });

TEST(WechatOaSend, LongTextGoesInPieces) {
  std::string said;
  for (int i = 0; i < 400; ++i) said += "你好世界，";
  const auto played = play(send_of({text(said)}), channel());
  ASSERT_EQ(played.bodies.size(), 3u);
  for (const auto& body : played.bodies) EXPECT_LE(body.size(), 2048 + 100u);
}

TEST(WechatOaSend, TheChannelMaySetAShorterLimit) {
  const std::string said =
      "This is a longer message than 160 characters and will cause us to split it into two "
      "separate parts, isn't that right but it is even longer than before I say, I need to keep "
      "adding more things to make it work";
  const auto played = play(send_of({text(said)}), channel({{"text_bytes_max", "160"}}));
  ASSERT_EQ(played.bodies.size(), 2u);
  EXPECT_TRUE(played.bodies[0].ends_with("than before I say,\"}}"));
  EXPECT_NE(played.bodies[1].find("\"content\":\"I need to keep"), std::string::npos);
}

TEST(WechatOaSend, NothingToSendIsRefused) {
  for (const auto& send : {send_of({}), send_of({Reaction{}}), send_of({text("")}),
                           send_of({}, {action(ActionType::handoff, "")})}) {
    const auto played = play(send, channel());
    ASSERT_TRUE(std::holds_alternative<Error>(played.end));
    EXPECT_EQ(std::get<Error>(played.end).code, Errc::rejected);
    EXPECT_TRUE(played.bodies.empty());
  }
}

TEST(WechatOaSend, OurMediaIsUploadedFirst) {
  auto image = media(MediaKind::image, "");
  image.media_id = kOurs;
  image.mime = "image/png";
  image.name = "猫.png";
  const auto played = play(send_of({text("看"), image, card_page(kOurs)}), channel(),
                           {"{}", R"({"type":"image","media_id":"UP1","created_at":1})",
                            R"({"errcode":0})", R"({"media_id":"UP2"})", ""});
  ASSERT_EQ(played.calls.size(), 5u);
  EXPECT_EQ(played.urls[1],
            "https://api.weixin.qq.com/cgi-bin/media/upload?access_token=TOKEN&type=image");
  ASSERT_TRUE(played.calls[1].upload.has_value());
  EXPECT_EQ(played.calls[1].upload->media.value, kOurs);
  EXPECT_EQ(played.calls[1].upload->field, "media");
  EXPECT_EQ(played.calls[1].upload->file_name, "猫.png");
  EXPECT_EQ(played.calls[1].upload->mime, "image/png");
  EXPECT_EQ(played.bodies[2], custom("image", R"({"media_id":"UP1"})"));
  EXPECT_TRUE(played.urls[3].ends_with("&type=image"));
  EXPECT_EQ(played.bodies[4],
            custom("miniprogrampage",
                   R"({"title":"t","appid":"wx1","pagepath":"p","thumb_media_id":"UP2"})"));
  EXPECT_TRUE(std::holds_alternative<Sent>(played.end));
}

TEST(WechatOaSend, AnUploadWithoutAnIdSendsNothing) {
  auto image = media(MediaKind::image, "");
  image.media_id = kOurs;
  const auto played = play(send_of({image}), channel(), {R"({"errcode":0})"});
  ASSERT_TRUE(std::holds_alternative<Error>(played.end));
  EXPECT_EQ(std::get<Error>(played.end).code, Errc::unavailable);
  EXPECT_EQ(std::get<Error>(played.end).delivery, Delivery::not_sent);
}

TEST(WechatOaSend, AForgottenUploadIsDoneAgain) {
  auto image = media(MediaKind::image, "");
  image.media_id = kOurs;
  auto send = send_of({image});
  send.step = 2;  // the send's step, but what the upload gave was lost
  const auto step = make_wechat_oa().connector->start(
      {.send = send, .channel = channel(), .access_token = "TOKEN", .now = {}});
  EXPECT_TRUE(std::get<HttpCall>(step).upload.has_value());
}

Template filled(std::string category) {
  Template part;
  part.name = "TPL";
  part.category = std::move(category);
  part.url = "http://a.cn";
  part.app_id = "wx9";
  part.page = "pages/o";
  part.parameters = {{"first", "你好"}, {"keyword1", "1"}};
  return part;
}

TEST(WechatOaSend, TemplatesHaveTheirOwnApiAndIds) {
  auto send = send_of({filled("")});
  send.idempotency_key = "key-1";
  const auto played =
      play(send, channel(), {R"({"errcode":0,"errmsg":"ok","msgid":18446744073709551615})"});
  ASSERT_EQ(played.urls.size(), 1u);
  EXPECT_EQ(played.urls[0],
            "https://api.weixin.qq.com/cgi-bin/message/template/send?access_token=TOKEN");
  EXPECT_TRUE(played.bodies[0].starts_with(
      R"({"touser":"oUser","template_id":"TPL","url":"http://a.cn","client_msg_id":"key-1",)"));
  EXPECT_TRUE(
      played.bodies[0].ends_with(R"("miniprogram":{"appid":"wx9","pagepath":"pages/o"},)"
                                 R"("data":{"first":{"value":"你好"},"keyword1":{"value":"1"}}})"));
  EXPECT_EQ(std::get<Sent>(played.end).external_ids,
            std::vector<std::string>{"18446744073709551615"});
}

TEST(WechatOaSend, ALongIdempotencyKeyIsShortened) {
  auto send = send_of({filled("")});
  for (const char last : {'a', 'b'}) {
    send.idempotency_key = std::string(60, 'k') + last;
    const auto body = play(send, channel()).bodies.at(0);
    const auto at = body.find("\"client_msg_id\":\"");
    ASSERT_NE(at, std::string::npos);
    const auto id = body.substr(at + 17, body.find('"', at + 17) - at - 17);
    EXPECT_EQ(id.size(), 32u);
    EXPECT_NE(id.back(), 'k');
  }
}

TEST(WechatOaSend, SubscriptionMessagesToo) {
  auto part = filled("subscribe");
  part.app_id.clear();
  const auto played = play(send_of({part, text("a")}), channel(), {R"({"msgid":7})"});
  ASSERT_EQ(played.urls.size(), 2u);
  EXPECT_EQ(played.urls[0],
            "https://api.weixin.qq.com/cgi-bin/message/subscribe/bizsend?access_token=TOKEN");
  EXPECT_EQ(played.bodies[0], R"({"touser":"oUser","template_id":"TPL","page":"http://a.cn",)"
                              R"("data":{"first":{"value":"你好"},"keyword1":{"value":"1"}}})");
  EXPECT_EQ(std::get<Sent>(played.end).external_ids, std::vector<std::string>{"7"});
}

TEST(WechatOaSend, ApiBaseMayBeASimulator) {
  auto simulated = channel();
  simulated.api_base = "http://127.0.0.1:9/wx/";
  const auto played = play(send_of({text("a")}), simulated);
  EXPECT_EQ(played.urls.at(0),
            "http://127.0.0.1:9/wx/cgi-bin/message/custom/send?access_token=TOKEN");
}

struct AnswerCase {
  const char* name;
  int status;
  const char* body;
  const char* want;  // "sent", "refresh" or the Errc
  Delivery delivery = Delivery::not_sent;
  const char* code = "";
  std::int64_t retry_after_ms = 0;
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }

const AnswerCase kAnswers[] = {
    {"Ok", 200, R"({"errcode":0,"errmsg":"ok"})", "sent"},
    {"Empty", 200, "", "sent"},
    {"OkAsText", 200, R"({"errcode":"0"})", "sent"},
    {"InvalidToken", 200, R"({"errcode":40001,"errmsg":"x rid: 1"})", "refresh"},
    {"BadToken", 200, R"({"errcode":40014})", "refresh"},
    {"ExpiredToken", 200, R"({"errcode":42001})", "refresh"},
    {"ExpiredTokenAsText", 200, R"({"errcode":"42001"})", "refresh"},
    {"MissingToken", 200, R"({"errcode":41001})", "misconfigured", Delivery::not_sent, "41001"},
    {"BadAppId", 200, R"({"errcode":40013})", "misconfigured", Delivery::not_sent, "40013"},
    {"BadSecret", 200, R"({"errcode":40125})", "misconfigured", Delivery::not_sent, "40125"},
    {"NotOnTheList", 200, R"({"errcode":40164})", "misconfigured", Delivery::not_sent, "40164"},
    {"Busy", 200, R"({"errcode":-1,"errmsg":"system error"})", "unavailable", Delivery::not_sent,
     "-1"},
    {"DayQuota", 200, R"({"errcode":45009})", "throttled", Delivery::not_sent, "45009", 3'600'000},
    {"MinuteQuota", 200, R"({"errcode":45011})", "throttled", Delivery::not_sent, "45011", 60'000},
    {"WindowClosed", 200, R"({"errcode":45015})", "window_closed", Delivery::not_sent, "45015"},
    {"WindowUsedUp", 200, R"({"errcode":45047})", "window_closed", Delivery::not_sent, "45047"},
    {"NotFollowing", 200, R"({"errcode":43004})", "recipient_gone", Delivery::not_sent, "43004"},
    {"Blacklisted", 200, R"({"errcode":43019})", "recipient_gone", Delivery::not_sent, "43019"},
    {"Refused", 200, R"({"errcode":43101})", "recipient_gone", Delivery::not_sent, "43101"},
    {"BadOpenid", 200, R"({"errcode":40003,"errmsg":"invalid openid"})", "rejected",
     Delivery::not_sent, "40003"},
    {"BadMedia", 200, R"({"errcode":40007})", "rejected", Delivery::not_sent, "40007"},
    {"TooLong", 200, R"({"errcode":45002})", "rejected", Delivery::not_sent, "45002"},
    {"NoPermission", 200, R"({"errcode":48001})", "rejected", Delivery::not_sent, "48001"},
    {"NewCode", 200, R"({"errcode":99999})", "rejected", Delivery::not_sent, "99999"},
    {"NotJson", 200, "<html>502</html>", "unavailable", Delivery::unknown},
    {"Truncated", 200, R"({"errcode":0)", "unavailable", Delivery::unknown},
    {"JsonButNoObject", 200, "[]", "unavailable", Delivery::unknown},
    {"ServerError", 502, R"({"errcode":40003})", "unavailable", Delivery::unknown, "502"},
    {"TooMany", 429, "", "throttled", Delivery::not_sent, "429", 7'000},
    {"Forbidden", 403, "", "rejected", Delivery::not_sent, "403"},
    {"NotFoundWithCode", 404, R"({"errcode":45015})", "window_closed", Delivery::not_sent, "45015"},
    {"OkWithABadStatus", 404, R"({"errcode":0})", "rejected", Delivery::not_sent, "404"},
};

class WechatOaAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(WechatOaAnswer, MeansThis) {
  const auto& c = GetParam();
  const auto send = send_of({text("a")});
  const auto whole = channel();
  const auto step = make_wechat_oa().connector->resume(
      {.send = send, .channel = whole, .access_token = "TOKEN", .now = {}}, 2,
      {.status = c.status, .headers = {{"retry-after", "7"}}, .body = c.body});
  if (std::string_view(c.want) == "sent") {
    EXPECT_TRUE(std::holds_alternative<Sent>(step));
  } else if (std::string_view(c.want) == "refresh") {
    EXPECT_TRUE(std::holds_alternative<RefreshToken>(step));
  } else {
    ASSERT_TRUE(std::holds_alternative<Error>(step));
    const auto& error = std::get<Error>(step);
    EXPECT_EQ(to_string(error.code), c.want);
    EXPECT_EQ(error.delivery, c.delivery);
    EXPECT_EQ(error.code_text, c.code);
    if (c.retry_after_ms) EXPECT_EQ(error.retry_after, Milliseconds(c.retry_after_ms));
    EXPECT_EQ(error.detail.find("TOKEN"), std::string::npos);
    EXPECT_EQ(error.detail.find("rid"), std::string::npos);
  }
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

TEST(WechatOaToken, StableByDefaultAndNeverForced) {
  const auto entry = make_wechat_oa();
  for (const bool force : {false, true}) {
    const auto call = entry.token_source->request(channel(), force);
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.url, "https://api.weixin.qq.com/cgi-bin/stable_token");
    EXPECT_EQ(call.body, R"({"grant_type":"client_credential","appid":"wx5823bf96d3bd56c7",)"
                         R"("secret":"AppSecretOfTests","force_refresh":false})");
  }
}

TEST(WechatOaToken, TheOldApiWhereAskedFor) {
  const auto call = make_wechat_oa().token_source->request(channel({{"token_api", "token"}}), true);
  EXPECT_EQ(call.method, "GET");
  EXPECT_EQ(call.url,
            "https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential"
            "&appid=wx5823bf96d3bd56c7&secret=AppSecretOfTests");
  EXPECT_EQ(call.body, "");
}

TEST(WechatOaToken, ReadsLifetimeAndErrors) {
  const auto entry = make_wechat_oa();
  const auto read = [&](std::string_view body, int status = 200) {
    return entry.token_source->read({.status = status, .headers = {}, .body = body});
  };
  const auto good = read(R"({"access_token":"NEW","expires_in":7200})");
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good->value.reveal(), "NEW");
  EXPECT_EQ(good->lifetime, std::chrono::hours(2));
  EXPECT_EQ(read(R"({"access_token":"NEW","expires_in":"7200"})")->lifetime, std::chrono::hours(2));
  EXPECT_EQ(read(R"({"errcode":40001})").error().code, Errc::misconfigured);
  EXPECT_EQ(read(R"({"errcode":40013})").error().code, Errc::misconfigured);
  EXPECT_EQ(read(R"({"errcode":40164})").error().code, Errc::misconfigured);
  EXPECT_EQ(read(R"({"errcode":45009})").error().code, Errc::throttled);
  EXPECT_EQ(read(R"({"errcode":-1})").error().code, Errc::unavailable);
  EXPECT_EQ(read(R"({"access_token":"NEW"})").error().code, Errc::unavailable);
  EXPECT_EQ(read("").error().code, Errc::unavailable);
  EXPECT_EQ(read("oops").error().code, Errc::unavailable);
  EXPECT_EQ(read("", 503).error().code, Errc::unavailable);
}

TEST(WechatOaTyping, OnAndOff) {
  const auto entry = make_wechat_oa();
  const auto on = entry.typing->typing("oUser", true, channel(), "TOKEN");
  ASSERT_TRUE(on.has_value());
  EXPECT_EQ(on->url, "https://api.weixin.qq.com/cgi-bin/message/custom/typing?access_token=TOKEN");
  EXPECT_EQ(on->body, R"({"touser":"oUser","command":"Typing"})");
  EXPECT_EQ(entry.typing->typing("oUser", false, channel(), "TOKEN")->body,
            R"({"touser":"oUser","command":"CancelTyping"})");
}

TEST(WechatOaMedia, ImagesComeAsBytes) {
  const auto step = make_wechat_oa().media_source->start(
      media(MediaKind::image, "a/b+c", "http://mmbiz.qpic.cn/p"), channel(), "TOKEN");
  const auto& call = std::get<HttpCall>(step);
  EXPECT_EQ(call.method, "GET");
  EXPECT_EQ(call.url,
            "https://api.weixin.qq.com/cgi-bin/media/get?access_token=TOKEN&media_id=a%2Fb%2Bc");
  EXPECT_TRUE(call.download);
}

TEST(WechatOaMedia, VideosComeByAddress) {
  const auto entry = make_wechat_oa();
  const auto video = media(MediaKind::video, "v");
  const auto first = std::get<HttpCall>(entry.media_source->start(video, channel(), "TOKEN"));
  EXPECT_FALSE(first.download);
  const auto second = std::get<HttpCall>(
      entry.media_source->resume(video, channel(), "TOKEN", first.step,
                                 {.status = 200,
                                  .headers = {{"content-type", "application/json"}},
                                  .body = R"({"video_url":"http://v.cn/1.mp4"})"}));
  EXPECT_EQ(second.url, "http://v.cn/1.mp4");
  EXPECT_TRUE(second.download);
  // Or as bytes, of a call that did not mean to keep them: asked again, to be kept.
  const auto kept = std::get<HttpCall>(entry.media_source->resume(
      video, channel(), "TOKEN", first.step,
      {.status = 200, .headers = {{"content-type", "video/mp4"}}, .body = "bytes"}));
  EXPECT_EQ(kept.url, first.url);
  EXPECT_TRUE(kept.download);
}

TEST(WechatOaMedia, AnErrorIsJsonWithStatus200) {
  const auto entry = make_wechat_oa();
  const auto image = media(MediaKind::image, "m", "http://mmbiz.qpic.cn/p");
  const auto answer = [&](const Media& what, std::string_view body) {
    return entry.media_source->resume(
        what, channel(), "TOKEN", 2,
        {.status = 200, .headers = {{"content-type", "text/plain"}}, .body = body});
  };
  EXPECT_TRUE(std::holds_alternative<RefreshToken>(answer(image, R"({"errcode":42001})")));
  EXPECT_EQ(std::get<Error>(answer(image, R"({"errcode":48001})")).code, Errc::rejected);
  EXPECT_EQ(std::get<Error>(answer(image, "not media")).code, Errc::unavailable);
  // Expired, but a picture has an address of its own.
  EXPECT_EQ(std::get<HttpCall>(answer(image, R"({"errcode":40007})")).url,
            "http://mmbiz.qpic.cn/p");
  EXPECT_EQ(std::get<Error>(answer(media(MediaKind::voice, "m"), R"({"errcode":40007})")).code,
            Errc::not_found);
}

TEST(WechatOaMedia, FollowsNoAddressButThePlatforms) {
  const auto entry = make_wechat_oa();
  for (const std::string url :
       {"", "http://127.0.0.1/x", "http://169.254.169.254/", "http://evil.cn/?.qpic.cn",
        "http://evil.cn#.qpic.cn", "http://a.qpic.cn@evil.cn/", "http://evil.cn@a.qpic.cn/",
        "http://evil.cn\\.qpic.cn", "file:///etc/passwd", "ftp://a.qpic.cn/x",
        "http://evilqpic.cn/"}) {
    const auto step =
        entry.media_source->start(media(MediaKind::image, "", url), channel(), "TOKEN");
    ASSERT_TRUE(std::holds_alternative<Error>(step)) << url;
    EXPECT_EQ(std::get<Error>(step).code, Errc::not_found);
  }
  const auto step = entry.media_source->start(
      media(MediaKind::image, "", "https://mmbiz.qpic.cn/a?b"), channel(), "TOKEN");
  EXPECT_TRUE(std::holds_alternative<HttpCall>(step));
}

TEST(WechatOaCapabilities, SayWhatThePlatformAllows) {
  const auto entry = make_wechat_oa();
  const auto& c = entry.connector->capabilities();
  EXPECT_EQ(c.text_max, 2048u);
  EXPECT_EQ(c.text_unit, TextUnit::bytes);
  EXPECT_EQ(c.ack_deadline, std::chrono::seconds(5));
  EXPECT_TRUE(c.passive_reply);
  ASSERT_EQ(c.reply_policy.size(), 4u);
  EXPECT_EQ(c.reply_policy[0].trigger, "user_message");
  EXPECT_EQ(c.reply_policy[0].window, std::chrono::hours(48));
  EXPECT_EQ(c.reply_policy[0].quota, 5u);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(c.reply_policy[i].window, std::chrono::minutes(1));
    EXPECT_EQ(c.reply_policy[i].quota, 3u);
  }
}

}  // namespace
}  // namespace parley::connectors
