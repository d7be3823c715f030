// connectors/telegram/telegram_poll.hpp
// getUpdates: the same updates without a webhook. The cursor is the offset, one past the last
// update seen; asking with it tells Telegram to forget what came before.
//
// Source   Bot API, getUpdates. It is refused while a webhook is set (409).
#pragma once

#include <chrono>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::telegram {

// How long Telegram holds the call open while there is nothing to tell.
inline constexpr std::chrono::seconds kPollTime{50};

bool is_polled(const Channel& channel);  // setting `receive`

HttpCall ask_updates(const Channel& channel, std::string_view cursor);
EventSource::Read read_updates(const Channel& channel, std::string_view cursor,
                               const HttpAnswer& answer);

}  // namespace parley::connectors::telegram
