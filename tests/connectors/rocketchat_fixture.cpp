#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {
namespace {

OwnedRequest with_token(const std::string& body, const std::string& token) {
  OwnedRequest request;
  request.headers = {{"content-type", "application/json"}, {"authorization", token}};
  request.body = body;
  return request;
}

const FixtureRegistrar kRocketchat([] {
  Fixture fixture;
  fixture.name = "Rocketchat";
  fixture.platform = "rocketchat";
  fixture.channel.tenant = TenantId{"demo"};
  fixture.channel.id = ChannelId{"ch1"};
  fixture.channel.platform = "rocketchat";
  fixture.channel.settings = {{"base_url", "https://chat.example/api/apps/public/7"},
                              {"bot_username", "parley.bot"}};
  fixture.channel.secrets.emplace("secret", Secret("secret-of-the-app"));
  fixture.good_bodies = {
      R"({"user":{"urn":"direct:li","username":"li","full_name":"Li Na"},"text":"hi",
          "attachments":[{"type":"image/png","url":"https://chat.example/file/1.png"}]})"};
  fixture.sign = [](const std::string& body) {
    return with_token(body, "Token secret-of-the-app");
  };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    for (const char* token : {"", "Token ", "Token secret-of-the-ap", "Token Secret-of-the-app",
                              "Bearer secret-of-the-app", "secret-of-the-app"}) {
      out.push_back(with_token(body, token));
    }
    out.push_back(with_token(body, "x"));
    out.back().headers.pop_back();
    return out;
  };
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
