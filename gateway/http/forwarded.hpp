// gateway/http/forwarded.hpp
// Who is calling when a proxy of ours stands in front. From anybody else the forwarding headers are
// a stranger's claim: they are taken out of the request.
//
// Threads  immutable after construction; any.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"

namespace parley::gateway::http {

class TrustedProxies {
 public:
  // Addresses or prefixes ("10.0.0.0/8", "2001:db8::1"); what is neither is ignored.
  explicit TrustedProxies(const std::vector<std::string>& ranges);
  bool trusts(std::string_view address) const;
  // Sets `remote` (and `secure`) from X-Forwarded-For and -Proto when `remote` is trusted; takes
  // the forwarding headers away when it is not.
  void apply(Request& request) const;

 private:
  struct Range {
    std::array<unsigned char, 16> address;
    int bits;
  };
  std::vector<Range> ranges_;
};

}  // namespace parley::gateway::http
