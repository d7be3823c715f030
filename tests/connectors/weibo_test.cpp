#include "tests/connectors/play_dialogue.hpp"
#include "tests/connectors/weibo_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using namespace testing_support::dialogue;

const Entry& entry() {
  static const Entry kEntry = make_weibo();
  return kEntry;
}

Parsed parse(const std::string& body) {
  return entry().connector->parse(weibo_signed(body).view(), weibo_channel());
}

const Incoming& only(const Parsed& parsed) {
  EXPECT_FALSE(parsed.stopped.has_value()) << parsed.stopped->detail;
  EXPECT_EQ(parsed.events.size(), 1u);
  return parsed.events.at(0);
}

const Message& message(const Incoming& in) { return std::get<MessageIn>(in.what).message; }

OwnedRequest asking(std::string query) {
  OwnedRequest request;
  request.method = "GET";
  request.query = std::move(query);
  return request;
}

// The platform's public sample.
TEST(WeiboTrust, AnswersTheKnownHandshake) {
  auto channel = weibo_channel();
  channel.secrets.insert_or_assign("app_secret", Secret("xyz123xyz"));
  const auto reply = entry().connector->handshake(
      asking("nonce=57155157&timestamp=1397022061823&echostr=dnPdpTZz85&signature="
             "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1")
          .view(),
      channel);
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((*reply)->body, "dnPdpTZz85");
}

TEST(WeiboTrust, EchoesNothingHarmfulAndNothingUnproven) {
  const auto query = weibo_signed("").query;
  const auto ask = [](const std::string& with) {
    return entry().connector->handshake(asking(with).view(), weibo_channel());
  };
  EXPECT_TRUE(ask(query + "&echostr=abc")->has_value());
  EXPECT_EQ(ask(query + "&echostr=%3Cscript%3E")->error().code, Errc::malformed);
  EXPECT_EQ(ask(query)->error().code, Errc::malformed);
  EXPECT_EQ(ask("signature=x&timestamp=1&nonce=2&echostr=abc")->error().code,
            Errc::unauthenticated);
}

struct TimeRow {
  const char* text;
  std::int64_t ms;  // 0: none
};

TEST(WeiboParse, ReadsThePlatformsTimes) {
  constexpr TimeRow kRows[] = {
      {"Mon Jul 16 18:09:20 +0800 2012", 1342433360000},
      {"Thu Jan 01 00:00:01 +0000 1970", 1000},
      {"Wed Dec 31 23:59:59 -0130 2025", 1767230999000},
      {"Sat Feb 29 00:00:00 +0800 2020", 1582905600000},
      {"Sun Feb 29 00:00:00 +0800 2021", 0},
      {"Mon Xul 16 18:09:20 +0800 2012", 0},
      {"Mon ulA 16 18:09:20 +0800 2012", 0},
      {"Mon Jul 16 24:09:20 +0800 2012", 0},
      {"Mon Jul 16 18:09:20 *0800 2012", 0},
      {"Mon Jul -6 18:09:20 +0800 2012", 0},
      {"2012-07-16T18:09:20+08:00", 0},
      {"", 0},
  };
  for (const auto& row : kRows) {
    const auto time = weibo::time_of(row.text);
    EXPECT_EQ(time ? time->time_since_epoch().count() : 0, row.ms) << row.text;
  }
}

TEST(WeiboParse, ATextSaysWhoAndWhen) {
  const auto parsed = parse(weibo_push("text", "{}"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.account, "1902538057");
  EXPECT_EQ(in.identity.key.value, "2489518277");
  EXPECT_EQ(in.identity.key.scope, "weibo");
  EXPECT_EQ(in.recipient, "2489518277");
  EXPECT_EQ(in.opens_window, "user_message");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1342433360000}});
  EXPECT_EQ(message(in).fallback_text, "你好");
}

// There is no id: sender, second and what was said tell messages apart.
TEST(WeiboParse, ARepeatHasTheSameKeyAndOthersHaveNot) {
  const auto key = [](const std::string& body) { return only(parse(body)).dedup_key; };
  const auto first = key(weibo_push("text", "{}"));
  EXPECT_EQ(first, key(weibo_push("text", "{ }")));
  EXPECT_NE(first, key(weibo_push("text", "{}", "你好", "Mon Jul 16 18:09:21 +0800 2012")));
  EXPECT_NE(first, key(weibo_push("text", "{}", "再见")));
  EXPECT_NE(key(weibo_push("image", R"({"tovfid":1})")),
            key(weibo_push("image", R"({"tovfid":2})")));
}

struct ContentRow {
  const char *name, *type, *data, *shown;
  const char* file = "";
};
void PrintTo(const ContentRow& row, std::ostream* out) { *out << row.name; }

const ContentRow kContents[] = {
    {"Image", "image", R"({"vfid":821804459,"tovfid":821804469})", "[image]", "821804469"},
    {"Voice", "voice", R"({"vfid":"1","tovfid":"2"})", "[voice]", "2"},
    {"ImageWithoutAFile", "image", "{}", "[unsupported: image]"},
    {"Place", "position", R"({"longitude":"116.308586","latitude":"39.982525"})", "[location]"},
    {"PlaceOfTheWrongType", "position", R"({"longitude":[],"latitude":"39"})",
     "[unsupported: position]"},
    {"Mention", "mention", R"({"subtype":"mention_status","key":"1"})", "你好"},
    {"UnknownType", "shop", "{}", "[unsupported: shop]"},
    {"DataOfTheWrongType", "text", "[]", "你好"},
};

class WeiboContent : public testing::TestWithParam<ContentRow> {};
TEST_P(WeiboContent, BecomesAPart) {
  const auto parsed = parse(weibo_push(GetParam().type, GetParam().data));
  const auto& said = message(only(parsed));
  EXPECT_EQ(said.fallback_text, GetParam().shown);
  const auto* media = std::get_if<Media>(&said.content.at(0));
  EXPECT_EQ(media == nullptr ? "" : media->platform_id, GetParam().file);
}
INSTANTIATE_TEST_SUITE_P(Table, WeiboContent, testing::ValuesIn(kContents),
                         [](const auto& test) { return test.param.name; });

struct EventRow {
  const char *subtype, *window;
  OptChange opt;
};

TEST(WeiboParse, EventsMeanWhatTheyMean) {
  constexpr EventRow kRows[] = {
      {"follow", "follow", OptChange::opted_in},      {"unfollow", "", OptChange::opted_out},
      {"subscribe", "follow", OptChange::opted_in},   {"unsubscribe", "", OptChange::opted_out},
      {"scan_follow", "follow", OptChange::opted_in}, {"scan", "scan", OptChange::none},
      {"click", "menu_click", OptChange::none},       {"view", "", OptChange::none},
      {"something_new", "", OptChange::none},
  };
  for (const auto& row : kRows) {
    const auto parsed = parse(weibo_push(
        "event", R"({"subtype":")" + std::string(row.subtype) + R"(","key":"k1","ticket":"t1"})"));
    const auto& in = only(parsed);
    EXPECT_EQ(std::get<SignalIn>(in.what).platform_event.type, row.subtype);
    EXPECT_EQ(in.opens_window, row.window) << row.subtype;
    EXPECT_EQ(in.opt, row.opt) << row.subtype;
  }
  const auto scan = parse(weibo_push("event", R"({"subtype":"scan","key":"k1","ticket":"t1"})"));
  EXPECT_EQ(only(scan).referral->code, "k1");
  EXPECT_EQ(only(scan).referral->source, "t1");
}

TEST(WeiboParse, WhatIsNotReadable) {
  for (const auto& body :
       {weibo_push("text", "{}", "a", "yesterday"), weibo_push("event", "{}"),
        std::string(R"({"type":"text","created_at":"Mon Jul 16 18:09:20 +0800 2012"})"),
        std::string(R"({"type":5})"), std::string("<xml></xml>")}) {
    EXPECT_TRUE(parse(body).stopped.has_value()) << body;
  }
}

const Said kOk{200, R"({"result":true,"sender_id":1902538057,"receiver_id":2489518277})"};

Played send(std::vector<Part> content, std::vector<Said> script, std::vector<Action> actions = {}) {
  return play(entry(), weibo_channel(),
              send_to("2489518277", std::move(content), std::move(actions)), script);
}

TEST(WeiboSend, ATextIsAFormWithJsonInside) {
  const auto done = send({Text{.text = "您好"}}, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://m.api.weibo.com/2/messages/reply.json");
  EXPECT_EQ(done.calls[0].content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(form_value(done.calls[0].body, "data"), R"({"text":"您好"})");
  EXPECT_EQ(form_value(done.calls[0].body, "type"), "text");
  EXPECT_EQ(form_value(done.calls[0].body, "receiver_id"), "2489518277");
  EXPECT_EQ(form_value(done.calls[0].body, "access_token"), "2.00TokenOfTests");
  EXPECT_TRUE(done.sent().external_ids.empty());
}

TEST(WeiboSend, ArticlesAndPlacesHaveFormsOfTheirOwn) {
  Link link;
  link.url = "https://a.cn";
  link.title = "T";
  link.description = "d";
  link.image_url = "https://a.cn/i";
  Location place;
  place.latitude = 39.98;
  place.longitude = 116.3;
  const auto done = send({link, place}, {kOk});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(form_value(done.calls[0].body, "data"),
            R"({"articles":[{"display_name":"T","summary":"d","image":"https://a.cn/i",)"
            R"("url":"https://a.cn"}]})");
  EXPECT_EQ(form_value(done.calls[1].body, "data"), R"({"longitude":"116.3","latitude":"39.98"})");
  EXPECT_EQ(form_value(done.calls[1].body, "type"), "position");
}

TEST(WeiboSend, TextsAreCutAtThreeHundredCharacters) {
  std::string text;
  for (int i = 0; i < 301; ++i) text += "好";
  EXPECT_EQ(send({Text{.text = text}}, {kOk}).calls.size(), 2u);
}

struct ErrorRow {
  const char* name;
  Said said;
  Errc code;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const ErrorRow& row, std::ostream* out) { *out << row.name; }

const ErrorRow kErrors[] = {
    {"TooMany", {403, R"({"error":"x","error_code":10023})"}, Errc::throttled},
    {"TokenExpired", {403, R"({"error_code":21327})"}, Errc::misconfigured},
    {"NoSuchUser", {400, R"({"error_code":20003})"}, Errc::recipient_gone},
    {"Busy", {503, R"({"error_code":10009})"}, Errc::unavailable},
    {"UnknownCode", {400, R"({"error_code":20603})"}, Errc::rejected},
    {"SaysNo", {200, R"({"result":false})"}, Errc::rejected},
    {"ServerError", {502, "<html>"}, Errc::unavailable, Delivery::unknown},
    {"NoJson", {200, "OK"}, Errc::unavailable, Delivery::unknown},
};

class WeiboError : public testing::TestWithParam<ErrorRow> {};
TEST_P(WeiboError, MeansThis) {
  const auto done = send({Text{.text = "secret words"}}, {GetParam().said});
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_EQ(done.error().delivery, GetParam().delivery);
  EXPECT_FALSE(done.error().detail.contains("2.00TokenOfTests"));
}
INSTANTIATE_TEST_SUITE_P(Table, WeiboError, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

std::optional<Reply> passive(const Send& send, std::string_view account = "1902538057") {
  return entry().passive_reply->render(
      {.send = send, .channel = weibo_channel(), .access_token = {}, .now = {}}, account, "");
}

TEST(WeiboPassive, OneMessageGoesAsThePushsAnswer) {
  const auto reply = passive(send_to("2489518277", {Text{.text = "好"}}));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body,
            R"({"result":true,"receiver_id":2489518277,"sender_id":1902538057,"type":"text",)"
            R"("data":"%7B%22text%22%3A%22%E5%A5%BD%22%7D"})");
  EXPECT_FALSE(passive(send_to("2489518277", {Text{.text = std::string(301, 'x')}})));
  EXPECT_FALSE(passive(send_to("2489518277", {Text{.text = "a"}, Reaction{}})));
  EXPECT_FALSE(passive(send_to("not a number", {Text{.text = "a"}})));
  EXPECT_FALSE(passive(send_to("2489518277", {Text{.text = "a"}}), "1,\"x\":2"));
}

TEST(WeiboMedia, IsFetchedByItsFileId) {
  const auto media = media_of(MediaKind::image, "", "821804469");
  const auto call = std::get<HttpCall>(entry().media_source->start(media, weibo_channel(), ""));
  EXPECT_EQ(call.url,
            "https://upload.api.weibo.com/2/mss/msget?access_token=2.00TokenOfTests&fid=821804469");
  EXPECT_TRUE(call.download);
}

}  // namespace
}  // namespace parley::connectors
