// connectors/discord/discord.hpp
// A Discord application over HTTP: interactions and webhook events in, the REST API out. Ordinary
// messages need Discord's gateway socket and do not come this way.
//
// Source   docs.discord.com: interactions, webhook events, rate limits, message resource
// Auth     x-signature-ed25519 over x-signature-timestamp and the raw body; Discord tries bad
//          signatures now and then and wants 401
// Limits   content 2000 characters, 10 embeds, 25 buttons; a nonce of 25 characters, which Discord
//          remembers for a few minutes; an interaction's token is good for 15 minutes
// Errors   429 throttled, 401 misconfigured, 50007 recipient_gone, other 4xx rejected, 5xx
//          unavailable with delivery unknown
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_discord();

}  // namespace parley::connectors
