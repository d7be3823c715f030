// connectors/telegram/telegram_send.hpp
// A message out as a short row of API calls. The row is a pure function of the Send, so a step's
// number is all that must be remembered; ids of what went out ride in step_data.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::telegram {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::telegram
