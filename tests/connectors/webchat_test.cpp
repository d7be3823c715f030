#include "connectors/webchat/webchat.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "connectors/webchat/session.hpp"

namespace parley::connectors {
namespace {

using namespace webchat;

constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};
constexpr Milliseconds kMinute{60'000};

Channel channel(const char* id = "web", const char* tenant = "demo") {
  Channel channel;
  channel.tenant = TenantId{tenant};
  channel.id = ChannelId{id};
  channel.platform = "webchat";
  channel.secrets.emplace("visitor_secret", Secret("visitor-secret-0123456789"));
  channel.secrets.emplace("user_secret", Secret("user-secret-0123456789"));
  channel.settings["origins"] = "https://shop.example, https://m.shop.example";
  return channel;
}

Parsed parse(std::string_view body, const std::string& token, std::string_view name = {}) {
  static const Entry kEntry = make_webchat();
  WebhookRequest request;
  request.method = "POST";
  request.body = body;
  request.headers = {{"x-parley-visitor", token}, {"x-parley-name", name}};
  request.received_at = kNow;
  return kEntry.connector->parse(request, channel());
}

std::string visitor() { return issue_visitor_token(channel(), "w_1", kNow + kMinute); }

std::string jwt(std::string_view header, std::string_view claims,
                std::string_view secret = "user-secret-0123456789") {
  const std::string head = to_base64url(header) + "." + to_base64url(claims);
  return head + "." + to_base64url(hmac_sha256(secret, head));
}

constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";

TEST(WebchatSession, RoundTrips) {
  const auto got = check_visitor_token(channel(), visitor(), kNow);
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->id, "w_1");
  EXPECT_EQ(got->user, "");
  EXPECT_EQ(got->expires_at, kNow + kMinute);
  const auto user =
      check_visitor_token(channel(), issue_user_session(channel(), "crm 7", kNow + kMinute), kNow);
  ASSERT_TRUE(user) << user.error().detail;
  EXPECT_EQ(user->user, "crm 7");
}

TEST(WebchatSession, IsWorthNothingElsewhereOrLater) {
  EXPECT_FALSE(check_visitor_token(channel("web2"), visitor(), kNow));
  EXPECT_FALSE(check_visitor_token(channel("web", "other"), visitor(), kNow));
  EXPECT_FALSE(check_visitor_token(channel(), visitor(), kNow + kMinute));
  const std::string good = visitor();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(check_visitor_token(channel(), changed, kNow)) << i;
    EXPECT_FALSE(check_visitor_token(channel(), good.substr(0, i), kNow)) << i;
  }
}

TEST(WebchatSession, AVisitorCannotBeIssuedAUsersId) {
  EXPECT_EQ(issue_visitor_token(channel(), "u_Y3Jt", kNow + kMinute), "");
  EXPECT_EQ(issue_visitor_token(channel(), "a.b", kNow + kMinute), "");
  EXPECT_EQ(issue_visitor_token(channel(), "", kNow + kMinute), "");
  EXPECT_EQ(issue_visitor_token(channel(), std::string(65, 'a'), kNow + kMinute), "");
  EXPECT_EQ(issue_user_session(channel(), "", kNow + kMinute), "");
  auto bare = channel();
  bare.secrets.erase("visitor_secret");
  EXPECT_EQ(issue_visitor_token(bare, "w_1", kNow + kMinute), "");
  EXPECT_FALSE(check_visitor_token(bare, visitor(), kNow));
}

TEST(WebchatUserToken, ReadsAGoodOne) {
  const auto got = check_user_token(
      channel(), jwt(kHs256, R"({"sub":"crm-7","exp":1760000060,"name":"李娜","locale":"zh-CN"})"),
      kNow);
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->user, "crm-7");
  EXPECT_EQ(got->name, "李娜");
  EXPECT_EQ(got->language, "zh-CN");
}

struct TokenCase {
  const char* name;
  std::string token;
};
void PrintTo(const TokenCase& c, std::ostream* out) { *out << c.name; }

const TokenCase kBadTokens[] = {
    {"Expired", jwt(kHs256, R"({"sub":"7","exp":1760000000})")},
    {"NoExpiry", jwt(kHs256, R"({"sub":"7"})")},
    {"NoSubject", jwt(kHs256, R"({"exp":1760000060})")},
    {"NotYet", jwt(kHs256, R"({"sub":"7","exp":1760000600,"nbf":1760000061})")},
    {"OtherSecret", jwt(kHs256, R"({"sub":"7","exp":1760000060})", "x")},
    {"AlgorithmNone", jwt(R"({"alg":"none"})", R"({"sub":"7","exp":1760000060})")},
    {"Unsigned",
     to_base64url(kHs256) + "." + to_base64url(R"({"sub":"7","exp":1760000060})") + "."},
    {"Extensions", jwt(R"({"alg":"HS256","crit":["x"]})", R"({"sub":"7","exp":1760000060})")},
    {"NotJson", jwt(kHs256, "nope")},
    {"TwoPieces", "a.b"},
    {"Empty", ""},
};

class WebchatBadToken : public testing::TestWithParam<TokenCase> {};

TEST_P(WebchatBadToken, IsRefused) {
  const auto got = check_user_token(channel(), GetParam().token, kNow);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::unauthenticated);
}
INSTANTIATE_TEST_SUITE_P(Table, WebchatBadToken, testing::ValuesIn(kBadTokens),
                         [](const auto& test) { return test.param.name; });

TEST(WebchatUserHash, MustBeTheIdsOwn) {
  const std::string hash = to_hex(hmac_sha256("user-secret-0123456789", "crm-7"));
  EXPECT_TRUE(check_user_hash(channel(), "crm-7", hash));
  EXPECT_FALSE(check_user_hash(channel(), "crm-8", hash));
  EXPECT_FALSE(check_user_hash(channel(), "crm-7", ""));
}

TEST(WebchatOrigin, MatchesExactly) {
  EXPECT_TRUE(origin_allowed(channel(), "https://shop.example"));
  EXPECT_TRUE(origin_allowed(channel(), "https://m.shop.example"));
  EXPECT_TRUE(origin_allowed(channel(), "")) << "an app sends none";
  for (const char* bad : {"http://shop.example", "https://shop.example.evil.example",
                          "https://shop.example:8443", "null", "https://shop"}) {
    EXPECT_FALSE(origin_allowed(channel(), bad)) << bad;
  }
}

TEST(WebchatFrame, AMessageSaysWhoByTheTokenOnly) {
  const auto parsed = parse(
      R"({"type":"message","id":"c1","content":[{"type":"text","text":"hi","format":"html"}],
          "visitor":"w_2","reply_to":"msg_9"})",
      visitor(), "Ann");
  ASSERT_EQ(parsed.events.size(), 1u) << parsed.stopped->detail;
  const auto& in = parsed.events[0];
  EXPECT_EQ(in.identity.key, (IdentityKey{"web", "visitor", "w_1"}));
  EXPECT_EQ(in.identity.verification, Verification::none);
  EXPECT_EQ(in.identity.display_name, "Ann");
  EXPECT_EQ(in.recipient, "w_1");
  EXPECT_EQ(in.dedup_key, "client:w_1:c1");
  const auto& message = std::get<MessageIn>(in.what).message;
  EXPECT_EQ(message.content, std::vector<Part>{Text{.text = "hi"}}) << "markup is not for visitors";
  EXPECT_EQ(message.reply_to, "msg_9");
  EXPECT_EQ(message.external_time, kNow);
}

TEST(WebchatFrame, ASignedUserIsTheTenantsOwn) {
  const auto parsed = parse(R"({"type":"message","id":"c1","text":"hi"})",
                            issue_user_session(channel(), "crm-7", kNow + kMinute));
  ASSERT_EQ(parsed.events.size(), 1u);
  EXPECT_EQ(parsed.events[0].identity.key, (IdentityKey{"user", "user", "crm-7"}));
  EXPECT_EQ(parsed.events[0].identity.verification, Verification::signed_);
}

TEST(WebchatFrame, SignalsAndReceipts) {
  const auto typing = parse(R"({"type":"typing","on":false})", visitor());
  EXPECT_EQ(std::get<SignalIn>(typing.events.at(0).what).type, EventType::typing_stopped);
  EXPECT_EQ(typing.events.at(0).dedup_key, "");
  const auto read = parse(R"({"type":"read","message":"msg_1"})", visitor());
  EXPECT_EQ(std::get<ReceiptIn>(read.events.at(0).what).external_id, "msg_1");
  EXPECT_EQ(std::get<ReceiptIn>(read.events.at(0).what).state, DeliveryState::read);
  const auto action = parse(R"({"type":"action","id":"c2","payload":"yes"})", visitor());
  EXPECT_EQ(std::get<MessageIn>(action.events.at(0).what).message.content.at(0),
            (Part{ActionResponse{.action_id = "", .payload = "yes", .title = ""}}));
  const auto open = parse(R"({"type":"open","referral":{"code":"ad7"}})", visitor());
  EXPECT_EQ(open.events.at(0).referral->code, "ad7");
  const auto later = parse(R"({"type":"from the future"})", visitor());
  EXPECT_TRUE(later.events.empty());
  EXPECT_FALSE(later.stopped);
}

const char* const kBadFrames[] = {
    "",
    "[]",
    "{}",
    R"({"type":5})",
    R"({"type":"message","text":"hi"})",
    R"({"type":"message","id":"","text":"hi"})",
    R"({"type":"message","id":"a b","text":"hi"})",
    R"({"type":"message","id":"c1"})",
    R"({"type":"message","id":"c1","content":"hi"})",
    R"({"type":"message","id":"c1","content":[{"type":"text"}]})",
    R"({"type":"message","id":"c1","content":[{"type":"image","url":"http://10.0.0.1/"}]})",
    R"({"type":"message","id":"c1","content":[{"type":"link","url":"javascript:alert"}]})",
    R"({"type":"message","id":"c1","content":[{"type":"card","title":"a"}]})",
    R"({"type":"message","id":"c1","content":[{"type":"template","name":"a"}]})",
    R"({"type":"typing","on":"yes"})",
    R"({"type":"read"})",
    R"({"type":"reaction","id":"c1","message":"m","emoji":"x","op":"paint"})",
};

TEST(WebchatFrame, BadOnesAreExplained) {
  for (const char* body : kBadFrames) {
    const auto parsed = parse(body, visitor());
    EXPECT_TRUE(parsed.events.empty()) << body;
    ASSERT_TRUE(parsed.stopped) << body;
    EXPECT_EQ(parsed.stopped->code, Errc::malformed) << body;
    EXPECT_FALSE(parsed.stopped->detail.empty()) << body;
  }
}

TEST(WebchatSend, PushesTheMessage) {
  const Entry entry = make_webchat();
  Send send;
  send.message.content = {Text{.text = "你好"}};
  const Channel over = channel();
  const auto step = entry.connector->start({send, over, {}, kNow});
  EXPECT_NE(std::get<Push>(step).json.find("你好"), std::string::npos);
}

TEST(WebchatCheck, SecretsMustBeLong) {
  const Entry entry = make_webchat();
  EXPECT_EQ(entry.connector->check(channel()), "");
  auto weak = channel();
  weak.secrets.insert_or_assign("visitor_secret", Secret("short"));
  EXPECT_NE(entry.connector->check(weak), "");
}

}  // namespace
}  // namespace parley::connectors
