// connectors/wechat_oa/outgoing.hpp
// What an official account has forms for, and its messages as JSON.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/tencent_plan.hpp"

namespace parley::connectors::wechat_oa {

inline constexpr std::size_t kTextBytesMax = tencent::kTextBytesMax;

// The result points into `message`.
tencent::Plan plan_message(const Message& message, const Channel& channel);

// JSON for the API that takes this kind of item.
std::string active_body(const tencent::Item& item, std::string_view media_id,
                        const SendContext& context);

}  // namespace parley::connectors::wechat_oa
