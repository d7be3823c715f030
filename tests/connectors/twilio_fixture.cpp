#include "tests/connectors/twilio_support.hpp"

namespace parley::connectors::testing_support {
namespace {

using twilio_support::channel;
using twilio_support::signed_request;

std::vector<OwnedRequest> forgeries_of(const std::string& body) {
  std::vector<OwnedRequest> out(7, signed_request(body));
  auto signature = [](OwnedRequest& request) -> std::string& { return request.headers[1].second; };
  out[0].headers.pop_back();
  signature(out[1]).clear();
  signature(out[2]).pop_back();
  std::ranges::transform(signature(out[3]), signature(out[3]).begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : static_cast<char>(c ^ 1);
  });
  out[4] = signed_request(body, "", "another token");
  out[5].query = "added=1";
  out[6].body += "&Added=1";
  return out;
}

// Bodies without escapes, so that every bit of them means something; what a message must have
// stands at their end, so that no shorter one is good.
Fixture twilio_fixture(const char* name, const char* platform, std::vector<std::string> bodies) {
  Fixture fixture;
  fixture.name = name;
  fixture.platform = platform;
  fixture.channel = channel(platform);
  fixture.good_bodies = std::move(bodies);
  fixture.sign = [](const std::string& body) { return signed_request(body); };
  fixture.forgeries = forgeries_of;
  fixture.body_signed = true;
  return fixture;
}

const std::vector<std::string> kSmsBodies = {
    "MessageSid=SM1&From=15550107&To=15550100&Body=hi&NumMedia=0&AccountSid=AC123",
    "MessageSid=SM2&From=15550107&To=15550100&NumMedia=1&MediaUrl0=https://m.example/1&"
    "MediaContentType0=image/png&AccountSid=AC123"};

const FixtureRegistrar kSms([] { return twilio_fixture("TwilioSms", "twilio_sms", kSmsBodies); });
const FixtureRegistrar kService([] {
  return twilio_fixture("TwilioMessagingService", "twilio_messaging_service", kSmsBodies);
});
const FixtureRegistrar kWhatsapp([] {
  return twilio_fixture("TwilioWhatsapp", "twilio_whatsapp",
                        {"MessageSid=SM3&From=whatsapp:US.9&To=whatsapp:US.1&ProfileName=Li&"
                         "ButtonText=Yes&ButtonPayload=yes&AccountSid=AC123"});
});
const FixtureRegistrar kVoice([] {
  return twilio_fixture("TwilioVoice", "twilio_voice",
                        {"CallSid=CA1&From=15550107&To=15550100&CallStatus=in-progress&"
                         "SpeechResult=hello&Confidence=0.5&AccountSid=AC123",
                         "CallSid=CA1&From=15550107&CallStatus=ringing&Direction=inbound&"
                         "AccountSid=AC123"});
});

}  // namespace
}  // namespace parley::connectors::testing_support
