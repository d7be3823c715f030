// connectors/twilio/voice.hpp
// A call as a conversation: what the caller says comes as text, what we say is spoken.
//
// Every document we answer ends by listening: <Gather> takes speech or keys and posts them to the
// webhook with a `turn` of its own in the query, so a request sent twice is known; <Redirect>
// after it brings the call back when the caller is silent, so the line stays open while a bot or a
// person thinks. An answer rides in the webhook's own reply when it is ready in time, else it is
// spoken into the live call through the API.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::twilio {

// Errors   malformed: no CallSid, another account. What the call does is a platform event "call".
Parsed parse_call(const WebhookRequest& request, const Channel& channel);

// What the call hears when no answer was ready: the greeting, or a listening silence.
Reply answer_call(const WebhookRequest& request, const Channel& channel);

// `turn` names the listening that follows.
std::optional<Reply> say_in_reply(const SendContext& context, std::string_view turn);

SendStep start_call(const SendContext& context);
SendStep resume_call(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::twilio
