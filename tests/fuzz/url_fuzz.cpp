// Any bytes as a URL, a query and a form.
#include "connectors/url.hpp"
#include "gateway/http/client_url.hpp"
#include "tests/fuzz/target.hpp"

namespace parley {

PARLEY_FUZZ_TARGET(url) {
  const std::string text(bytes);
  fuzz::expect(connectors::percent_decode(connectors::percent_encode(text)) == text,
               "percent coding does not come back", bytes);
  const auto fields = connectors::form_decode(bytes);
  fuzz::expect(connectors::form_decode(connectors::form_encode(fields)) == fields,
               "a form does not come back", bytes);
  for (const auto& [name, value] : fields) {
    fuzz::expect_utf8(name, "a field's name that is no UTF-8");
    fuzz::expect_utf8(value, "a field that is no UTF-8");
  }
  const auto url = gateway::http::parse_client_url(bytes);
  if (!url) return;
  for (const char c : url->host + url->target) {
    fuzz::expect(static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f,
                 "a character that ends a line or a field", bytes);
  }
  fuzz::expect(!url->host.empty() && url->port != 0, "a URL that leads nowhere", bytes);
  if (url->mail) return;
  const auto again = gateway::http::parse_client_url((url->secure ? "https://" : "http://") +
                                                     url->authority() + url->target);
  fuzz::expect(
      again && again->host == url->host && again->port == url->port && again->target == url->target,
      "a URL does not come back", bytes);
}

}  // namespace parley
