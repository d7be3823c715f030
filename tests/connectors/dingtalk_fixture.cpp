#include "tests/connectors/dingtalk_support.hpp"

namespace parley::connectors::testing_support {
namespace {

Fixture robot() {
  Fixture fixture;
  fixture.name = "DingtalkRobot";
  fixture.platform = "dingtalk";
  fixture.channel = dingtalk_channel();
  fixture.good_bodies = {dingtalk_message("text", R"("text":{"content":" 你好"})"),
                         dingtalk_message("picture", R"("content":{"downloadCode":"d1"})")};
  fixture.sign = [](const std::string& body) { return dingtalk_robot(body); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    for (const auto* timestamp : {"1759996399999", "1760003600001", "0", "", "x", "1760000000000x",
                                  "-1760000000000", "99999999999999999999"}) {
      out.push_back(dingtalk_robot(body, timestamp));  // rightly signed, but not now
    }
    const auto good = dingtalk_robot(body);
    for (const auto& sign : {std::string(), good.headers[2].second + "A", std::string("AAAA"),
                             good.headers[2].second.substr(1)}) {
      out.push_back(good);
      out.back().headers[2].second = sign;
    }
    out.push_back(good);
    out.back().headers[1].second = "1760000000001";
    out.push_back(good);
    out.back().headers.clear();
    return out;
  };
  return fixture;
}

Fixture event() {
  Fixture fixture;
  fixture.name = "DingtalkEvent";
  fixture.platform = "dingtalk";
  fixture.channel = dingtalk_channel();
  fixture.good_bodies = {
      R"({"EventType":"user_modify_org","TimeStamp":"1759999999000","CorpId":"dingcorp",)"
      R"("UserId":["staff1","staff2"]})"};
  fixture.sign = [](const std::string& body) { return dingtalk_event(body); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    const auto good = dingtalk_event(body);
    for (const char* query :
         {"msg_signature=0000000000000000000000000000000000000000&timestamp=1760000000000&nonce=n",
          "msg_signature=1&timestamp=1760000000000&nonce=n0nce", "signature=x", ""}) {
      out.push_back(good);
      out.back().query = query;
    }
    auto late = good;
    late.query.replace(late.query.find("timestamp=176"), 13, "timestamp=177");
    out.push_back(late);
    out.push_back(dingtalk_event(body, "dingSomebodyElse"));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
}

const FixtureRegistrar kRobot(robot), kEvent(event);

}  // namespace
}  // namespace parley::connectors::testing_support
