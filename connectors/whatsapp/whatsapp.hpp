// connectors/whatsapp/whatsapp.hpp
// WhatsApp Business, by the Cloud API <-> the conversation model.
//
// Source   developers.facebook.com/docs/whatsapp/cloud-api
// Auth     x-hub-signature-256 over the raw body; see connectors/graph_envelope.hpp
// Limits   text 4096 characters, captions and bodies of interactive messages 1024; see
//          whatsapp_interactive.hpp
// Errors   by the code in the body; 131047 window_closed, rate limits throttled, 131050
//          recipient_gone; no idempotency key exists
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_whatsapp();

}  // namespace parley::connectors
