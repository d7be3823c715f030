// connectors/phone.hpp
// Phone numbers as carriers and vendors write them, brought to one form: E.164 with its '+'.
//
// Limits   E.164 has at most 15 digits; short codes have 3 to 6.
// Threads  pure functions.
#pragma once

#include <string>
#include <string_view>

namespace parley::connectors {

// "+447700900123" for "447700900123", "+44 7700 900-123", "0044 7700 900123" and, with a country
// code "44", for "07700 900123". A short code stays as it is. "" for what cannot be answered: a
// name ("MTN"), too many or too few digits, a national number without a country code.
std::string phone_address(std::string_view text, std::string_view country_code = {});

// The digits alone, as most SMS vendors want them.
std::string phone_digits(std::string_view text);

}  // namespace parley::connectors
