// Any bytes as what a mail server says, and as a mail we hand it: what the replies are must not
// depend on how they were cut, and no mail holds the end of another.
#include "gateway/http/client_smtp.hpp"
#include "gateway/http/smtp_reply.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::gateway::http {
namespace {

// The codes and words of all replies; ends with "!" at what is none.
std::string replies_in(std::string_view bytes, std::size_t piece) {
  SmtpReplies replies;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    replies.feed(bytes.substr(at, piece));
    for (;;) {
      const auto next = replies.next();
      if (!next) return out + "!";
      if (!*next) break;
      fuzz::expect((*next)->lines.size() <= SmtpReplies::kLinesMax, "a reply too long", bytes);
      out += std::to_string((*next)->code) + (*next)->text() + '\n';
      (*next)->offer("AUTH");
    }
  }
  return out;
}

}  // namespace

PARLEY_FUZZ_TARGET(smtp) {
  fuzz::expect(replies_in(bytes, bytes.size() + 1) == replies_in(bytes, 1), "others when cut",
               bytes);
  const std::string data = mail_data(bytes);
  fuzz::expect(data.ends_with(".\r\n"), "a mail without an end", bytes);
  fuzz::expect(data.find("\r\n.\r\n") >= data.size() - 5, "a mail that ends too soon", bytes);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const bool cr = data[i] == '\r', lf = data[i] == '\n';
    if (cr) fuzz::expect(i + 1 < data.size() && data[i + 1] == '\n', "a bare CR", bytes);
    if (lf) fuzz::expect(i > 0 && data[i - 1] == '\r', "a bare LF", bytes);
  }
}

}  // namespace parley::gateway::http
