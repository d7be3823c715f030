#include "tests/connectors/slack_support.hpp"

namespace parley::connectors::testing_support {
namespace {

using slack_support::kNowS;
using slack_support::signed_at;

const FixtureRegistrar kSlack([] {
  Fixture fixture;
  fixture.name = "Slack";
  fixture.platform = "slack";
  fixture.channel = slack_support::channel();
  fixture.good_bodies = {
      slack_support::message(R"("text":"hi &amp; <@U2|bo>")"),
      slack_support::callback(R"("type":"reaction_added","user":"U1","reaction":"+1","item":{
          "type":"message","channel":"C1","ts":"1.2"})"),
      "payload=%7B%22type%22%3A%22block_actions%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%2C%22team_"
      "id%22%3A%22T1%22%7D%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22a%22%2C%22value%22%3A%22y%"
      "22%2C%22action_ts%22%3A%221.2%22%7D%5D%7D",
  };
  fixture.sign = [](const std::string& body) { return signed_at(body, kNowS); };
  fixture.forgeries = [](const std::string& body) {
    const auto good = signed_at(body, kNowS);
    std::vector<OwnedRequest> out(5, good);
    out[0].headers.pop_back();
    out[1].headers.erase(out[1].headers.begin() + 1);
    out[2].headers[2].second.pop_back();
    out[3].headers[2].second.replace(0, 3, "v1=");
    out[4].headers[1].second = std::to_string(kNowS + 1);
    for (char& c : out.emplace_back(good).headers[2].second) {
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    out.push_back(signed_at(body, kNowS - 301));
    out.push_back(signed_at(body, kNowS + 301));
    out.push_back(signed_at(body, kNowS, "another-secret"));
    out.push_back(good);
    out.back().headers[1].second += "x";
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
