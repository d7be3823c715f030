// connectors/mapped/inbound.hpp
// A webhook in, events out, as the mapping says.
//
// Errors   malformed: the body is none of the kind, no rule knows it, or no entry in it is good.
//          One bad entry does not lose the good ones.
#pragma once

#include "connectors/mapped/mapping.hpp"

namespace parley::connectors::mapped {

Parsed parse_mapped(const WebhookRequest& request, const Channel& channel, const Mapping& mapping);

}  // namespace parley::connectors::mapped
