// connectors/wecom/wecom.hpp
// WeCom (企业微信) applications: what members write to an application, and its messages to them.
//
// Source   developer.work.weixin.qq.com: callbacks (path 90930), messages and events (90239,
//          90240), passive reply (90241), sending messages (90236), template cards.
// Auth     every callback is an envelope signed with the token and sealed for the corp_id, or for
//          the suite_id of a third-party application.
// Limits   64 KiB of XML, 5 levels, 200 elements; text 2048 bytes a message.
// Errors   by `errcode`: connectors/tencent_work.cpp. Members the platform leaves out of a send
//          that it calls a success are refusals here.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_wecom();

}  // namespace parley::connectors
