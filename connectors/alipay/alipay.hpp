// connectors/alipay/alipay.hpp
// Alipay life accounts (支付宝生活号): messages and events by the application gateway, answers by
// alipay.open.public.message.custom.send.
//
// Source   Alipay's public account API manual (签名机制, 接收事件推送, 业务返回码) and its demo of
// the
//          gateway; docs/channels/alipay.md says what is not verified.
// Auth     RSA2: RSA with SHA-256 over the form's fields but `sign`, sorted, in the form's own
//          encoding (mostly GBK), with Alipay's public key.
// Limits   the XML limits of connectors/xml.hpp; text 1,000 characters a message (ours).
// Errors   by `code` in the answer's body: see send.cpp; no idempotency key exists.
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_alipay();

}  // namespace parley::connectors
