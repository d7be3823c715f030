// connectors/douyin/douyin.hpp
// Douyin (抖音): private messages of a business account, by the open platform.
//
// Source   developer.open-douyin.com: webhooks (summarize, verify_webhook), im_receive_msg,
//          im_enter_direct_msg, im_recall_msg, /im/send/msg/, /oauth/refresh_token/.
// Auth     X-Douyin-Signature = sha1 hex over client secret and raw body.
// Limits   text 1,000 characters a message, 32 levels of JSON.
// Errors   by `error_code` or `err_no` in the answer's body: see api.cpp; no idempotency key
// exists.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_douyin();

}  // namespace parley::connectors
