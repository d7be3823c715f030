// What the tenant's own systems know of its customers, many at a time: one bad entry does not lose
// the others, and doing it again changes nothing. Of whom never came yet it is kept for their
// first turn.
#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/reads.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kBatchMax = 500;
constexpr std::size_t kNameBytesMax = 256;

struct Entry {
  std::string external_user;
  routing::UpdateProfile update;
};

Result<Entry> read_entry(const std::string& json, const Call& call) {
  Body body(json);
  Entry entry{.external_user = body.required_text("external_user", kNameBytesMax),
              .update = {.actor = call.actor(), .attributes = {}}};
  entry.update.display_name = body.text("display_name", kNameBytesMax);
  entry.update.language = body.text("language", 35);
  entry.update.attributes = body.attributes("attributes", entry.update.erase);
  if (const auto wrong = body.wrong(); !wrong.empty()) {
    return Error{.code = Errc::malformed, .detail = wrong};
  }
  if (entry.update.attributes.size() > routing::kAttributesMax) {
    return Error{
        .code = Errc::malformed,
        .detail = "attributes: expected at most " + std::to_string(routing::kAttributesMax)};
  }
  return entry;
}

// For somebody who never came: merged with what was said of them before.
net::awaitable<Result<void>> keep(Call& call, const Entry& entry) {
  const auto row = co_await read_row(call, RowKind::profile, entry.external_user);
  if (!row) co_return row.error();
  Profile known;
  if (*row) {
    if (auto before = parse_profile(stored_json(**row))) known = std::move(*before);
  }
  for (const auto& name : entry.update.erase) known.attributes.erase(name);
  for (const auto& [name, value] : entry.update.attributes) known.attributes[name] = value;
  if (entry.update.display_name) known.display_name = *entry.update.display_name;
  if (entry.update.language) known.language = *entry.update.language;
  if (known.attributes.size() > routing::kAttributesMax) {
    co_return Error{.code = Errc::overloaded,
                    .detail = std::to_string(known.attributes.size()) +
                              " attributes; expected at most " +
                              std::to_string(routing::kAttributesMax)};
  }
  std::vector<Row> rows{{.kind = RowKind::profile,
                         .id = entry.external_user,
                         .body = std::string(1, kStoredVersion) + profile_json(known)}};
  for (Row& entry_row : audit_rows(call, {})) rows.push_back(std::move(entry_row));
  co_return co_await call.service.put_rows(call.tenant_id(), std::move(rows));
}

// "updated" or "kept".
net::awaitable<Result<std::string_view>> upsert(Call& call, Entry entry) {
  const auto person = co_await read_external_user(call, entry.external_user);
  if (!person) co_return person.error();
  if (!*person) {
    const auto kept = co_await keep(call, entry);
    if (!kept) co_return kept.error();
    co_return std::string_view("kept");
  }
  std::vector<Row> rows = audit_rows(call, **person);
  routing::Command command = std::move(entry.update);
  const auto outcome = co_await call.service.execute(call.tenant_id(), **person, std::move(command),
                                                     std::move(rows));
  if (!outcome) co_return outcome.error();
  co_return std::string_view("updated");
}

net::awaitable<http::Response> post_batch(Call& call) {
  Body body(call.request.body);
  const auto entries = body.raw_elements("persons", kBatchMax);
  if (entries.empty()) body.mistake("persons", "expected 1 to 500 customers");
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  std::uint64_t updated = 0, kept = 0, failed = 0;
  JsonWriter results;
  results.begin_array();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto entry = read_entry(entries[i], call);
    results.begin_object().member("index", static_cast<std::uint64_t>(i));
    if (entry) results.member("external_user", entry->external_user);
    const auto done =
        entry ? co_await upsert(call, std::move(*entry)) : Result<std::string_view>(entry.error());
    if (done) {
      (*done == "kept" ? kept : updated) += 1;
      results.member("status", *done).end_object();
      continue;
    }
    ++failed;
    results.member("status", "failed").member("error", done.error().detail).end_object();
  }
  results.end_array();
  JsonWriter out;
  out.begin_object()
      .member("updated", updated)
      .member("kept", kept)
      .member("failed", failed)
      .key("results")
      .raw(results.take())
      .end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> get_segments(Call& call) {
  JsonWriter out;
  out.begin_object().key("segments").begin_array();
  for (const auto& segment : call.tenant->policy->segments) {
    out.begin_object().member("name", segment.name).key("strategy").begin_object();
    for (const auto& [name, text] : segment.strategy) out.member(name, text);
    out.end_object().end_object();
  }
  out.end_array().end_object();
  co_return json(out.take());
}

}  // namespace

std::vector<Route> profile_routes() {
  return {
      {"POST", "/v1/persons/batch", {"admin"}, post_batch, {}, "person.update"},
      {"GET", "/v1/segments", {"read"}, get_segments},
  };
}

}  // namespace parley::gateway::api
