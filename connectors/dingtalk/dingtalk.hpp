// connectors/dingtalk/dingtalk.hpp
// DingTalk (钉钉): a robot of an enterprise's own app, in HTTP mode, and event subscriptions.
//
// Source   open.dingtalk.com/document: receiving robot messages, message types of robots,
//          oToMessages/batchSend, groupMessages/send, event callback encryption.
// Auth     robot messages: sign = base64(HMAC-SHA256(app secret, timestamp + "\n" + app secret)),
//          the timestamp at most an hour off; the body is not signed. Events: sha1 over the sorted
//          token, timestamp, nonce and envelope, and the envelope.
// Limits   text 10,000 bytes a message, 32 levels of JSON.
// Errors   by `errcode` or `code` in the body: see api.cpp; no idempotency key exists.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_dingtalk();

}  // namespace parley::connectors
