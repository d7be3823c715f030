// connectors/custom/custom.hpp
// A documented, signed HTTP channel for whatever has no connector of its own: a phone system, a
// game, an in-house messenger.
//
// Auth     Standard Webhooks 1.0 in both directions, one secret (and one being retired)
// In       a POST with one event or {"events":[...]}; docs/channels/custom.md
// Out      a POST to callback_url; webhook-id is the send's idempotency key, so a repeat can be
//          recognised
// Limits   kEventsMax events a request
// Errors   2xx sent, 410 recipient_gone, 429 throttled, 401 and 403 misconfigured, other 4xx
//          rejected, 5xx unavailable with delivery unknown
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_custom();

}  // namespace parley::connectors
