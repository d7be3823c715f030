#include "tests/connectors/weibo_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kWeibo([] {
  Fixture fixture;
  fixture.name = "Weibo";
  fixture.platform = "weibo";
  fixture.channel = weibo_channel();
  fixture.good_bodies = {weibo_push("text", "{}"),
                         weibo_push("event", R"({"subtype":"follow"})", "关注事件消息")};
  fixture.sign = [](const std::string& body) { return weibo_signed(body); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    const auto right = form_value(weibo_signed(body).query, "signature");
    for (const auto& query :
         {std::string(), "signature=" + right, "signature=" + right + "&timestamp=1760000000000",
          "signature=" + right + "0&timestamp=1760000000000&nonce=n0nce",
          "signature=" + right + "&timestamp=1760000000001&nonce=n0nce",
          "signature=" + right + "&timestamp=1760000000000&nonce=N0nce",
          // The three joined are the same, but a part is empty.
          "signature=" + to_hex(sha1("AppSecretOfTests")) + "&timestamp=&nonce="}) {
      out.push_back(weibo_signed(body));
      out.back().query = query;
    }
    return out;
  };
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
