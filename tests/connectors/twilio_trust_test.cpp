// Signatures computed apart from this code, with another HMAC, from the rule alone.
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "tests/connectors/twilio_support.hpp"

namespace parley::connectors {
namespace {

using namespace twilio_support;
using twilio::Fields;

const Fields kCall = {
    {"CallSid", "CA77"}, {"To", "+15550100"}, {"From", "+15550107"}, {"Digits", "42#"}};
constexpr const char* kEu = "https://parley.example/webhooks/demo/sms?region=eu";
constexpr const char* kJson = R"({"MessageSid":"SM1","n":1})";
constexpr const char* kJsonSha = "df49078f6d9ef893fae6664a83ace4dbcf5439e140e8157c4324f440ed687304";

struct SignatureCase {
  const char* name;
  std::string url;
  Fields fields;
  const char* signature;
};
void PrintTo(const SignatureCase& c, std::ostream* out) { *out << c.name; }

const SignatureCase kSignatures[] = {
    {"Form", kEu, kCall, "ExLpxHVMmiiONtd0iqbWlwHZVv8="},
    {"RepeatedKeysOnceEachAndSorted",
     kEu,
     {{"MediaUrl", "b"}, {"Media", "z"}, {"MediaUrl", "a"}, {"MediaUrl", "b"}},
     "mqyTY9n3GZzlF15qM0+tYw1Hk90="},
    {"OtherPort", "http://parley.example:8080/webhooks/demo/sms", kCall,
     "IigMcFkgxvYdQQeXiHFSW8KRAnM="},
    {"Https443", "https://parley.example:443/webhooks/demo/sms?region=eu", kCall,
     "WzM8VX/Wd17G1JYfAQgxjidp9xw="},
    {"Http80", "http://parley.example:80/webhooks/demo/sms", kCall, "yggx0cJ2x9yPdP7tnBuMmNXIrBE="},
    {"KeysAreSortedWithoutTheirValues",
     kEu,
     {{"ReasonCode", "A"}, {"Reason", "Zed"}, {"A", "1"}},
     "hEyqPgyRKPjEKK7p2Y35gTyhglM="},
    {"NoFields", kEu, {}, "7jsZHdY+vnfh949Krb4Cs5zz0P0="},
    {"Utf8", kWebhook, {{"From", "+1"}, {"Body", "你好 ☺"}}, "OIE9nuRJaB9lja4zQbgcH7rEsNA="},
};

class TwilioSignature : public testing::TestWithParam<SignatureCase> {};

TEST_P(TwilioSignature, IsTheKnownOne) {
  const auto& c = GetParam();
  EXPECT_EQ(twilio::sign(kToken, c.url, c.fields), c.signature);
}
INSTANTIATE_TEST_SUITE_P(Table, TwilioSignature, testing::ValuesIn(kSignatures),
                         [](const auto& test) { return test.param.name; });

// A request as it arrives behind a proxy, and the URL Twilio was given.
struct RequestCase {
  const char* name;
  const char* webhook_url;
  const char* query;
  const char* signature;
  bool good;
};
void PrintTo(const RequestCase& c, std::ostream* out) { *out << c.name; }

const RequestCase kRequests[] = {
    {"AsConfigured", kWebhook, "region=eu", "ExLpxHVMmiiONtd0iqbWlwHZVv8=", true},
    {"SignedWithThePort", kWebhook, "region=eu", "WzM8VX/Wd17G1JYfAQgxjidp9xw=", true},
    {"SignedWithoutThePort", "https://parley.example:443/webhooks/demo/sms", "region=eu",
     "ExLpxHVMmiiONtd0iqbWlwHZVv8=", true},
    {"TheQueryIsTheRequests", "https://parley.example/webhooks/demo/sms?old=1", "region=eu",
     "ExLpxHVMmiiONtd0iqbWlwHZVv8=", true},
    {"PlainHttpHasPort80", "http://parley.example/webhooks/demo/sms", "",
     "yggx0cJ2x9yPdP7tnBuMmNXIrBE=", true},
    {"AnotherPort", "http://parley.example:8080/webhooks/demo/sms", "",
     "IigMcFkgxvYdQQeXiHFSW8KRAnM=", true},
    {"AnotherQuery", kWebhook, "region=us", "ExLpxHVMmiiONtd0iqbWlwHZVv8=", false},
    {"AnotherHost", "https://evil.example/webhooks/demo/sms", "region=eu",
     "ExLpxHVMmiiONtd0iqbWlwHZVv8=", false},
    {"AnotherScheme", "http://parley.example/webhooks/demo/sms", "region=eu",
     "ExLpxHVMmiiONtd0iqbWlwHZVv8=", false},
    {"NoUrlConfigured", "", "region=eu", "ExLpxHVMmiiONtd0iqbWlwHZVv8=", false},
};

class TwilioRequest : public testing::TestWithParam<RequestCase> {};

TEST_P(TwilioRequest, IsBelievedOrNot) {
  const auto& c = GetParam();
  auto over = channel("twilio_sms");
  over.settings["webhook_url"] = c.webhook_url;
  OwnedRequest request;
  request.query = c.query;
  request.body = "From=%2B15550107&Digits=42%23&CallSid=CA77&To=%2b15550100";
  request.headers = {{"content-type", "application/x-www-form-urlencoded"},
                     {"x-twilio-signature", c.signature}};
  EXPECT_EQ(twilio::verify(request.view(), over).has_value(), c.good);
}
INSTANTIATE_TEST_SUITE_P(Table, TwilioRequest, testing::ValuesIn(kRequests),
                         [](const auto& test) { return test.param.name; });

OwnedRequest json_request(const std::string& query, const char* signature) {
  OwnedRequest request;
  request.query = query;
  request.body = kJson;
  request.headers = {{"content-type", "application/json"}, {"x-twilio-signature", signature}};
  return request;
}

TEST(TwilioTrust, AJsonBodyIsProvenByItsDigestInTheUrl) {
  ASSERT_EQ(to_hex(sha256(kJson)), kJsonSha);
  const std::string sha = "bodySHA256=" + std::string(kJsonSha);
  const auto good = json_request("region=eu&" + sha, "Q5fgof4zsli0Dlt/w4fy8wEM6hs=");
  EXPECT_TRUE(twilio::verify(good.view(), channel("twilio_sms")));
  const auto alone = json_request(sha, "uXGZ21e1UrGDvkT0k271AmEbFi0=");
  EXPECT_TRUE(twilio::verify(alone.view(), channel("twilio_sms")));

  auto changed = good;
  changed.body[2] = 'm';
  EXPECT_FALSE(twilio::verify(changed.view(), channel("twilio_sms")));
  // Without the digest nothing says that this body belongs to that signature.
  const auto bare = json_request("region=eu", "7jsZHdY+vnfh949Krb4Cs5zz0P0=");
  EXPECT_FALSE(twilio::verify(bare.view(), channel("twilio_sms")));
}

TEST(TwilioTrust, AGetIsProvenByItsUrlAlone) {
  OwnedRequest request;
  request.method = "GET";
  request.query = "region=eu";
  request.headers = {{"x-twilio-signature", "7jsZHdY+vnfh949Krb4Cs5zz0P0="}};
  EXPECT_TRUE(twilio::verify(request.view(), channel("twilio_sms")));
}

TEST(TwilioTrust, TheSecondaryTokenIsBelievedWhileTokensChange) {
  const auto request = signed_request("MessageSid=SM1", "", "the next token");
  auto over = channel("twilio_sms");
  EXPECT_FALSE(twilio::verify(request.view(), over));
  over.secrets.emplace("secondary_auth_token", Secret("the next token"));
  EXPECT_TRUE(twilio::verify(request.view(), over));
}

TEST(TwilioTrust, TheSameFieldsInAnotherOrderAreTheSameMessage) {
  auto request = signed_request("A=1&B=2%2B");
  request.body = "B=2%2b&A=1";
  EXPECT_TRUE(twilio::verify(request.view(), channel("twilio_sms")));
}

}  // namespace
}  // namespace parley::connectors
