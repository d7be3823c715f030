// connectors/wechat_oa/send.hpp
// A send as calls of the API, one item of the plan after the other.
//
// Step 2i+1 uploads the media of item i, step 2i+2 sends it; step 0 has asked nothing yet. What a
// later step needs of an earlier answer is kept in the step's data.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::wechat_oa {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::wechat_oa
