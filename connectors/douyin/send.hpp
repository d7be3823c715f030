// connectors/douyin/send.hpp
// Our message as private messages, each an answer to a message or a visit of the customer's. The
// platform refuses texts with addresses, so what we turn into text goes without them.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::douyin {

inline constexpr std::size_t kTextCharsMax = 1'000;

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::douyin
