// What single headers mean: addresses, dates, message ids.
#include <algorithm>
#include <array>
#include <charconv>

#include "connectors/charset.hpp"
#include "connectors/email/encoding.hpp"
#include "connectors/email/mime.hpp"

namespace parley::connectors::email {
namespace {

constexpr std::size_t kAddressesMax = 100;
constexpr std::size_t kAddressBytesMax = 320;
constexpr std::size_t kMessageIdBytesMax = 500;

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return std::string(text.substr(start, text.find_last_not_of(kSpace) - start + 1));
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.size() <= kAddressBytesMax && std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte <= 0x20 || byte == 0x7f || c == '<' || c == '>' || c == ',' || c == '"';
         });
}

// Splits at commas that stand in no quotes, angle brackets or comments; comments go.
std::vector<std::string> entries_of(std::string_view header) {
  std::vector<std::string> out(1);
  bool quoted = false, angled = false;
  int comments = 0;
  for (std::size_t i = 0; i < header.size() && out.size() <= kAddressesMax; ++i) {
    const char c = header[i];
    if (c == '\\' && i + 1 < header.size() && (quoted || comments > 0)) {
      if (comments == 0) out.back() += header[i + 1];
      ++i;
    } else if (comments > 0) {
      comments += c == '(' ? 1 : c == ')' ? -1 : 0;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '(') {
      ++comments;
    } else if (!quoted && !angled && (c == ',' || c == ';')) {
      out.emplace_back();
    } else {
      if (!quoted && c == '<') angled = true;
      if (!quoted && c == '>') angled = false;
      out.back() += c;
    }
  }
  return out;
}

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// Minutes east of Greenwich; what is no zone is none.
int zone_of(std::string_view text) {
  const bool numeric = text.size() == 5 && (text[0] == '+' || text[0] == '-');
  if (numeric) {
    const auto hours = number(text.substr(1, 2)), minutes = number(text.substr(3, 2));
    if (!hours || !minutes || *hours > 14 || *minutes > 59) return 0;
    return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
  }
  constexpr std::pair<std::string_view, int> kNames[] = {
      {"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300},
      {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420}};
  const std::string name = lower_ascii(text);
  for (const auto& [known, minutes] : kNames) {
    if (name == known) return minutes;
  }
  return 0;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < 12) {
    const auto start = text.find_first_not_of(" \t,");
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const auto end = std::min(text.find_first_of(" \t,"), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::vector<MailAddress> read_addresses(std::string_view header) {
  std::vector<MailAddress> out;
  for (const auto& entry : entries_of(header)) {
    const auto open = entry.rfind('<');
    std::string address = trimmed(entry), name;
    if (open != std::string::npos) {
      address = trimmed(entry.substr(open + 1, entry.find('>', open) - open - 1));
      name = trimmed(entry.substr(0, open));
      // "group: a@b" names a group before its first member.
    } else if (const auto colon = address.rfind(':'); colon != std::string::npos) {
      address = trimmed(address.substr(colon + 1));
    }
    address = lower_ascii(clean_utf8(address));
    if (is_address(address)) out.push_back({decode_words(name), std::move(address)});
  }
  return out;
}

std::optional<TimePoint> read_mail_date(std::string_view header) {
  auto words = words_of(header);
  if (!words.empty() && !number(words.front())) words.erase(words.begin());  // the day's name
  if (words.size() < 4) return std::nullopt;
  const auto day = number(words[0]);
  const std::string month_name = lower_ascii(words[1]).substr(0, 3);
  const auto month = std::ranges::find(kMonths, month_name);
  auto year = number(words[2]);
  if (!day || month == kMonths.end() || !year) return std::nullopt;
  if (*year < 50) *year += 2000;
  if (*year < 1000) *year += 1900;
  const std::string_view clock = words[3];
  const auto first = clock.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = clock.find(':', first + 1);
  const auto hours = number(clock.substr(0, first));
  const auto minutes = number(
      clock.substr(first + 1, second == std::string_view::npos ? second : second - first - 1));
  const auto seconds =
      second == std::string_view::npos ? std::optional(0) : number(clock.substr(second + 1));
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
                            std::chrono::day(static_cast<unsigned>(std::clamp(*day, 0, 99)))};
  const bool fits = date.ok() && *year <= 9999 && hours && minutes && seconds && *hours >= 0 &&
                    *hours < 24 && *minutes >= 0 && *minutes < 60 && *seconds >= 0 &&
                    *seconds <= 60;
  if (!fits) return std::nullopt;
  const int zone = words.size() > 4 ? zone_of(words[4]) : 0;
  return TimePoint{sys_days(date) + std::chrono::hours(*hours) +
                   std::chrono::minutes(*minutes - zone) + std::chrono::seconds(*seconds)};
}

std::string read_message_id(std::string_view header) {
  const auto close = header.rfind('>');
  if (close == std::string_view::npos) return {};
  const auto open = header.rfind('<', close);
  if (open == std::string_view::npos) return {};
  std::string id(header.substr(open, close - open + 1));
  const bool plain =
      id.size() > 2 && id.size() <= kMessageIdBytesMax && std::ranges::all_of(id, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte < 0x7f;
      });
  return plain ? id : std::string();
}

}  // namespace parley::connectors::email
