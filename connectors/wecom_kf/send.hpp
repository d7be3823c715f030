// connectors/wecom_kf/send.hpp
// A send as calls of kf/send_msg. Each message has an id of ours, which the platform takes once: a
// repeat of the call is no second message. A hand-over moves the session to the company's people.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::wecom_kf {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::wecom_kf
