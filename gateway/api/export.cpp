#include "gateway/api/export.hpp"

#include <vector>

#include "base/json_writer.hpp"
#include "conversation/codec.hpp"
#include "gateway/api/timeline.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kRowsMax = 1'000;  // of one kind and person; sends are bounded below it

class ListOf {
 public:
  void add(std::string_view json) {
    if (!text_.empty()) text_ += ',';
    text_ += json;
  }
  std::string member(std::string_view name) const { return json_quote(name) + ":[" + text_ + "]"; }

 private:
  std::string text_;
};

// Rows whose id is "snd_<32 hex>-<seq>": they stand together.
Result<void> add_sends(storage::Store& store, const TenantId& tenant, RowKind kind,
                       const PersonId& person, ListOf& out) {
  auto prefix = place_id("snd", person, 0);
  prefix.pop_back();
  const auto page = store.rows_blocking(tenant, kind, prefix, kRowsMax);
  if (!page) return page.error();
  for (const auto& row : page->rows) {
    if (!row.id.starts_with(prefix)) break;
    out.add(stored_json(row.body));
  }
  return {};
}

Result<void> add_person(storage::Store& store, const TenantId& tenant, const PersonId& person,
                        ListOf& persons, ListOf& sends, ListOf& letters) {
  const auto row = store.state_blocking(tenant, person);
  if (!row) return row.error();
  if (!*row) return {};
  persons.add(stored_json(**row));
  if (auto done = add_sends(store, tenant, RowKind::send, person, sends); !done) return done;
  if (auto done = add_sends(store, tenant, RowKind::dead_letter, person, letters); !done) {
    return done;
  }
  const auto state = from_stored<State>(**row);
  if (!state) return state.error();
  std::size_t count = 0;
  for (const auto& merged : state->merged) {
    if (++count >= kTimelinePersonsMax) break;
    auto done = add_person(store, tenant, merged, persons, sends, letters);
    if (!done) return done;
  }
  return {};
}

Result<void> add_decision(storage::Store& store, const TenantId& tenant, const std::string& json,
                          ListOf& decisions, ListOf& corrections) {
  const auto event = from_json<Event>(json);
  if (!event || !event->decision || event->decision->id.empty()) return {};
  const auto row = store.row_blocking(tenant, RowKind::decision, event->decision->id.value);
  if (!row) return row.error();
  if (*row) decisions.add(stored_json(**row));
  const auto said = store.row_blocking(tenant, RowKind::correction, event->decision->id.value);
  if (!said) return said.error();
  if (*said) corrections.add(stored_json(**said));
  return {};
}

}  // namespace

Result<std::optional<ExportPage>> read_export_blocking(storage::Store& store,
                                                       const TenantId& tenant,
                                                       const PersonId& person,
                                                       std::string_view cursor, std::size_t limit) {
  const auto timeline = read_timeline_blocking(store, tenant, person, cursor, limit);
  if (!timeline) return timeline.error();
  if (!*timeline) return std::optional<ExportPage>();
  ExportPage page{.members = "\"schema\":\"parley.export/1\"", .next = (*timeline)->next};
  if (cursor.empty()) {
    ListOf persons, sends, letters;
    auto done = add_person(store, tenant, person, persons, sends, letters);
    if (!done) return done.error();
    page.members += "," + persons.member("persons") + "," + sends.member("sends") + "," +
                    letters.member("dead_letters");
  }
  ListOf events, decisions, corrections;
  for (const auto& json : (*timeline)->events) {
    events.add(json);
    if (auto done = add_decision(store, tenant, json, decisions, corrections); !done) {
      return done.error();
    }
  }
  page.members += "," + events.member("events") + "," + decisions.member("decisions") + "," +
                  corrections.member("corrections");
  return std::optional<ExportPage>(std::move(page));
}

}  // namespace parley::gateway::api
