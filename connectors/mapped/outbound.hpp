// connectors/mapped/outbound.hpp
// A message out as the requests the mapping makes of it, one a piece of text.
#pragma once

#include "connectors/mapped/mapping.hpp"

namespace parley::connectors::mapped {

SendStep start_mapped(const SendContext& context, const Mapping& mapping);
SendStep resume_mapped(const SendContext& context, const Mapping& mapping, int step,
                       const HttpAnswer& answer);

// The bytes of a customer's media: only from where the mapping says, with its headers.
std::variant<HttpCall, Error, RefreshToken> fetch_mapped(const Media& media, const Channel& channel,
                                                         const Mapping& mapping);

}  // namespace parley::connectors::mapped
