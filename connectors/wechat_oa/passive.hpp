// connectors/wechat_oa/passive.hpp
// The webhook's own answer as the reply: one message at most, and none that needs an upload, a
// menu or a template. Sealed and signed unless the channel is in plain mode.
#pragma once

#include <optional>

#include "connectors/connector.hpp"

namespace parley::connectors::wechat_oa {

std::optional<Reply> render_passive(const SendContext& context, std::string_view account,
                                    std::string_view nonce);

}  // namespace parley::connectors::wechat_oa
