// connectors/line/line_api.hpp
// Calls of the Messaging API and what its answers mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::line {

// A POST of JSON below /v2/bot, with the channel's access token.
HttpCall api_call(const Channel& channel, std::string_view path, std::string body);

// The bytes of what a user sent, from the API's host for data.
HttpCall content_download(const Channel& channel, std::string_view message_id);

// The ids of the messages a send brought out. 409 to a push says that the same retry key was taken
// before: sent, then. A reply token that is used up or too old gives code_text kBadReplyToken.
Result<std::vector<std::string>> read_sent(const HttpAnswer& answer);
inline constexpr std::string_view kBadReplyToken = "400 reply token";

// The UUID LINE wants as a retry key, the same for the same send and batch.
std::string retry_key(std::string_view idempotency_key, std::size_t batch);

}  // namespace parley::connectors::line
