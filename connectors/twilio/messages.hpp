// connectors/twilio/messages.hpp
// Messaging webhooks in, Messages out: SMS, MMS and WhatsApp.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::twilio {

inline constexpr std::size_t kBodyMax = 1600;  // UTF-16 units

enum class Line : std::uint8_t { sms, whatsapp };

// Errors   malformed: a message or receipt without its id, of another account, or with a status
//          nobody knows. A request that is neither is no event.
Parsed parse_messaging(const WebhookRequest& request, const Channel& channel, Line line);

SendStep start_messages(const SendContext& context, Line line);
SendStep resume_messages(const SendContext& context, Line line, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::twilio
