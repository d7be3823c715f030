// connectors/qq/api.hpp
// The platform's HTTP API: addresses, and what an answer means.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "connectors/connector.hpp"

namespace parley::connectors::qq {

HttpCall api_call(const Channel& channel, std::string_view path, std::string_view access_token);
HttpCall token_call(const Channel& channel);

struct ApiAnswer {
  std::string id, file_info, token;
  std::int64_t expires_in_s = 0;
  bool was_there = false;  // the platform has this msg_id and msg_seq already
};
std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer);

}  // namespace parley::connectors::qq
