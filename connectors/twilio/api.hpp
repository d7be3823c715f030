// connectors/twilio/api.hpp
// Calls of the account API and what its answers mean.
//
// Limits   the auth token goes into the Authorization header only, never into an error or a URL.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/twilio/trust.hpp"

namespace parley::connectors::twilio {

// POST of a form to /2010-04-01/Accounts/{sid}/`resource`.
HttpCall api_call(const Channel& channel, std::string_view resource, const Fields& form);

std::string authorization(const Channel& channel);  // "Basic ..."
std::string base_of(const Channel& channel);        // of the API, no '/' at its end

struct Taken {
  std::string sid;  // "" if the answer names none
};
Result<Taken> read_answer(const HttpAnswer& answer);

// What an error code of Twilio means, in a few words; "" if it is not one of the common ones.
std::string_view words_of(std::string_view error_code);

}  // namespace parley::connectors::twilio
