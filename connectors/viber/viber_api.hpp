// connectors/viber/viber_api.hpp
// The one call we make, and what its answer means.
#pragma once

#include <string>

#include "connectors/connector.hpp"

namespace parley::connectors::viber {

HttpCall send_call(const Channel& channel, std::string body);

// The message_token of what was sent, "" if none was given.
Result<std::string> read_sent(const HttpAnswer& answer);

}  // namespace parley::connectors::viber
