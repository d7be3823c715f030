// gateway/http/smtp_reply.hpp
// What a mail server says, taken apart as it comes in.
//
// Source   RFC 5321 section 4.2
// Limits   64 lines of 2 KiB a reply
// Errors   unavailable: not a reply, or past a limit; the connection is of no further use
// Threads  plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::gateway::http {

struct SmtpReply {
  int code = 0;
  std::vector<std::string> lines;  // without code and line end

  std::string text() const;
  // Of an EHLO's reply: the line of this keyword; nullptr if it is not offered.
  const std::string* offer(std::string_view keyword) const;
};

class SmtpReplies {
 public:
  static constexpr std::size_t kLineBytesMax = 2 * 1024;
  static constexpr std::size_t kLinesMax = 64;

  void feed(std::string_view bytes) { received_ += bytes; }
  // nullopt: the next reply is not whole yet.
  Result<std::optional<SmtpReply>> next();
  // What was said in the clear, by whoever, is not to be read as said inside TLS.
  void forget();

 private:
  std::string received_;  // not yet read as lines
  SmtpReply begun_;
};

}  // namespace parley::gateway::http
