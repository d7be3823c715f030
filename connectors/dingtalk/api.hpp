// connectors/dingtalk/api.hpp
// The platform's HTTP API in its two generations: api.dingtalk.com with the token in a header and
// `code` as text, oapi.dingtalk.com with the token in the address and `errcode` as number.
//
// Errors   their texts are not repeated: they may echo what was sent.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::dingtalk {

HttpCall api_call(const Channel& channel, std::string_view path, std::string_view access_token);
std::string old_api_url(const Channel& channel, std::string_view path_and_query);

struct ApiAnswer {
  std::string query_key, access_token, download_url;
  std::int64_t expires_in_s = 0;
  bool invalid_recipient = false, recipient_throttled = false;
};
std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer);

// An answer of oapi, a session's webhook or an upload: the medium's id, or "".
// RefreshToken: the token, or the session, is no good any more.
std::variant<std::string, Error, RefreshToken> read_old_answer(const HttpAnswer& answer);

}  // namespace parley::connectors::dingtalk
