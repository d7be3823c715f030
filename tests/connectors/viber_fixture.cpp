#include "tests/connectors/viber_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kViber([] {
  Fixture fixture;
  fixture.name = "Viber";
  fixture.platform = "viber";
  fixture.channel = viber_support::channel();
  fixture.good_bodies = {
      viber_support::message(R"("type":"text","text":"hi","tracking_data":"t")"),
      viber_support::message(R"("type":"picture","media":"https://x.example/a.jpg")"),
      R"({"event":"seen","timestamp":1700000000123,"message_token":4912661846655238145,
          "user_id":"01234567890A="})",
      R"({"event":"conversation_started","timestamp":1700000000123,"message_token":7,
          "type":"open","context":"ad7","user":{"id":"01234567890A=","name":"Li"},
          "subscribed":false})",
  };
  fixture.sign = [](const std::string& body) { return viber_support::signed_with(body); };
  fixture.forgeries = [](const std::string& body) {
    const auto good = viber_support::signed_with(body);
    std::vector<OwnedRequest> out(4, good);
    out[0].headers.pop_back();
    out[1].headers[1].second.clear();
    out[2].headers[1].second.pop_back();
    for (char& c : out[3].headers[1].second) {
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    out.push_back(viber_support::signed_with(body, "another-token"));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
