// What every platform on the Graph API shares: the webhook's proof, and what answers mean.
#include "connectors/graph_api.hpp"

#include <gtest/gtest.h>

#include "connectors/graph_envelope.hpp"
#include "tests/connectors/graph_support.hpp"

namespace parley::connectors::graph {
namespace {

using graph_support::with_signature;

Channel channel() { return graph_support::channel("any", "account"); }

TEST(GraphSignature, IsHmacSha256OfTheBody) {
  // RFC 4231, test case 2.
  auto over = channel();
  over.secrets.insert_or_assign("app_secret", Secret("Jefe"));
  const auto request =
      with_signature("what do ya want for nothing?",
                     "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_TRUE(authenticate(request.view(), over).has_value());
}

TEST(GraphSignature, CoversTheBytesAsTheyCame) {
  // The same JSON, written as the platform writes it and as anybody else would.
  const std::string as_sent = R"({"text":"caf\u00e9 \/ bar"})",
                    rewritten = R"({"text":"café / bar"})";
  auto request = graph_support::sign(as_sent);
  EXPECT_TRUE(authenticate(request.view(), channel()).has_value());
  request.body = rewritten;
  EXPECT_FALSE(authenticate(request.view(), channel()).has_value());
}

TEST(GraphSignature, NeedsASecret) {
  auto over = channel();
  over.secrets.erase("app_secret");
  const auto request = with_signature("{}", graph_support::signature_of("{}", ""));
  const auto refused = authenticate(request.view(), over);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unauthenticated);
}

struct HandshakeCase {
  const char* name;
  const char* query;
  const char* want;  // the answer, or nullptr for a refusal
};
void PrintTo(const HandshakeCase& c, std::ostream* out) { *out << c.name; }

const HandshakeCase kHandshakes[] = {
    {"Right", "hub.mode=subscribe&hub.verify_token=verify-token-of-the-tests&hub.challenge=1158",
     "1158"},
    {"AnyOrder",
     "hub.challenge=a-B_9.z&hub.verify_token=verify-token-of-the-tests&hub.mode=subscribe",
     "a-B_9.z"},
    {"WrongToken", "hub.mode=subscribe&hub.verify_token=x&hub.challenge=1158", nullptr},
    {"NoToken", "hub.mode=subscribe&hub.challenge=1158", nullptr},
    {"NoMode", "hub.verify_token=verify-token-of-the-tests&hub.challenge=1158", nullptr},
    {"OtherMode", "hub.mode=unsubscribe&hub.verify_token=verify-token-of-the-tests&hub.challenge=1",
     nullptr},
    {"NoChallenge", "hub.mode=subscribe&hub.verify_token=verify-token-of-the-tests", nullptr},
    {"ScriptAsChallenge",
     "hub.mode=subscribe&hub.verify_token=verify-token-of-the-tests&hub.challenge=%3Cscript%3E",
     nullptr},
    {"Nothing", "", nullptr},
};

class GraphHandshake : public testing::TestWithParam<HandshakeCase> {};

TEST_P(GraphHandshake, AnswersWhoKnowsTheToken) {
  testing_support::OwnedRequest request;
  request.method = "GET";
  request.query = GetParam().query;
  const auto got = handshake(request.view(), channel());
  ASSERT_TRUE(got.has_value());
  ASSERT_EQ(got->has_value(), GetParam().want != nullptr);
  if (GetParam().want == nullptr) {
    EXPECT_EQ(got->error().detail.find("verify-token-of"), std::string::npos);
    return;
  }
  EXPECT_EQ((*got)->status, 200);
  EXPECT_EQ((*got)->body, GetParam().want);
  EXPECT_TRUE((*got)->content_type.starts_with("text/plain"));
}
INSTANTIATE_TEST_SUITE_P(Table, GraphHandshake, testing::ValuesIn(kHandshakes),
                         [](const auto& test) { return test.param.name; });

TEST(GraphHandshakes, APostIsNone) {
  testing_support::OwnedRequest request;
  EXPECT_FALSE(handshake(request.view(), channel()).has_value());
}

TEST(GraphHandshakes, AChannelWithoutATokenVerifiesNothing) {
  auto over = channel();
  over.secrets.erase("verify_token");
  testing_support::OwnedRequest request;
  request.method = "GET";
  request.query = "hub.mode=subscribe&hub.verify_token=&hub.challenge=1";
  const auto got = handshake(request.view(), over);
  ASSERT_TRUE(got.has_value());
  EXPECT_FALSE(got->has_value());
}

constexpr CodeRow kOwn[] = {
    {.code = 10, .subcode = 77, .errc = Errc::window_closed, .what = "window"},
    {.code = 900, .errc = Errc::throttled, .what = "slow down", .retry_after = Milliseconds(6000)},
};

struct ErrorCase {
  const char* name;
  int status;
  const char* body;
  Errc code;
  Delivery delivery;
  const char* code_text;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

constexpr auto kNot = Delivery::not_sent;
constexpr auto kUnknown = Delivery::unknown;

const ErrorCase kErrors[] = {
    // The code has the say, whatever HTTP says.
    {"RateLimitAs400", 400, R"({"error":{"code":4}})", Errc::throttled, kNot, "4"},
    {"RateLimitAs403", 403, R"({"error":{"code":80007}})", Errc::throttled, kNot, "80007"},
    {"RateLimitAs500", 500, R"({"error":{"code":613}})", Errc::throttled, kNot, "613"},
    {"ErrorIn200", 200, R"({"error":{"code":100,"message":"no"}})", Errc::rejected, kNot, "100"},
    {"DownAs500", 500, R"({"error":{"code":2}})", Errc::unavailable, kNot, "2"},
    {"Unnamed", 500, R"({"error":{"code":1}})", Errc::unavailable, kUnknown, "1"},
    {"Token", 401, R"({"error":{"code":190,"error_subcode":463}})", Errc::misconfigured, kNot,
     "190"},
    {"ZeroAs401", 401, R"({"error":{"code":0}})", Errc::misconfigured, kNot, "0"},
    {"ZeroAs403", 403, R"({"error":{"code":0,"message":"no"}})", Errc::rejected, kNot, "0"},
    {"Permission", 403, R"({"error":{"code":294}})", Errc::misconfigured, kNot, "294"},
    {"OwnSubcode", 400, R"({"error":{"code":10,"error_subcode":77}})", Errc::window_closed, kNot,
     "10"},
    {"OtherSubcode", 400, R"({"error":{"code":10,"error_subcode":78}})", Errc::misconfigured, kNot,
     "10"},
    {"OwnCode", 400, R"({"error":{"code":900}})", Errc::throttled, kNot, "900"},
    {"SaysItPasses", 400, R"({"error":{"code":31337,"is_transient":true}})", Errc::unavailable,
     kNot, "31337"},
    {"NewCode", 400, R"({"error":{"code":31337}})", Errc::rejected, kNot, "31337"},
    {"NewCodeAs500", 503, R"({"error":{"code":31337}})", Errc::unavailable, kUnknown, "31337"},
    {"CodeOfAnotherType", 400, R"({"error":{"code":"x"}})", Errc::rejected, kNot, "400"},
    // Without a body that explains itself, HTTP has.
    {"TooMany", 429, R"({"is_error":true})", Errc::throttled, kNot, "429"},
    {"TooManyWithoutJson", 429, "slow", Errc::throttled, kNot, "429"},
    {"Page", 502, "<html>", Errc::unavailable, kUnknown, "502"},
    {"Refused", 404, "{}", Errc::rejected, kNot, "404"},
    {"RefusedWithoutJson", 404, "gone", Errc::rejected, kNot, "404"},
    {"Unauthorised", 401, "", Errc::misconfigured, kNot, "401"},
    // Taken, and then nonsense: it may be out.
    {"NonsenseIn200", 200, "bad", Errc::rejected, kUnknown, "200"},
    {"ListIn200", 200, "[]", Errc::rejected, kUnknown, "200"},
};

class GraphError : public testing::TestWithParam<ErrorCase> {};

TEST_P(GraphError, SaysWhatToDoNext) {
  HttpAnswer answer;
  answer.status = GetParam().status;
  answer.body = GetParam().body;
  const auto got = read_answer(answer, channel(), kOwn);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, GetParam().code) << got.error().detail;
  EXPECT_EQ(got.error().delivery, GetParam().delivery);
  EXPECT_EQ(got.error().code_text, GetParam().code_text);
  EXPECT_FALSE(got.error().detail.empty());
}
INSTANTIATE_TEST_SUITE_P(Table, GraphError, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

Error error_of(const std::string& body, std::vector<Header> headers = {}) {
  HttpAnswer answer;
  answer.status = 400;
  answer.body = body;
  answer.headers = std::move(headers);
  return read_answer(answer, channel(), kOwn).error();
}

TEST(GraphErrors, TellTheOperatorThePlatformsWords) {
  const auto error = error_of(
      R"({"error":{"message":"(#100) no","code":100,"error_data":{"details":"text is\nempty"}}})");
  EXPECT_EQ(error.detail, "(#100) no: text is empty");
}

TEST(GraphErrors, HideOurSecretsInThem) {
  const auto error = error_of(R"({"error":{"message":"bad EAAB-token-of-the-tests!","code":100}})");
  EXPECT_EQ(error.detail, "bad ***!");
  // A token that is no good is repeated in part or in full: no word of that message is kept.
  const auto token = error_of(R"({"error":{"message":"Malformed token EAAB-to","code":190}})");
  EXPECT_EQ(token.detail.find("EAAB"), std::string::npos) << token.detail;
}

TEST(GraphErrors, CutLongWordsBetweenCharacters) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "é";
  const auto error = error_of(R"({"error":{"message":"x)" + words + R"(","code":100}})");
  EXPECT_EQ(error.detail, "x" + words.substr(0, 198));
}

TEST(GraphErrors, SayHowLongToWait) {
  EXPECT_EQ(error_of(R"({"error":{"code":900}})").retry_after, Milliseconds(6000));
  EXPECT_EQ(error_of(R"({"error":{"code":4}})").retry_after, std::nullopt);
  const char* usage =
      R"({"12":[{"type":"messenger","estimated_time_to_regain_access":3},
          {"estimated_time_to_regain_access":19}]})";
  const auto busy = error_of(R"({"error":{"code":4}})", {{"x-business-use-case-usage", usage}});
  EXPECT_EQ(busy.retry_after, std::chrono::minutes(19));
  const auto odd = error_of(R"({"error":{"code":4}})", {{"x-business-use-case-usage", "[{"}});
  EXPECT_EQ(odd.retry_after, std::nullopt);
}

TEST(GraphCalls, CarryTheTokenAndTheProof) {
  auto over = channel();
  const auto bearer = api_call(over, kGraphBase, "1/messages", TokenPlace::bearer);
  EXPECT_EQ(bearer.url, "https://graph.facebook.com/v25.0/1/messages");
  ASSERT_EQ(bearer.headers.size(), 1u);
  EXPECT_EQ(bearer.headers[0].second, "Bearer EAAB-token-of-the-tests");
  over.api_base = "http://127.0.0.1:9/";
  over.settings["api_version"] = "v26.0";
  over.settings["appsecret_proof"] = "true";
  const auto query = api_call(over, kGraphBase, "me/messages", TokenPlace::query);
  EXPECT_TRUE(query.headers.empty());
  EXPECT_EQ(query.url,
            "http://127.0.0.1:9/v26.0/me/messages?access_token=EAAB-token-of-the-tests"
            "&appsecret_proof=" +
                to_hex(hmac_sha256("app-secret-of-the-tests", "EAAB-token-of-the-tests")));
}

TEST(GraphSettings, NameWhatIsWrong) {
  const auto wrong = [](auto change) {
    auto over = channel();
    change(over);
    return check_settings(over, "account");
  };
  EXPECT_EQ(wrong([](Channel&) {}), "");
  EXPECT_NE(wrong([](Channel& c) { c.settings.erase("account"); }), "");
  EXPECT_NE(wrong([](Channel& c) { c.settings["account"] = "@shop"; }), "");
  EXPECT_NE(wrong([](Channel& c) { c.settings["api_version"] = "25"; }), "");
  EXPECT_NE(wrong([](Channel& c) { c.settings["api_version"] = "v25.0/../x"; }), "");
  EXPECT_NE(wrong([](Channel& c) { c.settings["text_max"] = "many"; }), "");
  EXPECT_NE(wrong([](Channel& c) { c.secrets.insert_or_assign("access_token", Secret("a b")); }),
            "");
  EXPECT_NE(wrong([](Channel& c) { c.secrets.erase("access_token"); }), "");
}

TEST(GraphText, IsShortenedByCharacters) {
  EXPECT_EQ(shortened("1234567890", 10), "1234567890");
  EXPECT_EQ(shortened("12345678901", 10), "1234567...");
  EXPECT_EQ(shortened("ééééééééééé", 10), "ééééééé...");
}

}  // namespace
}  // namespace parley::connectors::graph
