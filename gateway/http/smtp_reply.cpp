#include "gateway/http/smtp_reply.hpp"

#include <algorithm>
#include <utility>

#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

Error no_reply(std::string why) {
  return {.code = Errc::unavailable, .detail = "SMTP: " + std::move(why)};
}

}  // namespace

std::string SmtpReply::text() const {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : " ") + line;
  return out;
}

const std::string* SmtpReply::offer(std::string_view keyword) const {
  for (const auto& line : lines) {
    if (equal_ignoring_case(line.substr(0, line.find(' ')), keyword)) return &line;
  }
  return nullptr;
}

Result<std::optional<SmtpReply>> SmtpReplies::next() {
  for (;;) {
    const auto end = received_.find('\n');
    if (end == std::string::npos ? received_.size() > kLineBytesMax : end > kLineBytesMax) {
      return no_reply("a reply's line is too long");
    }
    if (end == std::string::npos) return std::optional<SmtpReply>();
    std::string line = received_.substr(0, end);
    received_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    const bool numbered =
        line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3,
                                        [](unsigned char c) { return c >= '0' && c <= '9'; });
    if (!numbered || begun_.lines.size() >= kLinesMax) return no_reply("not a reply");
    begun_.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
    begun_.lines.push_back(line.size() > 4 ? line.substr(4) : "");
    if (line.size() == 3 || line[3] != '-') return std::optional(std::exchange(begun_, {}));
  }
}

void SmtpReplies::forget() {
  received_.clear();
  begun_ = {};
}

}  // namespace parley::gateway::http
