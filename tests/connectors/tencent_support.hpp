// tests/connectors/tencent_support.hpp
// The platform's side of what Tencent's platforms have in common: signed URLs, sealed bodies, and
// ways to get both wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline constexpr std::string_view kPushToken = "PushTokenOfTests";
inline constexpr std::string_view kPushKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
inline constexpr std::string_view kPushTime = "1409735669", kPushNonce = "1320562132";

inline std::string sealed_for(std::string_view receiver, std::string_view inner) {
  return seal_envelope(Secret(std::string(kPushKey)), inner, receiver, "0123456789abcdef");
}

// A request with the URL signature and, over `sealed`, the one of the envelope.
inline OwnedRequest signed_request(std::string body, std::string_view sealed) {
  OwnedRequest request;
  const std::string time(kPushTime), nonce(kPushNonce);
  request.query = "signature=" + tencent_signature({kPushToken, time, nonce}) +
                  "&timestamp=" + time + "&nonce=" + nonce;
  if (!sealed.empty()) {
    request.query +=
        "&encrypt_type=aes&msg_signature=" + tencent_signature({kPushToken, time, nonce, sealed});
  }
  request.headers = {{"content-type", "text/xml"}};
  request.body = std::move(body);
  return request;
}

inline std::string with_value(std::string query, std::string_view name, std::string_view value) {
  const auto at = query.find(std::string(name) + "=");
  auto end = query.find('&', at);
  if (end == std::string::npos) end = query.size();
  return query.replace(at, end - at, std::string(name) + "=" + std::string(value));
}

// `good` with everything that can be wrong about the signature of that name.
inline std::vector<OwnedRequest> forgeries_of(const OwnedRequest& good, std::string_view name) {
  std::vector<OwnedRequest> out;
  const auto right = form_value(good.query, name);
  std::string upper = right;
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const std::string values[] = {"",
                                std::string(40, '0'),
                                upper,
                                right.substr(0, 39),
                                right + "0",
                                " " + right,
                                right.substr(1),
                                (right[0] == 'a' ? "b" : "a") + right.substr(1)};
  for (const auto& value : values) {
    out.push_back(good);
    out.back().query = with_value(good.query, name, percent_encode(value));
  }
  for (const auto field : {"timestamp", "nonce"}) {
    out.push_back(good);
    out.back().query = with_value(good.query, field, "1");
  }
  out.push_back(good);
  out.back().query.clear();
  // A second, right one does not help a first, wrong one.
  out.push_back(good);
  out.back().query = std::string(name) + "=" + std::string(40, '0') + "&" + good.query;
  return out;
}

// Only what is covered by the signature, for suites that change every bit.
inline std::string bare_envelope_xml(std::string_view sealed) {
  return "<xml><Encrypt><![CDATA[" + std::string(sealed) + "]]></Encrypt></xml>";
}

// As sent: what stands beside the sealed text is covered by nothing, and not read.
inline std::string envelope_xml(std::string_view to, std::string_view sealed) {
  return "<xml><ToUserName><![CDATA[" + std::string(to) + "]]></ToUserName><Encrypt><![CDATA[" +
         std::string(sealed) + "]]></Encrypt><AgentID><![CDATA[1]]></AgentID></xml>";
}

}  // namespace parley::connectors::testing_support
