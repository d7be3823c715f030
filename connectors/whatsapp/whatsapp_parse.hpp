// connectors/whatsapp/whatsapp_parse.hpp
// A webhook of the Cloud API in, events out: messages, reactions, unsent and edited messages, what
// was said from the business's own phone, and how far our sends have come.
//
// Errors   malformed: an item whose sender, time or content cannot be read; its neighbours stand.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::whatsapp {

Parsed parse_webhook(std::string_view body, const Channel& channel);

}  // namespace parley::connectors::whatsapp
