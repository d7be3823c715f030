#include "connectors/phone.hpp"

#include <cstddef>

namespace parley::connectors {
namespace {

constexpr std::size_t kShortCodeMin = 3, kShortCodeMax = 6;
constexpr std::size_t kNumberMin = 7, kNumberMax = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string phone_digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_digit(c)) out += c;
  }
  return out;
}

std::string phone_address(std::string_view text, std::string_view country_code) {
  constexpr std::string_view kBetween = " -.()/\t";
  std::string digits;
  bool international = false;
  for (const char c : text) {
    if (c == '+' && digits.empty() && !international) {
      international = true;
    } else if (is_digit(c)) {
      digits += c;
    } else if (kBetween.find(c) == std::string_view::npos) {
      return {};
    }
  }
  if (!international && digits.starts_with("00")) {
    digits.erase(0, 2);
    international = true;
  }
  if (!international && digits.starts_with('0')) {
    if (country_code.empty()) return {};
    digits = phone_digits(country_code) + digits.substr(1);
  }
  if (digits.starts_with('0')) return {};
  if (!international && digits.size() >= kShortCodeMin && digits.size() <= kShortCodeMax) {
    return digits;
  }
  if (digits.size() < kNumberMin || digits.size() > kNumberMax) return {};
  return "+" + digits;
}

}  // namespace parley::connectors
