// bots/redact.hpp
// Takes personal data out of a text before it leaves for somebody else's program: what is found is
// replaced by its kind in brackets, so that the reader still knows that something stood there.
//
// Known    mobile numbers of China with and without +86 and its landlines, +<country> numbers,
//          resident identity numbers (18 digits whose date and check digit are right), payment card
//          numbers (13 to 19 digits of a known network that pass Luhn's check), e-mail addresses;
//          full-width digits, and digits grouped by spaces, dots or dashes.
// Promise  an order number that is none of these stays as it is, or nothing could be looked up.
// Limits   one pass; nothing is understood: a number written in words goes through.
// Threads  pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::bots {

struct PersonalData {
  bool phone = false, id_number = false, card = false, email = false;
  friend bool operator==(const PersonalData&, const PersonalData&) = default;
};
inline constexpr PersonalData kAllPersonalData{true, true, true, true};

// Sets the member a configuration names: "phone", "id_number", "card", "email".
bool include(PersonalData& which, std::string_view name);

std::string redact(std::string_view text, const PersonalData& which);

}  // namespace parley::bots
