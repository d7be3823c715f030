#include "connectors/connector.hpp"

#include "connectors/url.hpp"

namespace parley::connectors {

std::string_view Channel::setting(std::string_view name) const {
  const auto found = settings.find(std::string(name));
  return found == settings.end() ? std::string_view() : std::string_view(found->second);
}

const Secret& Channel::secret(std::string_view name) const {
  static const Secret kNone;
  const auto found = secrets.find(std::string(name));
  return found == secrets.end() ? kNone : found->second;
}

namespace {
std::string_view find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const auto& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}
}  // namespace

std::string_view WebhookRequest::header(std::string_view name) const {
  return find_header(headers, name);
}

std::string_view HttpAnswer::header(std::string_view name) const {
  return find_header(headers, name);
}

std::string WebhookRequest::query_value(std::string_view name) const {
  return form_value(query, name);
}

}  // namespace parley::connectors
