// connectors/douyin/api.hpp
// The platform's HTTP API: addresses, and what an answer means.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "connectors/connector.hpp"

namespace parley::connectors::douyin {

std::string api_url(const Channel& channel, std::string_view path_and_query);

struct ApiAnswer {
  std::string message_id, token;
  std::int64_t expires_in_s = 0;
};
std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer);

}  // namespace parley::connectors::douyin
