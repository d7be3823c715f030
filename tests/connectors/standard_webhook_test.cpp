#include "connectors/standard_webhook.hpp"

#include <gtest/gtest.h>

namespace parley::connectors {
namespace {

// The example of the specification's reference libraries.
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr const char* kBody = R"({"test": 2432232314})";
constexpr std::int64_t kTime = 1614265330;
constexpr const char* kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

const Secret kOther("whsec_cGFybGV5LWZpeHR1cmUtc2VjcmV0LTEyMzQ1Njc4");

TimePoint at(std::int64_t seconds) { return TimePoint{std::chrono::seconds(seconds)}; }

Result<void> verify(std::string_view signature, std::string_view timestamp = "1614265330",
                    std::int64_t now = kTime, std::string_view id = kId) {
  const Secret secrets[] = {kOther, Secret(kSecret)};
  return verify_webhook({.id = id, .timestamp = timestamp, .signature = signature, .body = kBody},
                        secrets, at(now));
}

TEST(StandardWebhook, GivesTheKnownSignature) {
  EXPECT_EQ(sign_webhook(Secret(kSecret), kId, kTime, kBody), kSignature);
  EXPECT_TRUE(verify(kSignature));
}

TEST(StandardWebhook, AnySignatureOfTheListMayMatch) {
  const std::string bad = sign_webhook(kOther, kId, kTime + 1, kBody);
  EXPECT_TRUE(verify(bad + " v1a,ed25519 " + kSignature));
  EXPECT_FALSE(verify(bad + " " + bad));
  std::string many;
  for (std::size_t i = 0; i < kSignaturesMax; ++i) many += bad + " ";
  EXPECT_FALSE(verify(many + kSignature)) << "the list has an end";
}

TEST(StandardWebhook, TimeMustBeNear) {
  EXPECT_TRUE(verify(kSignature, "1614265330", kTime + 300));
  EXPECT_TRUE(verify(kSignature, "1614265330", kTime - 300));
  EXPECT_FALSE(verify(kSignature, "1614265330", kTime + 301));
  EXPECT_FALSE(verify(kSignature, "1614265330", kTime - 301));
  for (const char* bad : {"", "now", "1614265330.0", "-1", "99999999999999999999"}) {
    EXPECT_FALSE(verify(kSignature, bad)) << bad;
  }
}

TEST(StandardWebhook, NothingElseMatches) {
  std::string bare(kSignature);
  bare.erase(0, 3);
  for (const std::string& bad : {std::string(), std::string("v1,"), bare, "v2," + bare}) {
    const auto result = verify(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, Errc::unauthenticated);
  }
  EXPECT_FALSE(verify(kSignature, "1614265330", kTime, "msg_other"));
  EXPECT_FALSE(verify(kSignature, "1614265330", kTime, ""));
  // Bytes must not be able to move between the id and the time.
  const std::string moved = sign_webhook(Secret(kSecret), "a.1614265330", kTime, kBody);
  EXPECT_FALSE(verify(moved, "1614265330", kTime, "a.1614265330"));
}

TEST(StandardWebhook, WeakSecretsAreNotUsable) {
  EXPECT_TRUE(usable_webhook_secret(Secret(kSecret)));
  for (const char* bad : {"", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!"}) {
    EXPECT_FALSE(usable_webhook_secret(Secret(bad))) << bad;
    EXPECT_EQ(sign_webhook(Secret(bad), kId, kTime, kBody), "") << bad;
  }
}

}  // namespace
}  // namespace parley::connectors
