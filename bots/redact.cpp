#include "bots/redact.hpp"

#include <array>
#include <vector>

namespace parley::bots {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The digit at `at` (ASCII or full width) and how many bytes it takes; 0 bytes: none.
struct Digit {
  char value = 0;
  std::size_t bytes = 0;
};
Digit digit_at(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return {};
  if (is_digit(text[at])) return {.value = text[at], .bytes = 1};
  if (text.size() - at >= 3 && text[at] == '\xEF' && text[at + 1] == '\xBC') {
    const auto last = static_cast<unsigned char>(text[at + 2]);
    if (last >= 0x90 && last <= 0x99) {
      return {.value = static_cast<char>('0' + (last - 0x90)), .bytes = 3};
    }
  }
  return {};
}

// Digits with at most one separator between two of them, and where each begins and ends.
struct Run {
  std::string digits;
  std::vector<std::size_t> begin, end;
  std::string between;  // the separator before each digit, 0 for none
  bool plus = false;    // a '+' or "00" stands before it
  bool x_follows = false;
  std::size_t after = 0;
};

constexpr std::size_t kRunMax = 40;

Run read_run(std::string_view text, std::size_t at) {
  Run run;
  run.plus = at > 0 && text[at - 1] == '+';
  char separator = 0;
  for (std::size_t i = at; i < text.size() && run.digits.size() < kRunMax;) {
    if (const Digit digit = digit_at(text, i); digit.bytes > 0) {
      run.digits += digit.value;
      run.begin.push_back(i);
      run.end.push_back(i + digit.bytes);
      run.between += separator;
      separator = 0;
      i += digit.bytes;
      continue;
    }
    const bool may_separate = text[i] == ' ' || text[i] == '-' || text[i] == '.';
    if (separator != 0 || !may_separate || digit_at(text, i + 1).bytes == 0) break;
    separator = text[i++];
  }
  run.after = run.end.back();
  run.x_follows = run.after < text.size() && (text[run.after] == 'x' || text[run.after] == 'X');
  return run;
}

bool is_mobile_cn(std::string_view d) noexcept {
  return d.size() == 11 && d[0] == '1' && d[1] >= '3' && d[1] <= '9';
}

bool is_phone(const Run& run, std::string_view d) noexcept {
  if (is_mobile_cn(d)) return true;
  if (d.size() == 13 && d.starts_with("86") && is_mobile_cn(d.substr(2))) return true;
  if (d.size() == 15 && d.starts_with("0086") && is_mobile_cn(d.substr(4))) return true;
  if (run.plus) return d.size() >= 8 && d.size() <= 15;
  // A landline is written with a separator after its area code: 010-12345678, 0571 1234567.
  if (d[0] != '0' || d.size() < 10 || d.size() > 12) return false;
  const bool area_of_3 = d.size() > 3 && run.between[3] != 0;
  const bool area_of_4 = d.size() > 4 && run.between[4] != 0;
  return area_of_3 || area_of_4;
}

bool is_card(std::string_view d) noexcept {
  if (d.size() < 13 || d.size() > 19) return false;
  const bool network = d[0] == '4' || d.starts_with("62") || d.starts_with("60") ||
                       d.starts_with("65") || d.starts_with("34") || d.starts_with("37") ||
                       d.starts_with("35") || (d[0] == '5' && d[1] >= '1' && d[1] <= '5') ||
                       (d[0] == '2' && d[1] >= '2' && d[1] <= '7' && d.size() == 16);
  if (!network) return false;
  int sum = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    int value = d[d.size() - 1 - i] - '0';
    if (i % 2 == 1 && (value *= 2) > 9) value -= 9;
    sum += value;
  }
  return sum % 10 == 0;
}

int number(std::string_view d) noexcept {
  int out = 0;
  for (const char c : d) out = out * 10 + (c - '0');
  return out;
}

// 17 digits and a check character, which may be X.
bool is_id_number(std::string_view d, bool x_follows) noexcept {
  if (d.size() != (x_follows ? 17u : 18u) || d[0] == '0') return false;
  const int year = number(d.substr(6, 4)), month = number(d.substr(10, 2));
  const int day = number(d.substr(12, 2));
  if (year < 1900 || year > 2100 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  constexpr std::array<int, 17> kWeight{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < kWeight.size(); ++i) sum += (d[i] - '0') * kWeight[i];
  return "10X98765432"[sum % 11] == (x_follows ? 'X' : d[17]);
}

// What stands at the run's begin: its kind and how many digits belong to it. Longest first, and
// also a part of the run that a separator cuts off ("13800138000 2026").
struct Found {
  std::string_view kind;  // "" none
  std::size_t digits = 0;
  bool takes_x = false;
};

Found find_in(const Run& run, const PersonalData& which) {
  const std::size_t count = run.digits.size();
  for (std::size_t length = count; length >= 8; --length) {
    const bool whole = length == count;
    if (!whole && run.between[length] == 0) continue;
    const std::string_view d = std::string_view(run.digits).substr(0, length);
    const bool x = whole && run.x_follows;
    if (which.id_number && is_id_number(d, x)) {
      return {.kind = "[id number]", .digits = length, .takes_x = x};
    }
    if (which.phone && is_phone(run, d)) return {.kind = "[phone]", .digits = length};
    if (which.card && is_card(d)) return {.kind = "[card]", .digits = length};
  }
  return {};
}

bool is_local(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%';
}
bool is_domain(char c) noexcept { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; }

// How many bytes behind the '@' are a domain name with a dot in it; 0: none.
std::size_t domain_after(std::string_view text) noexcept {
  std::size_t end = 0;
  while (end < text.size() && is_domain(text[end])) ++end;
  while (end > 0 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  const auto dot = text.substr(0, end).rfind('.');
  if (dot == std::string_view::npos || dot == 0 || end - dot < 3) return 0;
  return is_letter(text[end - 1]) ? end : 0;
}

std::string without_emails(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > done && is_local(text[begin - 1])) --begin;
    const std::size_t domain = domain_after(text.substr(at + 1));
    if (begin == at || domain == 0) continue;
    out.append(text, done, begin - done);
    out += "[email]";
    done = at + 1 + domain;
    at = done - 1;
  }
  return out.append(text, done);
}

std::string without_numbers(std::string_view text, const PersonalData& which) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    // Digits behind a letter or '_' are part of a name: "SF1234567890123".
    const bool in_word = at > 0 && (is_letter(text[at - 1]) || text[at - 1] == '_');
    if (digit_at(text, at).bytes == 0) {
      out += text[at++];
      continue;
    }
    const Run run = read_run(text, at);
    const Found found = in_word ? Found{} : find_in(run, which);
    if (!found.kind.empty()) {
      if (run.plus) out.pop_back();
      out += found.kind;
      at = run.end[found.digits - 1] + (found.takes_x ? 1 : 0);
      continue;
    }
    // No number begins here; one may after the next separator.
    std::size_t next = 1;
    while (next < run.digits.size() && run.between[next] == 0) ++next;
    out.append(text, at, run.end[next - 1] - at);
    at = run.end[next - 1];
  }
  return out;
}

}  // namespace

bool include(PersonalData& which, std::string_view name) {
  bool* const flag = name == "phone"       ? &which.phone
                     : name == "id_number" ? &which.id_number
                     : name == "card"      ? &which.card
                     : name == "email"     ? &which.email
                                           : nullptr;
  if (!flag) return false;
  *flag = true;
  return true;
}

std::string redact(std::string_view text, const PersonalData& which) {
  std::string out = which.email ? without_emails(text) : std::string(text);
  if (which.phone || which.id_number || which.card) out = without_numbers(out, which);
  return out;
}

}  // namespace parley::bots
