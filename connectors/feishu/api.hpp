// connectors/feishu/api.hpp
// The platform's HTTP API: addresses, and what an answer means.
//
// Errors   decided by `code`: 0 is success whatever the HTTP status says besides. An invalid
//          tenant token asks for a new one.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "connectors/connector.hpp"

namespace parley::connectors::feishu {

std::string api_url(const Channel& channel, std::string_view path_and_query);
HttpCall api_call(const Channel& channel, std::string_view path_and_query,
                  std::string_view access_token);

// The members of any answer that we ever read; "" where absent.
struct ApiAnswer {
  std::string message_id, image_key, file_key, token;
  std::int64_t expires_in_s = 0;
};

std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer);

}  // namespace parley::connectors::feishu
