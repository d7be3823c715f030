#include "tests/connectors/line_support.hpp"

namespace parley::connectors::testing_support {
namespace {

constexpr const char* kSecret = "secret-of-the-channel";

const FixtureRegistrar kLine([] {
  Fixture fixture;
  fixture.name = "Line";
  fixture.platform = "line";
  fixture.channel = line_support::channel();
  fixture.good_bodies = {
      line_support::message(R"("type":"text","text":"hi","quoteToken":"q")"),
      R"({"destination":"U9","events":[{"type":"message","mode":"active","timestamp":1700000000123,
          "source":{"type":"group","groupId":"C1","userId":"U1"},"webhookEventId":"01A",
          "message":{"id":"7","type":"image","contentProvider":{"type":"line"}}},
          {"type":"memberLeft","mode":"active","timestamp":1,"source":{"type":"group",
          "groupId":"C1"},"webhookEventId":"01B","left":{"members":[{"type":"user",
          "userId":"U2"}]}}]})",
      line_support::event(R"("type":"postback","postback":{"data":"a=1"})"),
      line_support::event(R"("type":"follow","follow":{"isUnblocked":true})"),
  };
  fixture.sign = [](const std::string& body) { return line_support::signed_with(body, kSecret); };
  fixture.forgeries = [](const std::string& body) {
    const auto good = line_support::signed_with(body, kSecret);
    std::vector<OwnedRequest> out(5, good);
    std::string& proof = out[0].headers[1].second;
    const auto letter = proof.find_first_of("abcdefghijklmnopqrstuvwxyz");
    proof[letter] = static_cast<char>(proof[letter] - 'a' + 'A');  // the value's case counts
    out[1].headers[1].second.pop_back();
    out[2].headers[1].second.clear();
    out[3].headers.pop_back();
    out[4].headers[1].second = to_hex(hmac_sha256(kSecret, body));
    out.push_back(line_support::signed_with(body, "another-secret"));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
