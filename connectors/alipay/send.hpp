// connectors/alipay/send.hpp
// Our message as texts and articles through the signed gateway of the open platform.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::alipay {

inline constexpr std::size_t kTextCharsMax = 1'000;

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::alipay
