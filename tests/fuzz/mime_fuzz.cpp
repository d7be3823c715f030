// Any bytes as a mail, as a form, as a mail's words and as single headers.
#include "connectors/email/mime.hpp"

#include "connectors/email/encoding.hpp"
#include "connectors/email/words.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::connectors::email {
namespace {

std::size_t check(const MimePart& part, std::size_t depth) {
  fuzz::expect(depth <= kMimeDepthMax, "deeper than allowed", part.type);
  fuzz::expect_utf8(text_of(part), "text that is no UTF-8");
  fuzz::expect_utf8(part.filename, "a file's name that is no UTF-8");
  fuzz::expect_utf8(part.form_name, "a field's name that is no UTF-8");
  std::size_t count = 1;
  for (const auto& inner : part.parts) count += check(inner, depth + 1);
  return count;
}

void check_headers(std::string_view bytes) {
  const std::string words = decode_words(bytes);
  fuzz::expect_utf8(words, "words that are no UTF-8");
  const std::string encoded = encoded_words(words);
  fuzz::expect(
      encoded.find("\n") == std::string::npos || encoded.find("\r\n ") != std::string::npos,
      "a header that does not end at its line", encoded);
  for (const auto& one : read_addresses(bytes)) {
    fuzz::expect_utf8(one.address, "an address that is no UTF-8");
    fuzz::expect(one.address.find_first_of("\r\n <>") == std::string::npos,
                 "an address that ends a command", one.address);
  }
  const auto id = read_message_id(bytes);
  fuzz::expect(id.find_first_of("\r\n ") == std::string::npos, "an id that ends a line", id);
  read_mail_date(bytes);
}

}  // namespace

PARLEY_FUZZ_TARGET(mime) {
  fuzz::Choices choices(bytes);
  const auto what = choices.below(4);
  const auto rest = choices.rest();
  const auto mail =
      what == 0 ? parse_mime(rest) : parse_mime_body("multipart/form-data; boundary=b", rest);
  if (mail) fuzz::expect(check(*mail, 0) <= kMimePartsMax, "more parts than allowed", rest);
  if (what == 2) text_of_html(rest);
  if (what == 2) without_quotes(rest);
  if (what == 3) check_headers(rest);
}

}  // namespace parley::connectors::email
