#include "tests/connectors/vk_support.hpp"

namespace parley::connectors::testing_support {
namespace {

constexpr std::string_view kSecret = "\"secret\":\"hook-secret\"";

// The secret stands in the body: what a forger knows is all but that.
std::string with_secret(std::string body, std::string_view secret) {
  const auto at = body.find(kSecret);
  return at == std::string::npos ? body : body.replace(at, kSecret.size(), secret);
}

const FixtureRegistrar kVk([] {
  Fixture fixture;
  fixture.name = "Vk";
  fixture.platform = "vk";
  fixture.channel = vk_support::channel();
  fixture.good_bodies = {
      vk_support::message(R"("text":"hi","attachments":[{"type":"photo","photo":{"id":5,
          "owner_id":7,"sizes":[{"type":"x","url":"https://x.example/a.jpg","width":9,
          "height":9}]}}])"),
      vk_support::callback("message_event", R"({"user_id":123456,"peer_id":123456,"event_id":"p1",
          "payload":{"a":1},"conversation_message_id":9})"),
      vk_support::callback("message_deny", R"({"user_id":123456})"),
      vk_support::callback("message_edit", R"({"id":21,"from_id":123456,"peer_id":123456,
          "text":"better"})"),
  };
  fixture.sign = [](const std::string& body) { return vk_support::carrying(body); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    for (const char* secret :
         {R"("secret":"")", R"("secret":"hook-secre")", R"("secret":"HOOK-SECRET")",
          R"("secret":"hook-secret ")", R"("secret":null)", R"("secret":["hook-secret"])",
          R"("secretive":"hook-secret")"}) {
      out.push_back(vk_support::carrying(with_secret(body, secret)));
    }
    return out;
  };
  fixture.body_signed = false;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
