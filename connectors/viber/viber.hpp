// connectors/viber/viber.hpp
// Viber bots <-> the conversation model.
//
// Source   REST Bot API, developers.viber.com/docs/api/rest-bot-api
// Auth     x-viber-content-signature = hex(HMAC-SHA256(auth token, raw body))
// Limits   text 7000 characters, a picture's text 512; media by address only
// Errors   HTTP 200 with a status: 5, 6 recipient_gone; 12 throttled; 2 and what ails the account
//          misconfigured; 23, 24 misconfigured (billing); others rejected. No idempotency key
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_viber();

}  // namespace parley::connectors
