// connectors/graph_envelope.hpp
// The outside of a Graph webhook: who may call, and the entries inside.
//
// Auth     GET: hub.verify_token. POST: x-hub-signature-256 = "sha256=" and the hex HMAC-SHA256 of
//          the raw body under `app_secret`. There is no time in it; repeats are told by ids.
// Errors   the body is a batch, and what is refused comes again for days: one bad item does not
//          lose its neighbours, and a batch without a good one is acknowledged all the same.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "connectors/connector.hpp"

namespace simdjson::dom {
class object;
}  // namespace simdjson::dom

namespace parley::connectors::graph {

// nullopt: not a GET.
std::optional<Result<Reply>> handshake(const WebhookRequest& request, const Channel& channel);
Result<void> authenticate(const WebhookRequest& request, const Channel& channel);

// What has been read of one request.
class Batch {
 public:
  void add(Incoming incoming);  // left out if its key was seen in this request
  void fail(const std::string& where, const Error& error);  // the first one is reported
  Parsed take();

 private:
  Parsed parsed_;
  std::set<std::string> seen_;
};

// Calls `read` for each object of the list `key` in `from`; `where` says which it is.
using ReadItem = std::function<void(const simdjson::dom::object& item, const std::string& where)>;
void for_each(const simdjson::dom::object& from, std::string_view key, const std::string& where,
              Batch& batch, const ReadItem& read);

// {"object":`object`,"entry":[...]}: calls `read` for each entry. A body about another kind of
// object is no event.
Parsed read_entries(std::string_view body, std::string_view object,
                    const std::function<void(const simdjson::dom::object& entry,
                                             const std::string& where, Batch& batch)>& read);

}  // namespace parley::connectors::graph
