// connectors/whatsapp/whatsapp_send.hpp
// A message out as the messages to the Cloud API that carry it.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::whatsapp {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

// Marks their message as read and shows that an answer is being written, for 25 s or until it
// comes; nothing takes it away.
HttpCall typing_call(const Channel& channel, const std::string& message_id);

// Asks where a file they sent lies, and gets it from there.
HttpCall media_call(const Channel& channel, const std::string& media_id);
Result<HttpCall> download_call(const Channel& channel, const HttpAnswer& answer);

}  // namespace parley::connectors::whatsapp
