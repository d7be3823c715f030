#include "tests/connectors/douyin_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kDouyin([] {
  Fixture fixture;
  fixture.name = "Douyin";
  fixture.platform = "douyin";
  fixture.channel = douyin_channel();
  fixture.good_bodies = {
      douyin_event("im_receive_msg", R"("message_type":"text","text":"你好")"),
      douyin_event("im_enter_direct_msg", R"("scene_type":1)"),
      douyin_event("im_recall_msg", R"("x":1)"),
  };
  fixture.sign = [](const std::string& body) { return douyin_signed(body); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    const auto good = douyin_signed(body);
    const auto right = good.headers[2].second;
    for (const auto& signature : {std::string(), std::string(40, '0'), right.substr(1), right + "0",
                                  to_hex(sha1(body + std::string(kDouyinSecret))),
                                  to_hex(hmac_sha256(kDouyinSecret, body)).substr(0, 40)}) {
      out.push_back(good);
      out.back().headers[2].second = signature;
    }
    out.push_back(good);
    out.back().headers.clear();
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
