// connectors/telegram/telegram_api.hpp
// Calls of the Bot API and what its answers mean.
//
// Limits   URLs hold the bot's token: they go into HttpCall only, never into an error or a log.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::telegram {

using Fields = std::vector<std::pair<std::string, std::string>>;

HttpCall api_call(const Channel& channel, std::string_view method, const Fields& fields);
HttpCall file_download(const Channel& channel, std::string_view file_path);

struct ApiResult {
  std::string message_id;  // "" if the result is not a message or has none
  std::string file_path;
};

// What an answer says. A refusal of the markup ("can't parse entities") has code_text
// kBadEntities, so that the caller may send the same text without it.
Result<ApiResult> read_answer(const HttpAnswer& answer);
inline constexpr std::string_view kBadEntities = "400 entities";

}  // namespace parley::connectors::telegram
