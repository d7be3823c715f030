// connectors/whatsapp/whatsapp_ids.hpp
// How WhatsApp names people. Most by their phone number; who has a username may show only a user
// id that is the business's own ("US.13491208655302741918"). Both can be written to.
#pragma once

#include <string>
#include <string_view>

namespace parley::connectors::whatsapp {

bool is_phone(std::string_view id) noexcept;    // digits, no plus
bool is_user_id(std::string_view id) noexcept;  // "CC.x", "CC.ENT.x"

// As the API takes it: a number written with plus, spaces or dashes becomes digits.
std::string bare_recipient(std::string_view recipient);

inline constexpr std::string_view kScope = "whatsapp";  // the same person at every number of ours
inline constexpr std::string_view kPhoneScheme = "whatsapp";
inline constexpr std::string_view kUserIdScheme = "whatsapp_user_id";

}  // namespace parley::connectors::whatsapp
