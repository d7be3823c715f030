// Persons: profile, merges, their life across channels, and its export and erasure.
#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/erase.hpp"
#include "gateway/api/export.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/reads.hpp"
#include "gateway/api/timeline.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kReasonBytesMax = 1'024;

net::awaitable<http::Response> find_persons(Call& call) {
  const auto user = query_value(call, "external_user");
  if (!user || user->empty()) {
    co_return bad_request("external_user: is missing; persons are found by the tenant's user id");
  }
  const auto person = co_await read_external_user(call, *user);
  if (!person) co_return problem_of(person.error());
  JsonWriter out;
  out.begin_object().key("persons").begin_array();
  if (*person) {
    const auto state = co_await read_state(call, **person);
    if (!state) co_return problem_of(state.error());
    if (*state) write_person(out, **state);
  }
  out.end_array().end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> get_person(Call& call) {
  const auto person = person_in_path(call.ids[0]);
  if (!person) co_return no_such("person");
  const auto state = co_await read_state(call, *person);
  if (!state) co_return problem_of(state.error());
  if (!*state) co_return no_such("person");
  JsonWriter out;
  write_person(out, **state);
  co_return json(out.take());
}

net::awaitable<http::Response> execute(Call& call, const PersonId& person,
                                       routing::Command command) {
  const auto outcome = co_await call.service.execute(call.tenant_id(), person, std::move(command),
                                                     call.rows(person));
  if (!outcome && outcome.error().code == Errc::not_found) co_return no_such("person");
  co_return person_answer(outcome);
}

net::awaitable<http::Response> patch_person(Call& call) {
  const auto person = person_in_path(call.ids[0]);
  if (!person) co_return no_such("person");
  Body body(call.request.body);
  routing::UpdateProfile update{.actor = call.actor(),
                                .attributes = {},
                                .erase = {},
                                .display_name = body.text("display_name", kNameBytesMax),
                                .language = body.text("language", 35),
                                .external_user = body.text("external_user", kNameBytesMax)};
  update.attributes = body.attributes("attributes", update.erase);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  co_return co_await execute(call, *person, std::move(update));
}

net::awaitable<http::Response> post_merge(Call& call) {
  const auto person = person_in_path(call.ids[0]);
  if (!person) co_return no_such("person");
  Body body(call.request.body);
  const auto into = body.required_text("into", 64);
  const auto reason = body.text("reason", kReasonBytesMax).value_or("merged by hand");
  const auto survivor = person_in_path(into);
  if (survivor && *survivor == *person) body.mistake("into", "expected another person");
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  if (!survivor) co_return no_such("person");
  const auto state = co_await read_state(call, *survivor);
  if (!state) co_return problem_of(state.error());
  if (!*state) co_return no_such("person");
  co_return co_await execute(
      call, *person,
      routing::MergeInto{.survivor = *survivor, .actor = call.actor(), .reason = reason});
}

net::awaitable<http::Response> post_unmerge(Call& call) {
  const auto person = person_in_path(call.ids[0]);
  if (!person) co_return no_such("person");
  Body body(call.request.body);
  const auto reason = body.text("reason", kReasonBytesMax).value_or("separated by hand");
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  routing::UnmergeFrom unmerge;
  unmerge.actor = call.actor();
  unmerge.reason = reason;
  co_return co_await execute(call, *person, std::move(unmerge));
}

net::awaitable<http::Response> get_timeline(Call& call) {
  const auto person = person_in_path(call.ids[0]);
  if (!person) co_return no_such("person");
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  auto cursor = open_cursor(call);
  if (!cursor) co_return problem_of(cursor.error());
  const auto page = co_await call.service.read<Result<std::optional<TimelinePage>>>(
      [tenant = call.tenant_id(), person = *person, cursor = std::move(*cursor),
       limit = *limit](storage::Store& store) {
        return read_timeline_blocking(store, tenant, person, cursor, limit);
      });
  if (!page) co_return problem_of(page.error());
  if (!*page) co_return no_such("person");
  std::string items;
  for (const auto& event : (*page)->events) {
    if (!items.empty()) items += ',';
    items += event;
  }
  co_return list_answer("events", items, seal_cursor(call, (*page)->next));
}

net::awaitable<http::Response> delete_person(Call& call) {
  const auto person = person_in_path(call.ids[0]);
  if (!person) co_return no_such("person");
  Body body(call.request.body);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  auto work =
      erase_person(call.service, call.tenant_id(), *person, call.actor(), call.rows(*person));
  const auto erased = co_await std::move(work);
  if (!erased && erased.error().code == Errc::not_found) co_return no_such("person");
  if (!erased) co_return problem_of(erased.error());
  JsonWriter out;
  out.begin_object()
      .member("id", person->value)
      .member("erased", true)
      .member("events", erased->events)
      .member("rows", erased->rows)
      .member("media", erased->media)
      .end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> get_export(Call& call) {
  const auto person = person_in_path(call.ids[0]);
  if (!person) co_return no_such("person");
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  auto cursor = open_cursor(call);
  if (!cursor) co_return problem_of(cursor.error());
  const bool first = cursor->empty();
  auto page = co_await call.service.read<Result<std::optional<ExportPage>>>(
      [tenant = call.tenant_id(), person = *person, cursor = std::move(*cursor),
       limit = *limit](storage::Store& store) {
        return read_export_blocking(store, tenant, person, cursor, limit);
      });
  if (!page) co_return problem_of(page.error());
  if (!*page) co_return no_such("person");
  if (first) {  // who took it away is kept before it is given
    auto kept = co_await call.service.put_rows(call.tenant_id(), call.rows(*person));
    if (!kept) co_return problem_of(kept.error());
  }
  auto body = std::move((*page)->members);
  const auto next = seal_cursor(call, (*page)->next);
  if (!next.empty()) body += ",\"next\":" + json_quote(next);
  co_return json("{" + body + "}");
}

}  // namespace

std::vector<Route> person_routes() {
  const std::vector<std::string_view> read = {"read"}, agent = {"agent"}, admin = {"admin"};
  return {
      {"GET", "/v1/persons", read, find_persons, {"external_user"}},
      {"GET", "/v1/persons/{id}", read, get_person},
      {"PATCH", "/v1/persons/{id}", admin, patch_person, {}, "person.update"},
      {"DELETE", "/v1/persons/{id}", admin, delete_person, {}, "person.erase"},
      {"GET", "/v1/persons/{id}/export", admin, get_export, {"cursor", "limit"}, "person.export"},
      {"POST", "/v1/persons/{id}/merge", agent, post_merge, {}, "person.merge"},
      {"POST", "/v1/persons/{id}/unmerge", agent, post_unmerge, {}, "person.unmerge"},
      {"GET", "/v1/persons/{id}/timeline", read, get_timeline, {"cursor", "limit"}},
  };
}

}  // namespace parley::gateway::api
