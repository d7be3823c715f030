// connectors/slack/slack_api.hpp
// Calls of the Web API and what its answers mean.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::slack {

// POST /api/<method> with the bot's token.
HttpCall json_call(const Channel& channel, std::string_view method, std::string body);
HttpCall form_call(const Channel& channel, std::string_view method,
                   const std::vector<std::pair<std::string, std::string>>& fields);

// The bytes at an address of Slack's own, with the token; nullopt for any other host, which must
// not see it.
std::optional<HttpCall> file_download(const Channel& channel, std::string_view url);

// Is this an address of Slack's (or of the simulator that stands in for it)?
bool is_slack_url(const Channel& channel, std::string_view url);

struct ApiResult {
  std::string ts;       // of the message that was posted
  std::string file_id;  // where a file is to be put, and its address
  std::string upload_url;
  std::string file_url;  // of a file that was asked for
};

Result<ApiResult> read_answer(const HttpAnswer& answer);

}  // namespace parley::connectors::slack
