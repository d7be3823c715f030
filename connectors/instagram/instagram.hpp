// connectors/instagram/instagram.hpp
// Direct messages of an Instagram business account <-> the conversation model.
//
// Source   developers.facebook.com/docs/messenger-platform/instagram
// Auth     x-hub-signature-256 over the raw body; see connectors/graph_envelope.hpp
// Limits   text 1000 bytes; nothing to tap in answers after 24 h
// Errors   by the code in the body; 10/2534022 window_closed; no idempotency key exists
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_instagram();

}  // namespace parley::connectors
