// connectors/qq/send.hpp
// Our message as QQ messages, each an answer to a message or event of the customer's: the platform
// ended messages nobody asked for on 21 April 2025.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::qq {

inline constexpr std::size_t kTextCharsMax = 4'000;

// Distinct for every call of every send to one conversation, the same when a call is repeated;
// 1 to 65,535.
unsigned msg_seq(const SendId& send, std::size_t index);

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::qq
