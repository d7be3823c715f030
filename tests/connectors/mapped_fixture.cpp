#include <array>

#include "base/crypto.hpp"
#include "connectors/mapped/request_view.hpp"
#include "tests/connectors/mapped_support.hpp"

namespace parley::connectors::testing_support {
namespace {

using mapped_support::channel;

OwnedRequest with_key(OwnedRequest request, const std::string& key) {
  if (!key.empty()) request.query = "key=" + key;
  return request;
}

// A secret in the webhook's address: nothing of the body is covered.
Fixture keyed(const char* name, const char* platform, const char* type,
              std::vector<std::string> bodies) {
  Fixture fixture;
  fixture.name = name;
  fixture.platform = platform;
  fixture.channel = channel(platform, "key");
  fixture.good_bodies = std::move(bodies);
  const std::string content_type = type;
  fixture.sign = [content_type](const std::string& body) {
    return with_key(mapped_support::post(body, content_type), "secret-webhook_secret");
  };
  fixture.forgeries = [content_type](const std::string& body) {
    std::vector<OwnedRequest> out;
    for (const char* key : {"", "secret-webhook_secre", "Secret-webhook_secret", "x"}) {
      out.push_back(with_key(mapped_support::post(body, content_type), key));
    }
    out.push_back(out.back());
    out.back().query = "kee=secret-webhook_secret";
    return out;
  };
  return fixture;
}

constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kJson = "application/json";

// Where bodies are forms, what a message must have stands at the end: no shorter one is good.
const FixtureRegistrar kAfricastalking([] {
  return keyed("SmsAfricastalking", "sms_africastalking", kForm,
               {"linkId=1&text=hi&to=21512&id=at1&from=15550107&date=2025-10-09T08:53:20Z"});
});
const FixtureRegistrar kClickatell([] {
  return keyed("SmsClickatell", "sms_clickatell", kJson,
               {R"({"messageId":"c1","fromNumber":"15550107","timestamp":1760000000000,
                    "text":"hi","charset":"UTF-8"})",
                R"({"messageId":"c2","statusCode":4,"to":"15550107"})"});
});
const FixtureRegistrar kInfobip([] {
  return keyed("SmsInfobip", "sms_infobip", kJson,
               {R"({"results":[{"messageId":"i1","from":"15550107","to":"15550100","text":"hi",
                    "receivedAt":"2025-10-09T08:53:20.000+0000"},{"messageId":"i2",
                    "from":"15550107","message":[{"contentType":"image/png","url":"https://m/1"}]}]})",
                R"({"results":[{"messageId":"i3","to":"15550107",
                    "status":{"groupName":"DELIVERED"}}]})"});
});
const FixtureRegistrar kBandwidth([] {
  return keyed("SmsBandwidth", "sms_bandwidth", kJson,
               {R"([{"type":"message-received","time":"2025-10-09T08:53:20Z","to":"+15550100",
                    "message":{"id":"b1","time":"2025-10-09T08:53:20Z","from":"+15550107",
                    "text":"hi","media":["https://m/1.png"]}}])"});
});
const FixtureRegistrar kPlivoKeyed([] {
  return keyed("SmsPlivoKey", "sms_plivo", kForm,
               {"From=15550107&Text=hi&MessageUUID=u1&To=15550100"});
});

// The signature covers the address and a nonce.
OwnedRequest plivo_request(const std::string& body, const std::string& token,
                           const std::string& nonce) {
  OwnedRequest request = mapped_support::form(body);
  request.headers.emplace_back("x-plivo-signature-v2-nonce", nonce);
  request.headers.emplace_back(
      "x-plivo-signature-v2",
      to_base64(hmac_sha256(token, "https://parley.example/webhooks/demo/sms" + nonce)));
  return request;
}

const FixtureRegistrar kPlivo([] {
  Fixture fixture =
      keyed("SmsPlivo", "sms_plivo", kForm, {"From=15550107&Text=hi&MessageUUID=u1&To=15550100"});
  fixture.channel.settings["webhook_auth"] = "signature";
  fixture.sign = [](const std::string& body) {
    return plivo_request(body, "secret-auth_token", "77");
  };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out(4, plivo_request(body, "secret-auth_token", "77"));
    out[0].headers[1].second = "78";
    out[1].headers.pop_back();
    out[2].headers[2].second.pop_back();
    out[3] = plivo_request(body, "another", "77");
    return out;
  };
  return fixture;
});

// The signature is a field of the form, over all others.
std::string vonage_signed(const std::string& body, const std::string& secret) {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string text;
  const auto view = mapped::read_form(body, "utf-8");
  for (const auto& [name, value] : view->members) fields.emplace_back(name, value.text);
  std::ranges::sort(fields);
  for (auto& [name, value] : fields) {
    std::ranges::replace_if(value, [](char c) { return c == '&' || c == '='; }, '_');
    text += "&" + name + "=" + value;
  }
  return body + (body.empty() ? "" : "&") + "sig=" + to_hex(hmac_sha256(secret, text));
}

const FixtureRegistrar kVonage([] {
  Fixture fixture =
      keyed("SmsVonage", "sms_vonage", kForm, {"messageId=v1&msisdn=15550107&text=hi&to=15550100"});
  fixture.channel.settings["webhook_auth"] = "signature";
  fixture.sign = [](const std::string& body) {
    return mapped_support::form(vonage_signed(body, "secret-signature_secret"));
  };
  fixture.forgeries = [](const std::string& body) {
    const std::string good = vonage_signed(body, "secret-signature_secret");
    std::vector<OwnedRequest> out;
    out.push_back(mapped_support::form(body));
    out.push_back(mapped_support::form(good.substr(0, good.size() - 1)));
    out.push_back(mapped_support::form(good + "&added=1"));
    out.push_back(mapped_support::form("added=1&" + good));
    out.push_back(mapped_support::form(vonage_signed(body, "another")));
    return out;
  };
  return fixture;
});

// The mapping a tenant would bring: the sample's signature covers time and body.
OwnedRequest acme_request(const std::string& body, const std::string& time,
                          const std::string& secret = "secret-webhook_secret") {
  OwnedRequest request = mapped_support::post(body);
  request.headers.emplace_back("x-acme-time", time);
  request.headers.emplace_back("x-acme-signature",
                               "sha256=" + to_hex(hmac_sha256(secret, time + "." + body)));
  return request;
}

const FixtureRegistrar kMapped([] {
  Fixture fixture;
  fixture.name = "Mapped";
  fixture.platform = "mapped";
  fixture.channel = channel("mapped", "signature");
  fixture.good_bodies = {
      R"({"events":[{"kind":"sms","id":"a1","phone":"+15550107","to":"15550100","words":"hi",
          "at":1760000000000,"files":[{"link":"https://m/1","type":"image/png"}]}]})",
      R"({"events":[{"kind":"receipt","message":"x1","phone":"+15550107","state":"done"}]})"};
  fixture.sign = [](const std::string& body) { return acme_request(body, "1760000000"); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    out.push_back(acme_request(body, "1759999000"));
    out.push_back(acme_request(body, "1760000000", "another"));
    out.push_back(acme_request(body, "1760000000"));
    out.back().headers.pop_back();
    out.push_back(acme_request(body, "1760000000"));
    out.back().headers[1].second = "1760000001";
    out.push_back(acme_request(body, "1760000000"));
    out.back().headers[2].second.erase(0, 7);
    return out;
  };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
