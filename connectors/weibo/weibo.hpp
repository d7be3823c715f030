// connectors/weibo/weibo.hpp
// Weibo fan service (微博粉丝服务): private messages to a verified account.
//
// Source   open.weibo.com/wiki: Messages_api_start, Receive_General_Message,
// Receive_Event_Push,
//          Reply_Message (passive), Send_Customer_Service_Message
//          (messages/reply).
// Auth     sha1 hex over the sorted app secret, timestamp and nonce, in the
// query; the body is not
//          signed.
// Limits   text 300 characters a message, 32 levels of JSON.
// Errors   by `error_code` in the answer's body: see send.cpp; no idempotency
// key exists.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_weibo();

}  // namespace parley::connectors
