// connectors/wechat_miniprogram/wechat_miniprogram.hpp
// WeChat mini-program (小程序) customer messages: push in XML or JSON, customer-service and
// subscription messages out.
//
// Source   developers.weixin.qq.com/miniprogram: message push, customer messages (receive, send),
//          subscribe messages, stable_token.
// Auth     sha1 over sorted token, timestamp, nonce; in safe and compat mode also the envelope, for
//          the AppID, and then nothing outside the envelope is believed. Plain mode does not sign
//          the body and must be chosen by name.
// Limits   64 KiB of XML or JSON, 5 levels, 200 elements; text 2048 bytes a message.
// Errors   by `errcode` only: see api.cpp.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_wechat_miniprogram();

}  // namespace parley::connectors
