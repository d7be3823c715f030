// connectors/feishu/feishu.hpp
// Feishu (飞书) and Lark: a bot of a self-built app, event subscription and messages API.
//
// Source   open.feishu.cn/document: event subscription (encrypt key, challenge), im.message.*,
//          im/v1/messages, server-side error codes.
// Auth     with an Encrypt Key: plain sha256 over timestamp, nonce, key and the raw, still
// encrypted
//          body, in X-Lark-Signature. Without one only the token inside the body, which then proves
//          a shared word and nothing about the rest. Card callbacks of the old kind: sha1 with the
//          verification token.
// Limits   text 30,000 bytes a message, 32 levels of JSON.
// Errors   by `code` in the answer's body: see api.cpp. A message carries `uuid`, which the
// platform
//          takes once an hour.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_feishu();

}  // namespace parley::connectors
