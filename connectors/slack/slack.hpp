// connectors/slack/slack.hpp
// A Slack app: Events API, interactivity and slash commands in, Web API out.
//
// Source   docs.slack.dev: verifying requests, Events API, chat.postMessage, files
// Auth     x-slack-signature = "v0=" + hex(HMAC-SHA256(signing secret, "v0:" + time + ":" + body)),
//          the time in x-slack-request-timestamp at most 300 s away
// Limits   text 4000 characters, as Slack advises; blocks 3000 a section; 25 buttons
// Errors   mostly HTTP 200 with ok:false and a word. 429 throttled; no idempotency key exists
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_slack();

}  // namespace parley::connectors
