// connectors/qq/qq.hpp
// QQ bots (QQ 机器人), one-to-one and in groups, over webhooks and the v2 API.
//
// Source   bot.q.qq.com/wiki, github.com/tencent-connect/bot-docs: event-emit, sign, send, rich
// media. Auth     Ed25519 over timestamp and raw body, in X-Signature-Ed25519. The key pair is
// derived
//          from the bot's secret, so the secret alone makes and checks signatures.
// Limits   text 4,000 characters a message (ours: the platform names none), 32 levels of JSON.
// Errors   by `code` in the answer's body: see api.cpp. Equal msg_id and msg_seq are refused, which
//          makes a repeat harmless.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_qq();

}  // namespace parley::connectors
