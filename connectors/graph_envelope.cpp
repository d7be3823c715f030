#include "connectors/graph_envelope.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/graph_json.hpp"

namespace parley::connectors::graph {
namespace {

constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kChallengeBytesMax = 256;

Error unauthenticated(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

// Only what a challenge is made of is given back: a browser could be lured here.
bool may_echo(std::string_view challenge) {
  return !challenge.empty() && challenge.size() <= kChallengeBytesMax &&
         std::ranges::all_of(challenge, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

std::optional<Result<Reply>> handshake(const WebhookRequest& request, const Channel& channel) {
  if (request.method != "GET") return std::nullopt;
  if (request.query_value("hub.mode") != "subscribe") {
    return unauthenticated("hub.mode is not subscribe");
  }
  const std::string given = request.query_value("hub.verify_token");
  if (!equal_constant_time(given, channel.secret("verify_token").reveal())) {
    return unauthenticated(given.empty() ? "hub.verify_token is missing"
                                         : "hub.verify_token does not match");
  }
  std::string challenge = request.query_value("hub.challenge");
  if (!may_echo(challenge)) return malformed("hub.challenge is not one");
  return Reply{.body = std::move(challenge)};
}

Result<void> authenticate(const WebhookRequest& request, const Channel& channel) {
  const std::string& key = channel.secret("app_secret").reveal();
  // With an empty key everybody could sign.
  if (key.empty()) return unauthenticated("the channel has no app_secret");
  const std::string_view given = request.header("x-hub-signature-256");
  if (given.empty()) return unauthenticated("x-hub-signature-256 is missing");
  const std::string want = std::string(kSignaturePrefix) + to_hex(hmac_sha256(key, request.body));
  if (!equal_constant_time(given, want)) {
    return unauthenticated("x-hub-signature-256 does not match");
  }
  return {};
}

void Batch::add(Incoming incoming) {
  if (!incoming.dedup_key.empty() && !seen_.insert(incoming.dedup_key).second) return;
  parsed_.events.push_back(std::move(incoming));
}

void Batch::fail(const std::string& where, const Error& error) {
  if (parsed_.stopped) return;
  parsed_.stopped = error;
  parsed_.stopped->detail = where + ": " + error.detail;
}

Parsed Batch::take() {
  parsed_.acknowledge_anyway = true;
  return std::move(parsed_);
}

void for_each(const simdjson::dom::object& from, std::string_view key, const std::string& where,
              Batch& batch, const ReadItem& read) {
  simdjson::dom::element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) return;
  simdjson::dom::array list;
  const std::string name = where + std::string(key);
  if (value.get(list) != simdjson::SUCCESS) {
    return batch.fail(name, malformed("not a list"));
  }
  std::size_t index = 0;
  for (const simdjson::dom::element item : list) {
    const std::string place = name + "[" + std::to_string(index++) + "]";
    simdjson::dom::object object;
    if (item.get(object) != simdjson::SUCCESS) {
      batch.fail(place, malformed("not an object"));
      continue;
    }
    read(object, place);
  }
}

Parsed read_entries(std::string_view body, std::string_view object,
                    const std::function<void(const simdjson::dom::object& entry,
                                             const std::string& where, Batch& batch)>& read) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (!parse_object(body, parser, root)) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  Batch batch;
  if (text_in(root, "object") != object) return batch.take();
  for_each(root, "entry", "", batch,
           [&](const simdjson::dom::object& entry, const std::string& where) {
             read(entry, where + ".", batch);
           });
  return batch.take();
}

}  // namespace parley::connectors::graph
