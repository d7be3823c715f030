// connectors/freshchat/freshchat.hpp
// Freshchat: the user's side of its conversations, through webhooks and API v2.
//
// Source   developers.freshchat.com/api: webhooks, conversations, messages
// Auth     X-Freshchat-Signature: base64 of an RSA signature with SHA-256 over the raw body
// Limits   text 5,000 characters a message
// Errors   429 throttled, 401 and 403 misconfigured, other 4xx rejected, 5xx unavailable with
//          delivery unknown; no idempotency key exists
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_freshchat();

}  // namespace parley::connectors
