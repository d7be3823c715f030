#include "connectors/webchat/session.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {
namespace {

constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};

Channel channel_named(const char* id) {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{id};
  channel.platform = "webchat";
  channel.secrets.emplace("visitor_secret", Secret("visitor-secret-of-the-fixture"));
  channel.secrets.emplace("user_secret", Secret("user-secret-of-the-fixture"));
  return channel;
}

OwnedRequest with_token(const std::string& body, const std::string& token) {
  OwnedRequest request;
  request.headers = {{"content-type", "application/json"}, {"x-parley-visitor", token}};
  request.body = body;
  return request;
}

std::string token_of(const Channel& channel, Milliseconds lifetime) {
  return webchat::issue_visitor_token(channel, "w_1234", kNow + lifetime);
}

const FixtureRegistrar kWebchat([] {
  Fixture fixture;
  fixture.name = "Webchat";
  fixture.platform = "webchat";
  fixture.channel = channel_named("ch1");
  fixture.good_bodies = {
      R"({"type":"message","id":"c1","text":"hi"})",
      R"({"type":"message","id":"c2","content":[{"type":"text","text":"hi"}],"reply_to":"m"})",
      R"({"type":"action","id":"c3","payload":"yes","title":"Yes","action_id":"a"})",
      R"({"type":"typing","on":true})",
      R"({"type":"read","message":"msg_1"})",
      R"({"type":"reaction","id":"c4","message":"msg_1","emoji":"x","op":"add"})",
      R"({"type":"open","id":"c5","page":"https://shop.example/","referral":{"code":"ad7"}})",
  };
  fixture.sign = [](const std::string& body) {
    return with_token(body, token_of(channel_named("ch1"), Milliseconds(60'000)));
  };
  fixture.forgeries = [](const std::string& body) {
    const std::string good = token_of(channel_named("ch1"), Milliseconds(60'000));
    OwnedRequest bare = with_token(body, "");
    bare.headers.pop_back();
    std::string other_visitor = good, later = good, cut = good;
    other_visitor.replace(other_visitor.find("1234"), 4, "1235");
    later.replace(later.find(".17"), 3, ".27");
    cut.pop_back();
    return std::vector<OwnedRequest>{
        bare,
        with_token(body, "v1"),
        with_token(body, other_visitor),
        with_token(body, later),
        with_token(body, cut),
        with_token(body, token_of(channel_named("ch2"), Milliseconds(60'000))),
        with_token(body, token_of(channel_named("ch1"), Milliseconds(-1'000)))};
  };
  fixture.body_signed = false;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
