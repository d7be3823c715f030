#include "connectors/twilio/trust.hpp"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/crypto.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::twilio {
namespace {

constexpr std::size_t kJsonDepthMax = 16;

bool is_form(const WebhookRequest& request) {
  const auto type = request.header("content-type");
  if (type.starts_with("application/x-www-form-urlencoded")) return true;
  return type.empty() && request.query_value("bodySHA256").empty();
}

Fields json_fields(std::string_view body) {
  Fields out;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), kJsonDepthMax) != simdjson::SUCCESS ||
      parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) {
    return out;
  }
  for (const auto& [key, value] : object) {
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) {
      out.emplace_back(key, text);
    } else if (!value.is_array() && !value.is_object() && !value.is_null()) {
      out.emplace_back(key, simdjson::minify(value));
    }
  }
  return out;
}

// "https://host" and "/path" of a URL; the query is not wanted.
struct Address {
  std::string scheme, host, port, path;
};

Address address_of(std::string_view url) {
  Address out;
  url = url.substr(0, url.find_first_of("?#"));
  const auto host = url.find("://");
  if (host == std::string_view::npos) return out;
  out.scheme = url.substr(0, host);
  url.remove_prefix(host + 3);
  const auto slash = url.find('/');
  auto authority = url.substr(0, slash);
  out.path = slash == std::string_view::npos ? "" : std::string(url.substr(slash));
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    out.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  out.host = authority;
  return out;
}

// The URL as Twilio may have written it: its services differ about the port.
std::vector<std::string> urls_of(const WebhookRequest& request, const Channel& channel) {
  const Address address = address_of(channel.setting("webhook_url"));
  if (address.host.empty()) return {};
  const std::string before = address.scheme + "://" + address.host;
  std::string after = address.path;
  if (!request.query.empty()) after += "?" + std::string(request.query);
  const std::string port = !address.port.empty()       ? address.port
                           : address.scheme == "https" ? "443"
                                                       : "80";
  return {before + after, before + ":" + port + after};
}

Error refused(std::string why) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(why)};
}

bool signed_with(const Secret& token, const std::vector<std::string>& urls, const Fields& fields,
                 std::string_view given) {
  if (token.empty()) return false;
  bool good = false;
  for (const auto& url : urls) {
    good = equal_constant_time(given, sign(token.reveal(), url, fields)) || good;
  }
  return good;
}

}  // namespace

Fields read_fields(const WebhookRequest& request) {
  if (request.method == "GET") return form_decode(request.query);
  return is_form(request) ? form_decode(request.body) : json_fields(request.body);
}

std::string_view field(const Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Fields::value_type::first);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::string sign(std::string_view auth_token, std::string_view url, const Fields& fields) {
  std::map<std::string_view, std::set<std::string_view>> sorted;
  for (const auto& [name, value] : fields) sorted[name].insert(value);
  std::string text(url);
  for (const auto& [name, values] : sorted) {
    for (const auto value : values) {
      text += name;
      text += value;
    }
  }
  return to_base64(hmac_sha1(auth_token, text));
}

Result<void> verify(const WebhookRequest& request, const Channel& channel) {
  const auto given = request.header("x-twilio-signature");
  if (given.empty()) return refused("x-twilio-signature is missing");
  const auto urls = urls_of(request, channel);
  if (urls.empty()) return refused("webhook_url is not set, so no signature can be checked");
  Fields fields;
  if (request.method != "GET") {
    if (is_form(request)) {
      fields = form_decode(request.body);
    } else if (!equal_constant_time(request.query_value("bodySHA256"),
                                    to_hex(sha256(request.body)))) {
      return refused("bodySHA256 does not match the body");
    }
  }
  for (const char* name : {"auth_token", "secondary_auth_token"}) {
    if (signed_with(channel.secret(name), urls, fields, given)) return {};
  }
  return refused("x-twilio-signature does not match");
}

}  // namespace parley::connectors::twilio
