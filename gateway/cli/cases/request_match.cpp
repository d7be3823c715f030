#include "gateway/cli/cases/request_match.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

#include "connectors/url.hpp"
#include "gateway/cli/cases/cut_text.hpp"

namespace parley::gateway::cli {
namespace {

using connectors::HttpCall;

// "path" and "query" of a URL.
std::pair<std::string, std::string> split_url(const std::string& url) {
  const auto host = url.find("://");
  auto path =
      host == std::string::npos ? url : url.substr(std::min(url.find('/', host + 3), url.size()));
  const auto question = path.find('?');
  if (question == std::string::npos) return {path, ""};
  return {path.substr(0, question), path.substr(question + 1)};
}

using Multi = std::map<std::string, std::vector<std::string>>;

// An empty field says as much as none.
Multi fields_of(std::string_view form) {
  Multi out;
  while (!form.empty()) {
    const auto end = form.find('&');
    const auto field = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    auto value = connectors::percent_decode(field.substr(equals + 1));
    if (value.empty()) continue;
    out[connectors::percent_decode(field.substr(0, equals))].push_back(std::move(value));
  }
  return out;
}

Multi fields_of(const Json& want) {
  Multi out;
  for (const auto& [name, values] : want.members) {
    for (const auto& value : values.items) {
      if (!value.text.empty()) out[name].push_back(value.text);
    }
    if (values.is_text() && !values.text.empty()) out[name].push_back(values.text);
  }
  return out;
}

// Values that are JSON compare as JSON: the order of members means nothing.
bool same_value(const std::string& want, const std::string& got) {
  if (want == got) return true;
  if (!want.starts_with('{') && !want.starts_with('[')) return false;
  const auto a = Json::parse(want), b = Json::parse(got);
  return a && b && *a == *b;
}

// Likewise for JSON that travels as a text inside JSON.
bool same_json(const Json& want, const Json& got) {
  if (want.is_text() && got.is_text()) return same_value(want.text, got.text);
  if (want.is_array() && got.is_array()) {
    return std::ranges::equal(want.items, got.items, same_json);
  }
  if (!want.is_object() || !got.is_object()) return want == got;
  return want.members.size() == got.members.size() &&
         std::ranges::all_of(want.members, [&](const auto& member) {
           return got.has(member.name) && same_json(member.value, got[member.name]);
         });
}

// What a peer's tests have everywhere and no case explains: the server its media lie on, and its id
// of the message, in whose place an id of ours stands.
constexpr std::string_view kServerMark = "{{ SERVER_URL }}";
constexpr std::string_view kServerMeant = "https://localhost";
constexpr std::string_view kMessageId = "0191e180-7d60-7000-aded-7d8b151cbd5b";

std::string meant(std::string text) {
  const auto at = text.find(kServerMark);
  return at == std::string::npos ? text : text.replace(at, kServerMark.size(), kServerMeant);
}

Json meant(Json value) {
  value.text = meant(std::move(value.text));
  for (auto& item : value.items) item = meant(std::move(item));
  for (auto& member : value.members) member.value = meant(std::move(member.value));
  return value;
}

bool same_field(const std::string& want, const std::string& got) {
  return (want == kMessageId && !got.empty()) || same_value(want, got);
}

bool same_values(const std::vector<std::string>& want, const std::vector<std::string>& got) {
  return std::ranges::equal(want, got, same_field);
}

std::string shown(const std::vector<std::string>& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : " | ") + value;
  return values.empty() ? "none" : out;
}

void match_fields(const Multi& want, const Multi& got, bool exactly, const std::string& where,
                  Verdict& verdict) {
  static const std::vector<std::string> kNone;
  for (const auto& [name, values] : want) {
    const auto found = got.find(name);
    const auto& have = found == got.end() ? kNone : found->second;
    if (!same_values(values, have)) verdict.differ(where + " " + name, shown(values), shown(have));
  }
  if (!exactly) return;
  for (const auto& [name, values] : got) {
    if (!want.contains(name)) verdict.differ(where + " " + name, "none", shown(values));
  }
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return text;
}

std::string header_of(const HttpCall& call, const std::string& name) {
  if (name == "content-type") return call.content_type;
  for (const auto& [key, value] : call.headers) {
    if (lower(key) == name) return value;
  }
  return {};
}

void match_headers(const Json& want, const HttpCall& call, const std::string& where,
                   Verdict& verdict) {
  for (const auto& [key, value] : want.members) {
    const std::string name = lower(key);
    std::string got = header_of(call, name);
    // Parameters such as the charset say nothing the platform needs.
    if (name == "content-type") got.resize(std::min(got.find(';'), got.size()));
    const std::string wanted =
        value.is_array() && !value.items.empty() ? value.items.front().text : value.text;
    if (got != wanted)
      verdict.differ(where + " header " + name, wanted, got.empty() ? "none" : got);
  }
}

// `cut`: the case's text is cut at another place, which has been compared.
void match_body(const Json& want, const HttpCall& call, bool cut, const std::string& where,
                Verdict& verdict) {
  if (want.has("json")) {
    if (cut) return;
    const auto got = Json::parse(call.body);
    if (!got || !same_json(meant(want["json"]), *got)) {
      verdict.differ(where + " JSON", want["json"].dump(), call.body);
    }
  } else if (want.has("form")) {
    match_fields(fields_of(want["form"]), fields_of(call.body), true, where + " field", verdict);
  } else if (want["body"].is_text() && !same_value(want["body"].text, call.body)) {
    verdict.differ(where + " body", want["body"].text, call.body);
  }
  if (want.has("form_contains")) {
    match_fields(fields_of(want["form_contains"]), fields_of(call.body), false, where + " field",
                 verdict);
  }
  const Json& without = want["body_must_not_contain"];
  if (without.is_text() && call.body.find(without.text) != std::string::npos) {
    verdict.differ(where + " body", "nothing like " + without.text, call.body);
  }
  const Json& with = want["body_contains"];
  if (with.is_text() && call.body.find(with.text) == std::string::npos) {
    verdict.differ(where + " body", "to contain " + with.text, call.body);
  }
}

// Which version of an API is called is ours to choose: "/v25.0/x" is "/x".
std::string without_version(const std::string& path) {
  if (!path.starts_with("/v")) return path;
  const auto slash = path.find('/', 1);
  const auto version = path.substr(2, slash == std::string::npos ? slash : slash - 2);
  const bool is_one = slash != std::string::npos && version.contains('.') &&
                      version.find_first_not_of("0123456789.") == std::string::npos;
  return is_one ? path.substr(slash) : path;
}

void match_request(const Json& want, const HttpCall& call, bool cut, const std::string& where,
                   Verdict& verdict) {
  const auto [path, query] = split_url(call.url);
  const std::string method = want.text_or("method", call.method);
  if (method != call.method) verdict.differ(where + " method", method, call.method);
  const std::string wanted_path = want.text_or("path", path);
  if (wanted_path != path && wanted_path != without_version(path)) {
    verdict.differ(where + " path", wanted_path, path);
  }
  match_fields(fields_of(want["query"]), fields_of(query), false, where + " query", verdict);
  match_headers(want["headers"], call, where, verdict);
  match_body(want, call, cut, where, verdict);
  static const std::set<std::string> kKnown = {
      "method",        "path",          "query",
      "headers",       "json",          "body",
      "form",          "form_contains", "body_must_not_contain",
      "body_contains", "alternative"};
  for (const auto& member : want.members) {
    if (!kKnown.contains(member.name)) verdict.not_compared.insert("request " + member.name);
  }
}

// A request of which only the method is said stands for what the peer does to get at a file's
// bytes: any one call, or none where the platform fetches the file itself.
bool is_bare(const Json& request) {
  return std::ranges::all_of(request.members,
                             [](const auto& member) { return member.name == "method"; });
}

}  // namespace

void match_requests(const Json& want, const std::vector<HttpCall>& asked, Verdict& verdict) {
  if (!want.is_array()) return;
  const auto named =
      static_cast<std::size_t>(std::ranges::count_if(want.items, std::not_fn(is_bare)));
  if (asked.size() < named || asked.size() > want.items.size()) {
    std::string got = std::to_string(asked.size());
    for (const auto& call : asked) got += " " + call.method + " " + split_url(call.url).first;
    verdict.differ("requests", std::to_string(want.items.size()), got);
  }
  const bool cut = differ_only_in_cuts(want, asked);
  std::size_t spare = asked.size() > named ? asked.size() - named : 0;
  std::size_t at = 0;
  for (const auto& one : want.items) {
    if (at == asked.size()) break;
    if (!is_bare(one)) {
      match_request(one, asked[at], cut, "request " + std::to_string(at + 1), verdict);
      ++at;
    } else if (spare > 0) {
      --spare;
      ++at;
    }
  }
}

}  // namespace parley::gateway::cli
