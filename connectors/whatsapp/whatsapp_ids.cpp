#include "connectors/whatsapp/whatsapp_ids.hpp"

#include <algorithm>

namespace parley::connectors::whatsapp {
namespace {

constexpr std::size_t kPhoneDigitsMax = 20;
constexpr std::size_t kUserIdBytesMax = 140;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); }

}  // namespace

bool is_phone(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kPhoneDigitsMax && std::ranges::all_of(id, is_digit);
}

bool is_user_id(std::string_view id) noexcept {
  if (id.size() < 4 || id.size() > kUserIdBytesMax) return false;
  if (!is_upper(id[0]) || !is_upper(id[1]) || id[2] != '.') return false;
  std::string_view rest = id.substr(3);
  constexpr std::string_view kParent = "ENT.";
  if (rest.starts_with(kParent)) rest.remove_prefix(kParent.size());
  return !rest.empty() && std::ranges::all_of(rest, is_alnum);
}

std::string bare_recipient(std::string_view recipient) {
  if (!recipient.starts_with('+')) return std::string(recipient);
  std::string digits;
  std::ranges::copy_if(recipient, std::back_inserter(digits), is_digit);
  return digits;
}

}  // namespace parley::connectors::whatsapp
