// connectors/rocketchat/rocketchat.hpp
// Rocket.Chat direct messages and live chat, through the "RapidPro" app of its marketplace.
//
// Source   the app's own contract: POST {user, text, attachments} to us, POST {base_url}/message
//          to it
// Auth     Authorization: Token <secret>, the same both ways; the body is not signed
// Limits   text 5,000 characters a message (the server's default)
// Errors   429 throttled, 401 and 403 misconfigured, other 4xx rejected, 5xx unavailable with
//          delivery unknown; no idempotency key exists
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_rocketchat();

}  // namespace parley::connectors
