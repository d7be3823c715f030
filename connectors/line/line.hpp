// connectors/line/line.hpp
// LINE official accounts <-> the conversation model.
//
// Source   Messaging API, developers.line.biz/en/reference/messaging-api
// Auth     x-line-signature = base64(HMAC-SHA256(channel secret, raw body)); case counts
// Limits   5 messages a call, text 5000 UTF-16 units, 13 quick replies; a reply token is good for
//          one call and about a minute
// Errors   429 throttled, 401 misconfigured, other 4xx rejected, 5xx unavailable with delivery
//          unknown. A push carries a retry key and may be repeated for a day; a reply cannot.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_line();

}  // namespace parley::connectors
