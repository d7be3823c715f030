// connectors/line/line_send.hpp
// A message out: by the reply token while it is good, else by push. More than five message objects
// take more than one call; only the first can be a reply.
//
// Promise  no message twice. A push is repeated under the same retry key. A reply has none: if an
//          attempt's answer was lost the reply is asked again, which the used-up token makes
//          harmless, and is not turned into a push.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::line {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::line
