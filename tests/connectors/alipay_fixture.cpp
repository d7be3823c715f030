#include "tests/connectors/alipay_support.hpp"

namespace parley::connectors::testing_support {
namespace {

OwnedRequest with(const std::string& body, const std::string& field, const std::string& value) {
  auto form = alipay_form(body);
  const auto key = alipay::pem_of(Secret(kAlipayTheirKey));
  form["sign"] = to_base64(sign_rsa_sha256(key, alipay::signed_text(form)));
  form[field] = value;
  return alipay_posted(form);
}

const FixtureRegistrar kAlipay([] {
  Fixture fixture;
  fixture.name = "Alipay";
  fixture.platform = "alipay";
  fixture.channel = alipay_channel();
  // "\xc4\xe3\xba\xc3" is 你好 in GBK.
  fixture.good_bodies = {alipay_text("\xc4\xe3\xba\xc3"), alipay_event("follow", "")};
  fixture.sign = [](const std::string& body) { return alipay_signed(alipay_form(body)); };
  fixture.forgeries = [](const std::string& body) {
    const auto own = sign_rsa_sha256(alipay::pem_of(Secret(kAlipayAppKey)),
                                     alipay::signed_text(alipay_form(body)));
    std::vector<OwnedRequest> out = {
        alipay_posted(alipay_form(body)),
        with(body, "sign", ""),
        with(body, "sign", std::string(344, 'A')),
        with(body, "sign", to_base64(own)),  // our key, not Alipay's
        with(body, "sign_type", "RSA"),
        with(body, "sign_type", ""),
        with(body, "charset", "UTF-8"),
        with(body, "service", "alipay.service.check"),
        with(body, "biz_content", body + " "),
        with(body, "added", "1"),
    };
    // A second content: the signature must not speak for one and we read the other.
    out.push_back(alipay_signed(alipay_form(body)));
    out.back().body += "&biz_content=%3CXML%2F%3E";
    out.push_back(alipay_signed(alipay_form(body)));
    out.back().body.insert(0, "biz_content=%3CXML%2F%3E&");
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
