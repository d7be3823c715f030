// connectors/http_status.hpp
// The part of reading an answer that HTTP itself settles, the same for every platform.
#pragma once

#include <optional>

#include "connectors/connector.hpp"

namespace parley::connectors {

// 5xx leaves delivery unknown: the platform may have sent before it failed. 429 is throttling,
// with Retry-After in seconds where given. nullopt: the body has the say.
std::optional<Error> error_from_status(const HttpAnswer& answer);

}  // namespace parley::connectors
