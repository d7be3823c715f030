// connectors/wechat_miniprogram/send.hpp
// A send as calls of the customer-service API or of the one for subscription messages, and the one
// answer the webhook itself can give: to hand the customer to the platform's own agents.
#pragma once

#include <optional>

#include "connectors/connector.hpp"

namespace parley::connectors::wechat_miniprogram {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

std::optional<Reply> render_transfer(const SendContext& context, std::string_view account,
                                     std::string_view nonce);

}  // namespace parley::connectors::wechat_miniprogram
