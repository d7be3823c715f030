// connectors/wecom/parse.hpp
// A trusted callback in, events out. Buttons of our own cards come back as the customer's message.
#pragma once

#include "connectors/connector.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wecom {

inline constexpr std::string_view kTaskPrefix = "parley-";  // of the cards we send

Parsed parse_callback(const XmlElement& document, const Channel& channel);

}  // namespace parley::connectors::wecom
