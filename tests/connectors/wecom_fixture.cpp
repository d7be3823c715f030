#include "tests/connectors/wecom_support.hpp"

namespace parley::connectors::testing_support {
namespace {

OwnedRequest sign(const std::string& body) {
  auto request = wecom_request(body);
  request.body = bare_envelope_xml(sealed_for(kCorpId, body));
  return request;
}

std::vector<OwnedRequest> forge(const std::string& body) {
  auto out = forgeries_of(wecom_request(body), "msg_signature");
  out.push_back(signed_request(body, ""));  // never in the clear
  out.push_back(wecom_request(body, "ww_somebody_else"));
  return out;
}

const FixtureRegistrar kWecom([] {
  Fixture fixture;
  fixture.name = "Wecom";
  fixture.platform = "wecom";
  fixture.channel = wecom_channel();
  fixture.good_bodies = {
      wecom_xml("text", "<Content><![CDATA[你好 👋]]></Content><MsgId>1</MsgId>"),
      wecom_xml("video", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId><MsgId>2</MsgId>"),
      wecom_xml("event", "<Event>enter_agent</Event><EventKey></EventKey>"),
      wecom_xml("event",
                "<Event>template_card_event</Event><EventKey>yes</EventKey>"
                "<TaskId>parley-abc-0</TaskId>"),
  };
  fixture.sign = sign;
  fixture.forgeries = forge;
  fixture.body_signed = true;
  return fixture;
});

const FixtureRegistrar kKf([] {
  Fixture fixture;
  fixture.name = "WecomKf";
  fixture.platform = "wecom_kf";
  fixture.channel = kf_channel();
  fixture.good_bodies = {kf_bell()};
  fixture.sign = sign;
  fixture.forgeries = forge;
  fixture.body_signed = true;
  const std::string customer(kKfCustomer);
  fixture.good_pages = {
      kf_page(kf_message("m1", "text", R"({"content":"你好 👋","menu_id":"101"})") + "," +
              kf_message("m2", "image", R"({"media_id":"med"})") + "," +
              kf_event("e1", "enter_session",
                       customer + R"(,"scene":"7","scene_param":"p","welcome_code":"w")") +
              "," +
              kf_event("e2", "msg_send_fail", customer + R"(,"fail_msgid":"s1","fail_type":6)")),
  };
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
