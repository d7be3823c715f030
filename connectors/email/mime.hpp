// connectors/email/mime.hpp
// A mail as a tree of parts: RFC 5322 headers, RFC 2045 bodies, RFC 2047 words.
//
// Limits   kMimeDepthMax levels, kMimePartsMax parts, kHeadersMax headers of a part and
//          kHeaderBytesMax bytes of them.
// Errors   malformed: headers that do not end, a multipart without a part, a limit. No error: a
//          charset or encoding nobody knows (its bytes stay), a multipart that lacks its closing
//          boundary (reports quote mails they cut, and its words are there).
// Threads  pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace parley::connectors::email {

inline constexpr std::size_t kMimeDepthMax = 8;
inline constexpr std::size_t kMimePartsMax = 200;
inline constexpr std::size_t kHeadersMax = 500;
inline constexpr std::size_t kHeaderBytesMax = 256 * 1024;

struct MimePart {
  std::vector<std::pair<std::string, std::string>> headers;  // lower case, unfolded
  std::string type = "text/plain";                           // lower case
  std::string charset, filename, form_name;                  // UTF-8
  bool attachment = false;
  std::string body;             // decoded bytes of a leaf; charset as declared
  std::vector<MimePart> parts;  // of a multipart; of message/rfc822 the one inside

  std::string_view header(std::string_view name) const;  // the first; "" if absent
};

Result<MimePart> parse_mime(std::string_view raw);
// A body whose headers came another way (multipart/form-data in an HTTP request). Malformed too
// when its closing boundary is missing.
Result<MimePart> parse_mime_body(std::string_view content_type, std::string_view body);

std::string text_of(const MimePart& part);  // its body as UTF-8

// "=?utf-8?q?caf=C3=A9?=" and bytes of any charset, as UTF-8 without line breaks.
std::string decode_words(std::string_view header);

struct MailAddress {
  std::string name, address;  // address in lower case; "" where there is none
};
std::vector<MailAddress> read_addresses(std::string_view header);

// "Wed, 23 Feb 2022 13:14:10 +0530"; nullopt: no such time.
std::optional<TimePoint> read_mail_date(std::string_view header);

// "<a@b>" out of a header; "" if there is none. Of several the last.
std::string read_message_id(std::string_view header);

}  // namespace parley::connectors::email
