#include "connectors/standard_webhook.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {
namespace {

constexpr std::int64_t kNowS = 1'760'000'000;
constexpr const char* kSecret = "whsec_cGFybGV5LWZpeHR1cmUtc2VjcmV0LTEyMzQ1Njc4";

OwnedRequest signed_at(const std::string& body, std::int64_t seconds, const char* secret = kSecret,
                       const char* id = "evt1") {
  OwnedRequest request;
  request.headers = {{"content-type", "application/json"},
                     {"webhook-id", id},
                     {"webhook-timestamp", std::to_string(seconds)},
                     {"webhook-signature", sign_webhook(Secret(secret), id, seconds, body)}};
  request.body = body;
  return request;
}

const FixtureRegistrar kCustom([] {
  Fixture fixture;
  fixture.name = "Custom";
  fixture.platform = "custom";
  fixture.channel.tenant = TenantId{"demo"};
  fixture.channel.id = ChannelId{"ch1"};
  fixture.channel.platform = "custom";
  fixture.channel.secrets.emplace("secret", Secret(kSecret));
  fixture.channel.settings["callback_url"] = "https://customer.example/parley";
  fixture.good_bodies = {
      R"({"type":"message.created","id":"e1","sender":{"id":"42","name":"Li"},
          "content":[{"type":"text","text":"hi"}],"timestamp":"2025-10-09T08:53:20Z"})",
      R"({"events":[{"type":"typing.started","id":"e2","sender":{"id":"42"}},
          {"type":"message.created","id":"e3","sender":{"id":"42"},"text":"hi",
           "message_id":"m3","reply_to":"m2"}]})",
      R"({"type":"delivery.updated","id":"e4","message":"m9","state":"read"})",
      R"({"type":"reaction.added","id":"e5","sender":{"id":"42"},"message":"m9","emoji":"x"})",
      R"({"type":"order.paid","id":"e6","sender":{"id":"42"},"key":"o-1",
          "attributes":{"amount":12.5,"first":true,"coin":"CNY"}})",
  };
  fixture.sign = [](const std::string& body) { return signed_at(body, kNowS); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    for (std::size_t missing = 1; missing < 4; ++missing) {
      out.push_back(signed_at(body, kNowS));
      out.back().headers.erase(out.back().headers.begin() + static_cast<std::ptrdiff_t>(missing));
    }
    out.push_back(signed_at(body, kNowS - 301));
    out.push_back(signed_at(body, kNowS + 301));
    out.push_back(signed_at(body, kNowS, "whsec_cGFybGV5LWZpeHR1cmUtc2VjcmV0LTEyMzQ1Njc5"));
    out.push_back(signed_at(body, kNowS));
    out.back().headers[1].second = "evt2";
    out.push_back(signed_at(body, kNowS));
    out.back().headers[2].second = std::to_string(kNowS + 1);
    out.push_back(signed_at(body, kNowS));
    out.back().headers[3].second.replace(0, 2, "v2");
    out.push_back(signed_at(body, kNowS));
    out.back().headers[3].second.pop_back();
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
