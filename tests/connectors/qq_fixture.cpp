#include "tests/connectors/qq_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kQq([] {
  Fixture fixture;
  fixture.name = "Qq";
  fixture.platform = "qq";
  fixture.channel = qq_channel();
  fixture.good_bodies = {
      qq_direct("你好"),
      qq_event("GROUP_AT_MESSAGE_CREATE",
               R"({"id":"m2","author":{"member_openid":"P1"},"group_openid":"G1","content":" hi",)"
               R"("attachments":[{"content_type":"image/png","url":"https://a.qq.com.cn/x"}]})"),
      qq_event("FRIEND_ADD", R"({"openid":"U1","timestamp":1699240365})"),
  };
  fixture.sign = [](const std::string& body) { return qq_signed(body); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    const auto good = qq_signed(body);
    const auto right = good.headers[3].second;
    for (const auto& signature : {std::string(), right.substr(2), right + "00",
                                  std::string(128, '0'), "zz" + right.substr(2)}) {
      out.push_back(good);
      out.back().headers[3].second = signature;
    }
    out.push_back(good);
    out.back().headers[2].second = "1760000001";
    out.push_back(good);
    out.back().headers[2].second = "";
    out.push_back(good);
    out.back().headers[1].second = "1025";
    out.push_back(good);
    out.back().headers.clear();
    out.push_back(qq_signed(body, "BotSecretOfTestx"));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
