// tests/connectors/weibo_support.hpp
// A Weibo channel and the platform's side of signing.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "connectors/url.hpp"
#include "connectors/weibo/parse.hpp"
#include "connectors/weibo/weibo.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline Channel weibo_channel() {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"wb"};
  channel.platform = "weibo";
  channel.secrets.emplace("app_secret", Secret("AppSecretOfTests"));
  channel.secrets.emplace("access_token", Secret("2.00TokenOfTests"));
  return channel;
}

inline OwnedRequest weibo_signed(std::string body) {
  OwnedRequest request;
  request.path = "/webhooks/demo/wb";
  // Byte order: digits, then upper case, then lower case.
  request.query = "signature=" + to_hex(sha1("1760000000000AppSecretOfTestsn0nce")) +
                  "&timestamp=1760000000000&nonce=n0nce";
  request.headers = {{"content-type", "application/json"}};
  request.body = std::move(body);
  return request;
}

inline std::string weibo_push(std::string_view type, std::string_view data,
                              std::string_view text = "你好",
                              std::string_view time = "Mon Jul 16 18:09:20 +0800 2012") {
  return R"({"type":")" + std::string(type) +
         R"(","receiver_id":1902538057,"sender_id":2489518277,"created_at":")" + std::string(time) +
         R"(","text":")" + std::string(text) + R"(","data":)" + std::string(data) + "}";
}

}  // namespace parley::connectors::testing_support
