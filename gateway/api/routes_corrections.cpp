// What people say a turn meant: kept with its decision, listed with the customer's words so that a
// model can learn from it (`parley corrections export`, `parley train --base`).
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "conversation/codec.hpp"
#include "conversation/correction.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/reads.hpp"

namespace parley::gateway::api {
namespace {

// The decision in the path, or the answer that there is none.
struct Found {
  std::optional<Decision> decision = {};
  http::Response otherwise = {};
};

net::awaitable<Found> find_decision(Call& call) {
  if (!parse_place("dec", call.ids[0])) co_return Found{.otherwise = no_such("decision")};
  const auto row = co_await read_row(call, RowKind::decision, call.ids[0]);
  if (!row) co_return Found{.otherwise = problem_of(row.error())};
  if (!*row) co_return Found{.otherwise = no_such("decision")};
  auto decision = from_stored<Decision>(**row);
  if (!decision) {
    co_return Found{.otherwise =
                        problem_of({.code = Errc::unavailable, .detail = "cannot be read"})};
  }
  co_return Found{.decision = std::move(*decision)};
}

// The words of the turn; "" when there were none, or when they were erased.
Result<std::string> text_blocking(storage::Store& store, const TenantId& tenant,
                                  const DecisionId& id) {
  const auto row = store.row_blocking(tenant, RowKind::decision, id.value);
  if (!row) return row.error();
  if (!*row) return std::string();
  const auto decision = from_stored<Decision>(**row);
  if (!decision || decision->turn_seq == 0) return std::string();
  const auto events = store.history_blocking(tenant, decision->person, decision->turn_seq - 1, 1);
  if (!events) return events.error();
  if (events->empty() || events->front().seq != decision->turn_seq) return std::string();
  const auto event = from_stored<Event>(events->front().body);
  return event && event->message ? plain_text(*event->message) : std::string();
}

// What is wrong with an intent; "" if nothing. A tenant with a classifier of its own has labels
// that we do not know.
std::string wrong_intent(const Call& call, const std::string& intent) {
  if (!is_intent_label(intent)) return "expected 1 to 64 of a-z 0-9 _ - .";
  const auto* analyzer = analyzer_of(call);
  if (analyzer == nullptr || call.tenant->classifier) return {};
  const auto known = analyzer->intents();
  if (known.empty() || std::ranges::find(known, intent) != known.end()) return {};
  std::string out = "expected one of ";
  for (const auto& each : known) out += (each == known.front() ? "" : ", ") + each;
  return out;
}

// One label may be said today and the other tomorrow.
Correction merged(const Decision& decision, std::optional<Correction> before) {
  Correction out = before ? std::move(*before) : Correction{};
  out.decision = decision.id;
  out.was_sentiment = decision.inputs.analysis.sentiment;
  out.was_intent = decision.inputs.analysis.intent;
  out.text_kind = decision.inputs.text_kind;
  out.model_version = decision.model_version;
  return out;
}

net::awaitable<http::Response> post_correction(Call& call) {
  Body body(call.request.body);
  const auto sentiment = body.text("sentiment", kLabelBytesMax);
  const auto intent = body.text("intent", kLabelBytesMax);
  if (!sentiment && !intent) body.mistake("sentiment", "is missing; expected it, or intent");
  if (sentiment && !is_sentiment_label(*sentiment)) {
    body.mistake("sentiment", "expected negative, neutral or positive");
  }
  if (intent) {
    if (const auto wrong = wrong_intent(call, *intent); !wrong.empty()) {
      body.mistake("intent", wrong);
    }
  }
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  auto found = co_await find_decision(call);
  if (!found.decision) co_return std::move(found.otherwise);
  const auto text = co_await call.service.read<Result<std::string>>(
      [tenant = call.tenant_id(), id = found.decision->id](storage::Store& store) {
        return text_blocking(store, tenant, id);
      });
  if (!text) co_return problem_of(text.error());
  if (text->empty()) {
    co_return problem_of({.code = Errc::conflict, .detail = "the turn has no text to learn from"});
  }
  const auto row = co_await read_row(call, RowKind::correction, call.ids[0]);
  if (!row) co_return problem_of(row.error());
  std::optional<Correction> before;
  if (*row) {
    if (auto known = parse_stored_correction(**row)) before = std::move(*known);
  }
  Correction correction = merged(*found.decision, std::move(before));
  correction.at = call.service.clock().now();
  correction.actor = call.actor();
  if (sentiment) correction.sentiment = *sentiment;
  if (intent) correction.intent = *intent;
  std::vector<Row> rows = audit_rows(call, found.decision->person);
  rows.push_back(
      {.kind = RowKind::correction, .id = call.ids[0], .body = stored_correction(correction)});
  const auto kept = co_await call.service.put_rows(call.tenant_id(), std::move(rows));
  if (!kept) co_return problem_of(kept.error());
  co_return json(correction_json(correction));
}

net::awaitable<http::Response> delete_correction(Call& call) {
  Body body(call.request.body);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  const auto row = parse_place("dec", call.ids[0])
                       ? co_await read_row(call, RowKind::correction, call.ids[0])
                       : Result<std::optional<std::string>>(std::optional<std::string>());
  if (!row) co_return problem_of(row.error());
  if (!*row) co_return no_such("correction");
  std::vector<Row> rows = audit_rows(call, parse_place("dec", call.ids[0])->person);
  rows.push_back({.kind = RowKind::correction, .id = call.ids[0], .body = {}, .erase = true});
  const auto gone = co_await call.service.put_rows(call.tenant_id(), std::move(rows));
  if (!gone) co_return problem_of(gone.error());
  co_return json("{}");
}

// {"decision_id":...,"conversation_id":...,"text":"..."}; the text is left out where there is none
// any more.
std::string item_json(const Correction& correction, const std::string& text) {
  const auto place = parse_place("dec", correction.decision.value);
  JsonWriter head;
  head.begin_object().member("conversation_id", conversation_of(place->person).value);
  if (!text.empty()) head.member("text", text);
  std::string out = head.take();
  return out + "," + correction_json(correction).substr(1);
}

Result<std::pair<std::string, std::string>> list_blocking(storage::Store& store,
                                                          const TenantId& tenant,
                                                          const std::string& cursor,
                                                          std::size_t limit) {
  const auto page = store.rows_blocking(tenant, RowKind::correction, cursor, limit);
  if (!page) return page.error();
  std::string items;
  for (const auto& row : page->rows) {
    const auto correction = parse_stored_correction(row.body);
    if (!correction) return correction.error();
    const auto text = text_blocking(store, tenant, correction->decision);
    if (!text) return text.error();
    if (!items.empty()) items += ',';
    items += item_json(*correction, *text);
  }
  return std::pair(std::move(items), page->next);
}

net::awaitable<http::Response> get_corrections(Call& call) {
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  auto cursor = open_cursor(call);
  if (!cursor) co_return problem_of(cursor.error());
  using Out = Result<std::pair<std::string, std::string>>;
  const auto page = co_await call.service.read<Out>(
      [tenant = call.tenant_id(), cursor = std::move(*cursor), limit = *limit](
          storage::Store& store) { return list_blocking(store, tenant, cursor, limit); });
  if (!page) co_return problem_of(page.error());
  co_return list_answer("corrections", page->first, seal_cursor(call, page->second));
}

}  // namespace

std::vector<Route> correction_routes() {
  return {
      {"POST", "/v1/decisions/{id}/correction", {"agent"}, post_correction, {}, "decision.correct"},
      {"DELETE",
       "/v1/decisions/{id}/correction",
       {"agent"},
       delete_correction,
       {},
       "decision.uncorrect"},
      {"GET", "/v1/corrections", {"read"}, get_corrections, {"cursor", "limit"}},
  };
}

}  // namespace parley::gateway::api
