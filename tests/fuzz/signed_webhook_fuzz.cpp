// Any bytes as the headers of a signed webhook and as a secret: nothing is believed that we did not
// sign, and what we signed is.
#include <array>

#include "connectors/standard_webhook.hpp"
#include "connectors/tencent_envelope.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::connectors {
namespace {

constexpr std::int64_t kNow = 1'760'000'000;
constexpr std::string_view kReceiver = "receiver";

}  // namespace

PARLEY_FUZZ_TARGET(signed_webhook) {
  fuzz::Choices choices(bytes);
  const auto id = choices.line(), timestamp = choices.line(), signature = choices.line();
  const auto body = choices.rest();
  const std::array secrets = {Secret("whsec_" + std::string(43, 'a') + "=")};
  const TimePoint now{Milliseconds{kNow * 1'000}};
  const bool believed = verify_webhook({id, timestamp, signature, body}, secrets, now).has_value();
  const std::string good = sign_webhook(secrets[0], id, kNow, body);
  if (believed) fuzz::expect(signature.find("v1,") != signature.npos, "unsigned, believed", bytes);
  const bool own = verify_webhook({id, std::to_string(kNow), good, body}, secrets, now).has_value();
  const bool may_be = !id.empty() && id.size() <= 64 && id.find('.') == id.npos;
  fuzz::expect(own || !may_be || good.empty(), "our own signature is refused", bytes);
  fuzz::expect(usable_webhook_secret(Secret(std::string(body))) ==
                   !sign_webhook(Secret(std::string(body)), "i", kNow, "").empty(),
               "a secret that is usable and is not", bytes);

  const Secret key(std::string(kEnvelopeKeyChars, 'b'));
  const auto opened = open_envelope(key, body, kReceiver);
  if (opened) fuzz::expect(opened->size() < body.size(), "more came out than went in", bytes);
  const auto back =
      open_envelope(key, seal_envelope(key, body, kReceiver, "0123456789abcdef"), kReceiver);
  fuzz::expect(back && *back == body, "a sealed message does not come back", bytes);
}

}  // namespace parley::connectors
