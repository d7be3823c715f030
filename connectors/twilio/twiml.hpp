// connectors/twilio/twiml.hpp
// TwiML, the XML that tells Twilio what to do next in a call or after a message.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::twilio {

// Text as XML holds it, without the characters XML cannot hold.
std::string xml_text(std::string_view text);

Reply twiml_reply(std::string_view verbs);  // <Response>verbs</Response> as text/xml
std::string twiml_document(std::string_view verbs);

// <Say>, in pieces Twilio takes; "" for an empty text.
std::string say(const Channel& channel, std::string_view text);
// <Gather> and the <Redirect> behind it. `silences`: how often in a row nobody spoke.
std::string listen(const Channel& channel, std::string_view turn, int silences);

}  // namespace parley::connectors::twilio
