#include "tests/connectors/wechat_oa_support.hpp"

namespace parley::connectors::testing_support {
namespace {

std::vector<std::string> good_bodies() {
  return {
      wechat_xml("text",
                 "<Content><![CDATA[你好 👋]]></Content><MsgId>6054768590064713728</MsgId>"),
      wechat_xml("image",
                 "<PicUrl><![CDATA[http://mmbiz.qpic.cn/a]]></PicUrl><MediaId><![CDATA[m1]]>"
                 "</MediaId><MsgId>2</MsgId>"),
      wechat_event("subscribe",
                   "<EventKey><![CDATA[qrscene_7]]></EventKey><Ticket><![CDATA[T]]></Ticket>"),
      wechat_event("TEMPLATESENDJOBFINISH",
                   "<MsgID>200163836</MsgID><Status><![CDATA[success]]></Status>"),
  };
}

std::string with(std::string query, std::string_view name, std::string_view value) {
  const auto at = query.find(std::string(name) + "=");
  auto end = query.find('&', at);
  if (end == std::string::npos) end = query.size();
  return query.replace(at, end - at, std::string(name) + "=" + std::string(value));
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::vector<OwnedRequest> forge(const OwnedRequest& good, std::string_view name) {
  std::vector<OwnedRequest> out;
  const auto right = form_value(good.query, name);
  const std::string values[] = {
      "",           std::string(40, '0'),
      upper(right), right.substr(0, 39),
      right + "0",  right.substr(1),
      " " + right,  (right[0] == 'a' ? "b" : "a") + right.substr(1),
  };
  for (const auto& value : values) {
    out.push_back(good);
    out.back().query = with(good.query, name, percent_encode(value));
  }
  for (const auto field : {"timestamp", "nonce"}) {
    out.push_back(good);
    out.back().query = with(good.query, field, "1");
  }
  out.push_back(good);
  out.back().query.clear();
  // A second, right one does not help a first, wrong one.
  out.push_back(good);
  out.back().query = std::string(name) + "=" + std::string(40, '0') + "&" + good.query;
  return out;
}

Fixture safe() {
  Fixture fixture;
  fixture.name = "WechatOaSafe";
  fixture.platform = "wechat_oa";
  fixture.channel = wechat_channel("safe");
  fixture.good_bodies = good_bodies();
  fixture.sign = [](const std::string& body) { return wechat_safe(body); };
  fixture.forgeries = [](const std::string& body) {
    const auto good = wechat_safe(body);
    auto out = forge(good, "msg_signature");
    out.push_back(wechat_plain(body));  // downgrade: a right signature of the URL only
    out.push_back(wechat_envelope(wechat_sealed(body, "wx_somebody_else"), ""));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
}

Fixture plain() {
  Fixture fixture;
  fixture.name = "WechatOaPlain";
  fixture.platform = "wechat_oa";
  fixture.channel = wechat_channel("plaintext");
  fixture.good_bodies = good_bodies();
  fixture.sign = [](const std::string& body) { return wechat_plain(body); };
  fixture.forgeries = [](const std::string& body) {
    return forge(wechat_plain(body), "signature");
  };
  return fixture;
}

const FixtureRegistrar kSafe(safe), kPlain(plain);

}  // namespace
}  // namespace parley::connectors::testing_support
