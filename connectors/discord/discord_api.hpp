// connectors/discord/discord_api.hpp
// Calls of the REST API and what its answers mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::discord {

// Below /api/v10, with the bot's token.
HttpCall bot_call(const Channel& channel, std::string_view method, std::string_view path,
                  std::string body);

// The same with the right that an interaction's token gives: without the bot's token.
HttpCall token_call(const Channel& channel, std::string_view method, std::string_view path,
                    std::string body);

// The right to answer an interaction, as it rides in reply_token: "<application>:<token>".
struct Right {
  std::string application, token;
};
std::optional<Right> right_of(std::string_view reply_token);
std::string reply_token_of(std::string_view application, std::string_view token);

// What may be sent as a nonce: our key if it fits, else a digest of it; another for each call of a
// send.
std::string nonce_of(std::string_view key, std::size_t call);

// The id of the message that came of it.
Result<std::string> read_message(const HttpAnswer& answer);

// When Discord made this id; nullopt if it is none.
std::optional<TimePoint> time_of(std::string_view snowflake);

}  // namespace parley::connectors::discord
