// connectors/twilio/trust.hpp
// Whether a request is Twilio's, and the fields it carries. Twilio signs the URL it was configured
// with, so behind a proxy the channel must know that URL: `webhook_url`.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::twilio {

using Fields = std::vector<std::pair<std::string, std::string>>;  // decoded, in their order

// Of a form, of the query of a GET, or the plain members of a JSON object.
Fields read_fields(const WebhookRequest& request);
std::string_view field(const Fields& fields, std::string_view name);  // "" if absent

Result<void> verify(const WebhookRequest& request, const Channel& channel);

// base64(HMAC-SHA1(token, url + each key with its values)): keys in byte order, the values of a
// repeated key once each, sorted.
std::string sign(std::string_view auth_token, std::string_view url, const Fields& fields);

}  // namespace parley::connectors::twilio
