// connectors/messenger/messenger.hpp
// Facebook Messenger, for a page <-> the conversation model.
//
// Source   developers.facebook.com/docs/messenger-platform
// Auth     x-hub-signature-256 over the raw body; see connectors/graph_envelope.hpp
// Limits   text 2000 characters; see connectors/graph_message_plan.hpp
// Errors   by the code in the body; 10/2018278 window_closed, 551 recipient_gone; no idempotency
//          key exists
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_messenger();

}  // namespace parley::connectors
