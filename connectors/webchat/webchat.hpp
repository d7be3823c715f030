// connectors/webchat/webchat.hpp
// Our own visitor protocol, for the web widget, apps and mini-programs.
//
// Auth     x-parley-visitor holds a session token (session.hpp); everything in a frame is said by
//          that visitor and nobody else
// Frames   JSON objects, one a WebSocket message or an HTTP body; docs/channels/webchat.md
// Limits   what a visitor may say: kPartsMax parts of the kinds a customer has a use for; media by
//          media_id only, as a url of the visitor's choice would be fetched by us
// Errors   malformed with the place
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_webchat();

}  // namespace parley::connectors
