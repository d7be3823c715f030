#include <set>

#include "tests/connectors/play_dialogue.hpp"
#include "tests/connectors/qq_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;
using namespace testing_support::dialogue;

const Entry& entry() {
  static const Entry kEntry = make_qq();
  return kEntry;
}

Parsed parse(const std::string& body) {
  return entry().connector->parse(qq_signed(body).view(), qq_channel());
}

const Incoming& only(const Parsed& parsed) {
  EXPECT_FALSE(parsed.stopped.has_value()) << parsed.stopped->detail;
  EXPECT_EQ(parsed.events.size(), 1u);
  return parsed.events.at(0);
}

const Message& message(const Incoming& in) { return std::get<MessageIn>(in.what).message; }

// The key pair of the platform's public example, and its example of a URL's validation.
TEST(QqTrust, DerivesTheKeyFromTheSecret) {
  EXPECT_EQ(qq::seed_of("naOC0ocQE3shWLAfffVLB1rhYPG7"), "naOC0ocQE3shWLAfffVLB1rhYPG7naOC");
  EXPECT_EQ(to_hex(*ed25519_public_key(qq::seed_of("naOC0ocQE3shWLAfffVLB1rhYPG7"))),
            "d7c362fe78aef81ff23287b493628b5db02a3c4fe30b215e4d19609b5d76673a");
  EXPECT_EQ(qq::seed_of("abcdefghijk"), "abcdefghijkabcdefghijkabcdefghij") << "doubled, then cut";
  EXPECT_EQ(qq::seed_of(std::string(40, 'x')), std::string(32, 'x'));
  EXPECT_EQ(qq::seed_of(""), "");
}

OwnedRequest validation(std::string_view word, std::string_view time) {
  OwnedRequest request;
  request.body = R"({"d":{"plain_token":")" + std::string(word) + R"(","event_ts":")" +
                 std::string(time) + R"("},"op":13})";
  return request;
}

TEST(QqTrust, SignsTheWordOfAValidation) {
  auto channel = qq_channel();
  channel.secrets.insert_or_assign("bot_secret", Secret("DG5g3B4j9X2KOErG"));
  const auto reply = entry().connector->handshake(
      validation("Arq0D5A61EgUu4OxUvOp", "1725442341").view(), channel);
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((*reply)->body,
            R"({"plain_token":"Arq0D5A61EgUu4OxUvOp","signature":")"
            "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85"
            R"(205028a1132afe09280305f13aa6909ffc2d652c706"})");
}

// The same key proves webhooks: whoever could have a JSON body signed here could send it.
TEST(QqTrust, SignsNothingThatCouldBeAWebhook) {
  const std::pair<const char*, const char*> kBad[] = {
      {"{}", "1725442341"},  {R"({\"op\":0})", "1725442341"},
      {"a b", "1725442341"}, {"", "1725442341"},
      {"abc", ""},           {"abc", "1725442341{"},
      {"abc", "-1"},         {"abc\\u0000", "1"},
  };
  for (const auto& [word, time] : kBad) {
    const auto reply = entry().connector->handshake(validation(word, time).view(), qq_channel());
    ASSERT_TRUE(reply) << word;
    EXPECT_FALSE(reply->has_value()) << word << " " << time;
  }
  EXPECT_FALSE((*entry().connector->handshake(
      validation(std::string(200, 'a'), "1725442341").view(), qq_channel())));
}

TEST(QqTrust, AValidationThatIsSignedMustBeSignedRight) {
  auto request = validation("abc", "1725442341");
  const auto good = qq_signed(request.body);
  EXPECT_TRUE(entry().connector->handshake(good.view(), qq_channel())->has_value());
  const auto forged = qq_signed(request.body, "Another secret...");
  const auto refused = entry().connector->handshake(forged.view(), qq_channel());
  EXPECT_EQ(refused->error().code, Errc::unauthenticated);
  EXPECT_FALSE(entry().connector->handshake(qq_signed(qq_direct("hi")).view(), qq_channel()));
}

TEST(QqParse, ADirectMessageSaysWhoAndHowToAnswer) {
  const auto parsed = parse(qq_direct("你好"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.dedup_key, "ROBOT1.0_m1");
  EXPECT_EQ(in.account, "1024");
  EXPECT_EQ(in.identity.key.value, "U1");
  EXPECT_EQ(in.identity.union_id, "N1");
  EXPECT_EQ(in.opens_window, "user_message");
  EXPECT_EQ(in.occurred_at, TimePoint{Milliseconds{1699249038000}});
  EXPECT_EQ(message(in).fallback_text, "你好");
  EXPECT_EQ(qq::Address::read(in.recipient).user, "U1");
  EXPECT_EQ(qq::Address::read(in.recipient).msg_id, "ROBOT1.0_m1");
}

TEST(QqParse, TheSameMessageUnderAnotherEventIdIsTheSame) {
  EXPECT_EQ(only(parse(qq_direct("hi"))).dedup_key,
            only(parse(qq_direct("hi", "", "ev2"))).dedup_key);
}

TEST(QqParse, AGroupMessageIsAnsweredInTheGroup) {
  const auto parsed = parse(qq_event(
      "GROUP_AT_MESSAGE_CREATE",
      R"({"id":"m2","author":{"member_openid":"P1"},"group_openid":"G1","content":" 123 "})"));
  const auto& in = only(parsed);
  EXPECT_EQ(in.identity.key.value, "P1");
  EXPECT_EQ(in.group, "G1");
  EXPECT_EQ(in.opens_window, "group_message");
  EXPECT_EQ(message(in).fallback_text, "123");
  EXPECT_EQ(qq::Address::read(in.recipient).group, "G1");
}

struct AttachmentRow {
  const char *name, *json, *shown, *url;
};
void PrintTo(const AttachmentRow& row, std::ostream* out) { *out << row.name; }

const AttachmentRow kAttachments[] = {
    {"Image", R"({"content_type":"image/jpeg","filename":"a.jpg","url":"https://m.qq.com.cn/x"})",
     "[image: a.jpg]", "https://m.qq.com.cn/x"},
    {"Video", R"({"content_type":"video/mp4","url":"https://m.qq.com.cn/x"})", "[video]",
     "https://m.qq.com.cn/x"},
    {"Voice", R"({"content_type":"voice","url":"https://m.qq.com.cn/x","asr_refer_text":"喂"})",
     "[voice: 喂]", "https://m.qq.com.cn/x"},
    {"File", R"({"content_type":"file","filename":"a.pdf","url":"https://m.qq.com.cn/x"})",
     "[file: a.pdf]", "https://m.qq.com.cn/x"},
    {"WithoutAScheme", R"({"content_type":"image/png","url":"m.qq.com.cn/x"})", "[image]",
     "https://m.qq.com.cn/x"},
    {"WithoutAUrl", R"({"content_type":"image/png"})", "[unsupported: attachment]", ""},
    {"OfTheWrongType", "5", "[unsupported: attachment]", ""},
};

class QqAttachment : public testing::TestWithParam<AttachmentRow> {};
TEST_P(QqAttachment, BecomesAPart) {
  const auto parsed =
      parse(qq_direct("", R"(,"attachments":[)" + std::string(GetParam().json) + "]"));
  const auto& said = message(only(parsed));
  EXPECT_EQ(said.fallback_text, GetParam().shown);
  const auto* media = std::get_if<Media>(&said.content.at(0));
  EXPECT_EQ(media == nullptr ? "" : media->url, GetParam().url);
}
INSTANTIATE_TEST_SUITE_P(Table, QqAttachment, testing::ValuesIn(kAttachments),
                         [](const auto& test) { return test.param.name; });

TEST(QqParse, OneBadAttachmentDoesNotLoseTheOthers) {
  const auto parsed = parse(qq_direct(
      "看", R"(,"attachments":[null,{"content_type":"image/png","url":"https://m.qq.com.cn/x"}])"));
  EXPECT_EQ(message(only(parsed)).fallback_text, "看\n[unsupported: attachment]\n[image]");
}

TEST(QqParse, FriendsComeAndGo) {
  const auto added = parse(qq_event("FRIEND_ADD", R"({"openid":"U1","timestamp":1699240365})"));
  EXPECT_EQ(only(added).opt, OptChange::opted_in);
  EXPECT_EQ(only(added).opens_window, "event");
  EXPECT_EQ(only(added).dedup_key, "event:ev1");
  EXPECT_EQ(only(added).occurred_at, TimePoint{Milliseconds{1699240365000}});
  EXPECT_EQ(qq::Address::read(only(added).recipient).event_id, "ev1");
  const auto gone = parse(qq_event("FRIEND_DEL", R"({"openid":"U1"})"));
  EXPECT_EQ(only(gone).opt, OptChange::opted_out);
  // Only what nobody asked for is refused; answers are still wanted.
  EXPECT_EQ(only(parse(qq_event("C2C_MSG_REJECT", R"({"openid":"U1"})"))).opt, OptChange::none);
  const auto robot =
      parse(qq_event("GROUP_ADD_ROBOT", R"({"group_openid":"G1","op_member_openid":"P1"})"));
  EXPECT_EQ(only(robot).group, "G1");
}

TEST(QqParse, APressedButtonIsAnAnswer) {
  const auto parsed = parse(qq_event(
      "INTERACTION_CREATE",
      R"({"id":"i1","user_openid":"U1","data":{"resolved":{"button_data":"yes","button_id":"1"}}})"));
  const auto& pressed = std::get<ActionResponse>(message(only(parsed)).content.at(0));
  EXPECT_EQ(pressed.payload, "yes");
  EXPECT_EQ(only(parsed).dedup_key, "interaction:i1");
}

TEST(QqParse, WhatIsNoEventOfACustomersIsNothing) {
  for (const auto& body :
       {std::string(R"({"op":1,"d":251})"), qq_event("MESSAGE_AUDIT_PASS", "{}"),
        qq_event("AT_MESSAGE_CREATE", "{}"), qq_event("C2C_MESSAGE_NEW", "{}")}) {
    const auto parsed = parse(body);
    EXPECT_TRUE(parsed.events.empty()) << body;
    EXPECT_FALSE(parsed.stopped.has_value()) << body;
  }
  EXPECT_TRUE(parse(qq_event("C2C_MESSAGE_CREATE", "[]")).stopped.has_value());
  EXPECT_TRUE(parse(qq_event("C2C_MESSAGE_CREATE", R"({"id":"m"})")).stopped.has_value());
}

TEST(QqParse, IsAcknowledgedAsWanted) {
  const auto reply = entry().connector->acknowledge(qq_signed("{}").view(), qq_channel());
  EXPECT_EQ(reply.body, R"({"op":12,"d":0})");
}

const std::string kDirect = "user=U1&msg_id=ROBOT1.0_m1";
const Said kOk{200, R"({"id":"OUT","timestamp":"2024-10-15T16:33:15+08:00"})"};

Played send(std::string recipient, std::vector<Part> content, std::vector<Said> script) {
  return play(entry(), qq_channel(), send_to(std::move(recipient), std::move(content)), script);
}

TEST(QqSend, AnAnswerNamesTheMessageItAnswers) {
  const auto done = send(kDirect, {Text{.text = "您好"}}, {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://api.sgroup.qq.com/v2/users/U1/messages");
  EXPECT_EQ(header_of(done.calls[0], "Authorization"), "QQBot TOKEN");
  EXPECT_EQ(done.calls[0].body,
            R"({"content":"您好","msg_type":0,"msg_id":"ROBOT1.0_m1","msg_seq":1})");
  EXPECT_EQ(done.sent().external_ids, std::vector<std::string>{"OUT"});
}

TEST(QqSend, GroupsAndEventsToo) {
  const auto group = send("group=G1&msg_id=m2", {Text{.text = "a"}}, {kOk});
  EXPECT_EQ(group.calls.at(0).url, "https://api.sgroup.qq.com/v2/groups/G1/messages");
  const auto event = send("user=U1&event_id=ev1", {Text{.text = "a"}}, {kOk});
  EXPECT_TRUE(event.calls.at(0).body.contains(R"("event_id":"ev1","msg_seq":1)"));
}

TEST(QqSend, WithoutAMessageToAnswerNothingIsAsked) {
  for (const char* recipient : {"U1", "user=U1", "group=G1"}) {
    const auto done = send(recipient, {Text{.text = "a"}}, {kOk});
    EXPECT_TRUE(done.calls.empty());
    EXPECT_EQ(done.error().code, Errc::window_closed);
  }
}

TEST(QqSend, AQuotedMessageOfThePlatformsIsTheOneAnswered) {
  auto quoting = send_to("U1", {Text{.text = "a"}});
  quoting.message.reply_to = "ROBOT1.0_x";
  const auto done = play(entry(), qq_channel(), quoting, {kOk});
  EXPECT_TRUE(done.calls.at(0).body.contains(R"("msg_id":"ROBOT1.0_x")"));
  quoting.message.reply_to = "msg_00000000000000000000000000000001-4";  // ours means nothing there
  EXPECT_TRUE(play(entry(), qq_channel(), quoting, {kOk}).calls.empty());
}

// Five answers may go to one message; two of equal msg_seq would be taken for one.
TEST(QqSend, EveryCallHasANumberOfItsOwn) {
  std::set<unsigned> seen;
  for (int seq = 1; seq < 2'000; ++seq) {
    const SendId id{"snd_00000000000000000000000000000001-" + std::to_string(seq)};
    EXPECT_EQ(qq::msg_seq(id, 0), qq::msg_seq(id, 0));
    for (std::size_t index = 0; index < 32; ++index) {
      const auto number = qq::msg_seq(id, index);
      EXPECT_GE(number, 1u);
      EXPECT_LE(number, 65'535u);
      EXPECT_TRUE(seen.insert(number).second) << seq << " " << index;
    }
  }
  EXPECT_EQ(qq::msg_seq(SendId{"nonsense"}, 0), 1u);
}

TEST(QqSend, ARepeatThePlatformRefusesHasArrived) {
  const auto done =
      send(kDirect, {Text{.text = "a"}}, {{400, R"({"code":40054005,"message":"x"})"}});
  EXPECT_TRUE(done.sent().external_ids.empty());
}

TEST(QqSend, MediaAreFetchedByTheirAddressAndThenShown) {
  auto picture = media_of(MediaKind::image, "https://a.cn/i.png");
  const auto done = send(kDirect, {Text{.text = "看"}, picture},
                         {kOk, {200, R"({"file_uuid":"u","file_info":"F==","ttl":10})"}, kOk});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_EQ(done.calls[1].url, "https://api.sgroup.qq.com/v2/users/U1/files");
  EXPECT_EQ(done.calls[1].body,
            R"({"file_type":1,"url":"https://a.cn/i.png","srv_send_msg":false})");
  EXPECT_EQ(done.calls[2].body,
            R"({"content":" ","msg_type":7,"media":{"file_info":"F=="},"msg_id":"ROBOT1.0_m1",)"
            R"("msg_seq":2})");
}

TEST(QqSend, WhatItCannotFetchBecomesText) {
  const auto done = send(kDirect,
                         {media_of(MediaKind::file, "https://a.cn/f.pdf"),
                          media_of(MediaKind::voice, "https://a.cn/v.mp3")},
                         {kOk});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_TRUE(done.calls[0].body.contains(R"("https://a.cn/f.pdf\nhttps://a.cn/v.mp3")"));
  EXPECT_EQ(done.sent().degraded.size(), 2u);
}

TEST(QqSend, MarkdownOnlyWhereTheTenantSaysItMay) {
  const Part bold = Text{.text = "**a**", .format = TextFormat::markdown};
  EXPECT_TRUE(send(kDirect, {bold}, {kOk}).calls.at(0).body.contains(R"("msg_type":0)"));
  auto channel = qq_channel();
  channel.settings["markdown"] = "true";
  const auto done = play(entry(), channel, send_to(kDirect, {bold}), {kOk});
  EXPECT_TRUE(done.calls.at(0).body.contains(R"("msg_type":2,"markdown":{"content":"**a**"})"));
}

struct ErrorRow {
  const char* name;
  Said said;
  Errc code;
  Delivery delivery = Delivery::not_sent;
};
void PrintTo(const ErrorRow& row, std::ostream* out) { *out << row.name; }

const ErrorRow kErrors[] = {
    {"TooMany", {400, R"({"code":22009,"message":"msg limit exceed"})"}, Errc::throttled},
    {"Http429", {429, "{}"}, Errc::throttled},
    {"FetchFailed", {500, R"({"code":304082})"}, Errc::unavailable},
    {"ConvertFailed", {400, R"({"code":304083})"}, Errc::unavailable},
    {"TooOld", {400, R"({"code":304027})"}, Errc::window_closed},
    {"TooOldByTheNewNumber", {400, R"({"code":40034128})"}, Errc::window_closed},
    {"UrlNotOnTheList", {400, R"({"code":304003})"}, Errc::misconfigured},
    {"NotInTheGroup", {400, R"({"code":40054003})"}, Errc::recipient_gone},
    {"UnknownCode", {400, R"({"code":50055})"}, Errc::rejected},
    {"ServerError", {504, "<html>"}, Errc::unavailable, Delivery::unknown},
    {"NoJson", {200, "OK"}, Errc::unavailable, Delivery::unknown},
};

class QqError : public testing::TestWithParam<ErrorRow> {};
TEST_P(QqError, MeansThis) {
  const auto done = send(kDirect, {Text{.text = "secret words"}}, {GetParam().said});
  EXPECT_EQ(done.error().code, GetParam().code);
  EXPECT_EQ(done.error().delivery, GetParam().delivery);
}
INSTANTIATE_TEST_SUITE_P(Table, QqError, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(QqSend, ABadTokenIsRenewedOnce) {
  const Said refused{401, R"({"code":11243,"message":"x"})"};
  const auto good = send(kDirect, {Text{.text = "a"}}, {refused, kOk});
  EXPECT_EQ(good.refused, std::vector<std::string>{"TOKEN"});
  EXPECT_EQ(header_of(good.calls.at(1), "Authorization"), "QQBot TOKEN1");
  EXPECT_EQ(send(kDirect, {Text{.text = "a"}}, {refused}).error().code, Errc::unavailable);
}

TEST(QqToken, ItsLifetimeMayBeAText) {
  const auto call = entry().token_source->request(qq_channel(), false);
  EXPECT_EQ(call.url, "https://bots.qq.com/app/getAppAccessToken");
  EXPECT_EQ(call.body, R"({"appId":"1024","clientSecret":"BotSecretOfTests"})");
  for (const char* lifetime : {"7200", "\"7200\""}) {
    const auto token = entry().token_source->read(
        answer_of({200, R"({"access_token":"t1","expires_in":)" + std::string(lifetime) + "}"}));
    ASSERT_TRUE(token) << lifetime;
    EXPECT_EQ(token->lifetime, std::chrono::hours(2));
  }
  const auto refused = entry().token_source->read(
      answer_of({200, R"({"code":100016,"message":"invalid appid or secret"})"}));
  EXPECT_EQ(refused.error().code, Errc::misconfigured);
}

TEST(QqMedia, IsFetchedFromThePlatformsHostsOnly) {
  const auto start = [](const char* url) {
    return entry().media_source->start(media_of(MediaKind::image, url), qq_channel(), "TOKEN");
  };
  const auto good = start("https://multimedia.nt.qq.com.cn/download?x=1");
  EXPECT_TRUE(std::get<HttpCall>(good).download);
  EXPECT_TRUE(std::get<HttpCall>(good).headers.empty());
  for (const char* bad : {"http://multimedia.nt.qq.com.cn/x", "https://evil.example/.qq.com.cn",
                          "https://qq.com.cn@evil.example/", "https://evilqq.com/", ""}) {
    EXPECT_TRUE(std::holds_alternative<Error>(start(bad))) << bad;
  }
}

}  // namespace
}  // namespace parley::connectors
