// connectors/twilio/twilio.hpp
// Twilio: SMS and MMS from a number or a messaging service, WhatsApp, and calls with speech both
// ways. One account API, one signature, four platforms.
//
// Source   twilio.com/docs: messaging webhooks, Messages resource, security (validating requests),
//          Gather and Say verbs, Calls resource, error dictionary
// Auth     X-Twilio-Signature: HMAC-SHA1 over the URL as called and the form's fields; for other
//          bodies over the URL, which then carries the body's SHA-256
// Limits   a body of 1,600 characters, 10 media (WhatsApp: one); TwiML in a call's update 4,000
// Errors   by `code`, see api.cpp; 429 throttled, 5xx unavailable with delivery unknown; there is
//          no idempotency key
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_twilio_sms();
Entry make_twilio_messaging_service();
Entry make_twilio_whatsapp();
Entry make_twilio_voice();

}  // namespace parley::connectors
