#include "tests/connectors/wechat_miniprogram_support.hpp"

namespace parley::connectors::testing_support {
namespace {

std::vector<std::string> json_bodies() {
  return {
      mini_json("text", R"("Content":"你好 👋","MsgId":6054768590064713728)"),
      mini_json("image", R"("PicUrl":"http://mmbiz.qpic.cn/a","MediaId":"m1","MsgId":2)"),
      mini_json("event", R"("Event":"user_enter_tempsession","SessionFrom":"cart")"),
      mini_json("event", R"("Event":"subscribe_msg_sent_event","List":{"TemplateId":"T",)"
                         R"("MsgID":"1864323726461255680","ErrorCode":"0"})"),
  };
}

std::vector<std::string> xml_bodies() {
  const std::string common =
      "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName>"
      "<CreateTime>1482048670</CreateTime>";
  return {
      common + "<MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId></xml>",
      common + "<MsgType>event</MsgType><Event>user_enter_tempsession</Event></xml>",
  };
}

Fixture base(std::string name, std::string mode) {
  Fixture fixture;
  fixture.name = std::move(name);
  fixture.platform = "wechat_miniprogram";
  fixture.channel = mini_channel(std::move(mode));
  return fixture;
}

Fixture safe_json() {
  auto fixture = base("MiniProgramSafeJson", "safe");
  fixture.good_bodies = json_bodies();
  fixture.sign = [](const std::string& body) {
    auto request = mini_safe_json(body);
    request.body = R"({"Encrypt":")" + sealed_for(kMiniAppId, body) + R"("})";
    return request;
  };
  fixture.forgeries = [](const std::string& body) {
    auto out = forgeries_of(mini_safe_json(body), "msg_signature");
    out.push_back(mini_plain(body));  // downgrade: a right signature of the URL only
    const auto sealed = sealed_for("wx_somebody_else", body);
    out.push_back(signed_request(R"({"Encrypt":")" + sealed + R"("})", sealed));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
}

Fixture safe_xml() {
  auto fixture = base("MiniProgramSafeXml", "safe");
  fixture.good_bodies = xml_bodies();
  fixture.sign = [](const std::string& body) {
    auto request = mini_safe_xml(body);
    request.body = bare_envelope_xml(sealed_for(kMiniAppId, body));
    return request;
  };
  fixture.forgeries = [](const std::string& body) {
    return forgeries_of(mini_safe_xml(body), "msg_signature");
  };
  fixture.body_signed = true;
  return fixture;
}

Fixture plain() {
  auto fixture = base("MiniProgramPlain", "plaintext");
  fixture.good_bodies = json_bodies();
  for (auto& body : xml_bodies()) fixture.good_bodies.push_back(std::move(body));
  fixture.sign = [](const std::string& body) { return mini_plain(body); };
  fixture.forgeries = [](const std::string& body) {
    return forgeries_of(mini_plain(body), "signature");
  };
  return fixture;
}

const FixtureRegistrar kSafeJson(safe_json), kSafeXml(safe_xml), kPlain(plain);

}  // namespace
}  // namespace parley::connectors::testing_support
