// connectors/wecom_kf/wecom_kf.hpp
// WeChat customer service (微信客服): customers of WeChat write to an account of a company.
//
// Source   developer.work.weixin.qq.com: receiving messages and events (path 94670), sending
// (94677),
//          session state (94669), customers (95159), responses to events (95122).
// Auth     every callback is an envelope signed with the token and sealed for the corp_id. It is
//          only a bell: the messages are fetched with kf/sync_msg, a cursor per account.
// Limits   64 KiB of XML; pages of 100 messages; text 2048 bytes a message; history three days.
// Errors   by `errcode`: connectors/tencent_work.cpp. What fails after the platform took it comes
//          back as an event and becomes a receipt.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_wecom_kf();

}  // namespace parley::connectors
