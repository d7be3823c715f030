// connectors/standard_webhook.hpp
// Signed webhooks by the Standard Webhooks specification 1.0, symmetric signatures.
//
// Source   standardwebhooks.com: HMAC-SHA256 over "id.timestamp.body", key = base64 after "whsec_"
// Promise  the id does not change when a delivery is repeated, so it is the receiver's dedup key;
//          several signatures in one header let a secret be changed without a gap.
// Limits   keys of 24 to 64 bytes; the signature header may list kSignaturesMax signatures.
// Threads  pure functions; time is an argument.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace parley::connectors {

inline constexpr std::string_view kWebhookId = "webhook-id";
inline constexpr std::string_view kWebhookTimestamp = "webhook-timestamp";
inline constexpr std::string_view kWebhookSignature = "webhook-signature";
inline constexpr Milliseconds kWebhookTolerance{300'000};
inline constexpr std::size_t kSignaturesMax = 8;

// Is this "whsec_" and base64 of 24 to 64 bytes (the prefix may be missing)?
bool usable_webhook_secret(const Secret& secret);

// "v1,<base64>"; "" if the secret is not usable.
std::string sign_webhook(const Secret& secret, std::string_view id, std::int64_t timestamp_s,
                         std::string_view body);

// The three headers of a call that goes out at `now`; none if the secret is not usable.
std::vector<std::pair<std::string, std::string>> webhook_headers(const Secret& secret,
                                                                 std::string_view id, TimePoint now,
                                                                 std::string_view body);

struct SignedWebhook {
  std::string_view id, timestamp, signature;  // the three headers as received
  std::string_view body;
};

// Any of the secrets (the current one and one being retired) may match any of the signatures.
Result<void> verify_webhook(const SignedWebhook& webhook, std::span<const Secret> secrets,
                            TimePoint now, Milliseconds tolerance = kWebhookTolerance);

}  // namespace parley::connectors
