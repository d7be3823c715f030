// connectors/wecom/send.hpp
// A send as calls of message/send, and the webhook's own answer as the reply.
#pragma once

#include <optional>

#include "connectors/connector.hpp"

namespace parley::connectors::wecom {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

std::optional<Reply> render_passive(const SendContext& context, std::string_view account,
                                    std::string_view nonce);

}  // namespace parley::connectors::wecom
