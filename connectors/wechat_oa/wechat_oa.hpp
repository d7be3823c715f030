// connectors/wechat_oa/wechat_oa.hpp
// WeChat Official Account (公众号): message push, passive reply, customer-service API.
//
// Source   developers.weixin.qq.com/doc/offiaccount: access guide, message encryption, receiving
//          messages and events, passive reply, customer-service messages, stable_token.
// Auth     sha1 over sorted token, timestamp, nonce; in safe and compat mode also the envelope,
//          and then nothing outside the envelope is believed. Plain mode does not sign the body
//          and must be chosen by name.
// Limits   64 KiB of XML, 5 levels, 200 elements; text 2048 bytes a message.
// Errors   by `errcode` only (the text next to it changes): see wechat_oa_errors.cpp.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_wechat_oa();

}  // namespace parley::connectors
