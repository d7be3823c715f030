// connectors/telegram/telegram.hpp
// Telegram bots <-> the conversation model.
//
// Source   Bot API, core.telegram.org/bots/api
// Auth     x-telegram-bot-api-secret-token equals the secret given to setWebhook; the body is not
//          signed
// Limits   text 4096 and caption 1024 UTF-16 units; files to fetch 20 MB
// Errors   429 throttled, 401 misconfigured, 403 of a user who left recipient_gone, other 4xx
//          rejected, 5xx unavailable with delivery unknown; no idempotency key exists
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_telegram();

}  // namespace parley::connectors
