// connectors/feishu/send.hpp
// Our message as Feishu messages: text, rich text, media and cards, each with a `uuid` of its own.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::feishu {

inline constexpr std::size_t kTextBytesMax = 30'000;

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::feishu
