// Any bytes as what we put on the wire, as who a proxy says is calling, and as an address: a head
// of ours ends where we end it, and nobody inside is called a stranger.
#include "gateway/http/wire.hpp"

#include <algorithm>

#include "gateway/http/address_guard.hpp"
#include "gateway/http/forwarded.hpp"
#include "gateway/http/syntax.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::gateway::http {
namespace {

// One empty line, at the end, and no line end that is not one.
void check_head(std::string_view head) {
  fuzz::expect(head.ends_with("\r\n\r\n"), "a head without an end", head);
  fuzz::expect(head.find("\r\n\r\n") == head.size() - 4, "a head that ends too soon", head);
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    if (c == '\r') fuzz::expect(head.substr(i, 2) == "\r\n", "a bare CR", head);
    if (c == '\n') fuzz::expect(i > 0 && head[i - 1] == '\r', "a bare LF", head);
    fuzz::expect(c != '\0', "a zero in a head", head);
  }
}

std::size_t lines_of(std::string_view head) {
  return static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
}

void answer(fuzz::Choices& choices) {
  Response response;
  response.status = static_cast<int>(100 + choices.below(256) * 2);
  response.content_type = choices.line();
  const bool head_only = choices.flag(), keep_alive = choices.flag();
  const auto bare = lines_of(response_head(response, head_only, keep_alive).head);
  response.headers.emplace_back(choices.line(), choices.line());
  const auto written = response_head(response, head_only, keep_alive);
  check_head(written.head);
  fuzz::expect(written.replaced || lines_of(written.head) <= bare + 1, "a field became two",
               written.head);
}

void ask(fuzz::Choices& choices) {
  ClientRequest request;
  request.method = choices.line();
  request.url = choices.line();
  request.headers.emplace_back(choices.line(), choices.line());
  request.body = choices.rest();
  const auto url = parse_client_url(request.url);
  if (!url || url->mail) return;
  if (const auto head = request_head(request, *url)) check_head(*head);
}

void forward(fuzz::Choices& choices) {
  static const TrustedProxies kProxies({"10.0.0.0/8", "2001:db8::1"});
  const TrustedProxies named({std::string(choices.line())});
  Request request;
  request.remote = choices.flag() ? "10.1.2.3" : "192.0.2.1";
  request.headers.emplace_back("x-forwarded-for", choices.line());
  request.headers.emplace_back("x-forwarded-proto", choices.line());
  request.headers.emplace_back("forwarded", choices.line());
  const bool trusted = kProxies.trusts(request.remote);
  kProxies.apply(request);
  fuzz::expect(trusted || request.remote == "192.0.2.1", "a stranger was believed", request.remote);
  fuzz::expect(classify_address(request.remote) != AddressKind::invalid, "no address",
               request.remote);
  named.apply(request);
}

void classify(std::string_view text) {
  const auto kind = classify_address(text);
  to_string(kind);
  fuzz::expect(!may_connect(AddressKind::metadata, true), "credentials within reach", text);
  is_token(text);
  is_field_value(text);
  is_origin_target(text);
  is_host(text);
  list_has(text, "chunked");
  fuzz::expect(equal_ignoring_case(text, to_lower(text)), "lower case is another", text);
}

}  // namespace

PARLEY_FUZZ_TARGET(wire) {
  fuzz::Choices choices(bytes);
  switch (choices.below(4)) {
    case 0:
      return answer(choices);
    case 1:
      return ask(choices);
    case 2:
      return forward(choices);
    default:
      classify(choices.rest());
  }
}

}  // namespace parley::gateway::http
