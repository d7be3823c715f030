// connectors/wechat_oa/send.hpp
// A send as calls of the customer-service API, or of the template and subscription ones.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::wechat_oa {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::wechat_oa
