#include "tests/connectors/discord_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kDiscord([] {
  using discord_support::signed_at;
  Fixture fixture;
  fixture.name = "Discord";
  fixture.platform = "discord";
  fixture.channel = discord_support::channel();
  // Short: each bit of each is tried, and a signature of this kind takes its time.
  fixture.good_bodies = {
      R"({"type":2,"id":"1427000000000000001","channel_id":"5","user":{"id":"7"},"data":{"name":"a",
          "options":[{"name":"q","value":"b"}]}})",
      R"({"type":3,"id":"1427000000000000001","channel_id":"5","user":{"id":"7"},"data":{
          "custom_id":"y"}})",
      R"({"type":1,"event":{"type":"TELEPORTED","data":{"user_id":"7"}}})",
  };
  fixture.sign = [](const std::string& body) { return signed_at(body); };
  fixture.forgeries = [](const std::string& body) {
    const auto good = signed_at(body);
    std::vector<OwnedRequest> out(6, good);
    out[0].headers.pop_back();
    out[1].headers.erase(out[1].headers.begin() + 1);
    out[2].headers[2].second.pop_back();
    out[3].headers[2].second.replace(0, 2,
                                     out[3].headers[2].second.starts_with("00") ? "01" : "00");
    out[4].headers[1].second = "1760000001";
    out[5].headers[2].second = std::string(128, '0');
    out.push_back(signed_at(body, "1760000000", std::string(32, '\x18')));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
