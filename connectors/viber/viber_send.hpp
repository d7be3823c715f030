// connectors/viber/viber_send.hpp
// A message out: one call each, and before a video or file of unknown size a look at its head.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::viber {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::viber
