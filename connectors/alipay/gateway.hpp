// connectors/alipay/gateway.hpp
// The application gateway: what a request proves, what it says, and the signed answers it wants.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::alipay {

// A key as PEM; the console gives it as bare base64.
std::string pem_of(const Secret& key);

// "a=1&b=2" of the fields but `sign` and empty ones, sorted by name.
std::string signed_text(const std::map<std::string, std::string>& fields);

Result<void> authenticate(const WebhookRequest& request, const Channel& channel);

// biz_content as UTF-8, without its XML declaration. Call authenticate() first.
Result<std::string> content_of(const WebhookRequest& request);

// "alipay.service.check", "alipay.mobile.public.message.notify"
std::string service_of(const WebhookRequest& request);

// The answer to the console's check: our public key, signed with the private one.
Reply check_reply(const WebhookRequest& request, const Channel& channel);

// The signed "ack" without which a message is sent again.
Reply ack_reply(const WebhookRequest& request, const Channel& channel, std::string_view user);

}  // namespace parley::connectors::alipay
