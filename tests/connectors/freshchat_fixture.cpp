#include "tests/connectors/freshchat_support.hpp"

namespace parley::connectors::testing_support {
namespace {

using freshchat_support::signed_request;

const FixtureRegistrar kFreshchat([] {
  Fixture fixture;
  fixture.name = "Freshchat";
  fixture.platform = "freshchat";
  fixture.channel = freshchat_support::channel();
  fixture.good_bodies = {
      R"({"actor":{"actor_type":"user"},"action":"message_create","data":{"message":{
          "message_parts":[{"text":{"content":"hi"}},{"image":{"url":"https://m/1"}}],
          "actor_id":"u1","id":"m1","channel_id":"t1","conversation_id":"c1",
          "actor_type":"user","created_time":"2025-10-09T08:53:20Z"}}})"};
  fixture.sign = signed_request;
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out(5, signed_request(body));
    out[0].headers.pop_back();
    out[1].headers[1].second.clear();
    out[2].headers[1].second.pop_back();
    out[2].headers[1].second.pop_back();
    out[3].headers[1].second[5] ^= 1;
    out[4].headers[1].second = to_base64(sha256(body));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
