// connectors/sms_text.hpp
// Text as the phone network counts it. A text of the GSM 03.38 alphabet goes in septets, 160 to a
// message alone and 153 to a part of several; any other goes in UTF-16 units, 70 and 67.
//
// Limits   the basic alphabet and its extension table; national shift tables are not used.
// Threads  pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::connectors {

// Does every character stand in the GSM alphabet? One that does not makes the whole text UCS-2.
bool is_gsm7(std::string_view text);

// Septets (extension characters take two) or UTF-16 units, whichever way the text goes.
std::size_t sms_units(std::string_view text);

// What the vendor bills: a character of two units is never cut in half.
std::size_t sms_segments(std::string_view text);

// Pieces of at most `segments_max` segments each, cut where split_text() would cut.
std::vector<std::string> split_sms(std::string_view text, std::size_t segments_max);

}  // namespace parley::connectors
