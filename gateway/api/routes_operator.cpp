// What operators and integrations look at: channels, decisions, dead letters, media, the audit log.
#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/reads.hpp"
#include "routing/decide.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr Milliseconds kMediaUrlLifetime{3'600'000};

std::string_view to_text(connectors::Maturity maturity) {
  switch (maturity) {
    case connectors::Maturity::wip:
      return "wip";
    case connectors::Maturity::alpha:
      return "alpha";
    case connectors::Maturity::stable:
      return "stable";
  }
  return "?";
}

net::awaitable<http::Response> get_channels(Call& call) {
  JsonWriter out;
  out.begin_object().key("channels").begin_array();
  for (const auto& [id, channel] : call.tenant->channels) {
    out.begin_object()
        .member("id", id.value)
        .member("platform", channel.platform)
        .member("account", call.tenant->policy->channels.at(id).account)
        .member("maturity", to_text(call.tenant->entries.at(id)->maturity))
        .member("webhook", "/webhooks/" + call.tenant_id().value + "/" + id.value)
        .end_object();
  }
  out.end_array().end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> get_capabilities(Call& call) {
  const auto entry = call.tenant->entries.find({call.ids[0]});
  if (entry == call.tenant->entries.end()) co_return no_such("channel");
  co_return json(to_json(entry->second->connector->capabilities()));
}

// The stored record with one member more: what it means, in a sentence.
net::awaitable<http::Response> get_decision(Call& call) {
  const auto lang = query_value(call, "lang").value_or("en");
  if (lang != "en" && lang != "zh") co_return bad_request("lang: expected en or zh");
  if (!parse_place("dec", call.ids[0])) co_return no_such("decision");
  const auto row = co_await read_row(call, RowKind::decision, call.ids[0]);
  if (!row) co_return problem_of(row.error());
  if (!*row) co_return no_such("decision");
  const auto decision = from_stored<Decision>(**row);
  if (!decision) co_return problem_of({.code = Errc::unavailable, .detail = "cannot be read"});
  auto body = "{\"explanation\":" + json_quote(routing::explain(*decision, lang)) + ",";
  body += stored_json(**row).substr(1);
  co_return json(std::move(body));
}

// Rows of one kind, as they are stored.
net::awaitable<http::Response> list_rows(Call& call, RowKind kind, std::string_view name) {
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  auto cursor = open_cursor(call);
  if (!cursor) co_return problem_of(cursor.error());
  const auto page = co_await call.service.read<Result<storage::Page>>(
      [tenant = call.tenant_id(), kind, cursor = std::move(*cursor), limit = *limit](
          storage::Store& store) { return store.rows_blocking(tenant, kind, cursor, limit); });
  if (!page) co_return problem_of(page.error());
  std::string items;
  for (const auto& row : page->rows) {
    if (!items.empty()) items += ',';
    items += "{\"id\":" + json_quote(row.id) + ",";
    items += stored_json(row.body).substr(1);
  }
  co_return list_answer(name, items, seal_cursor(call, page->next));
}

net::awaitable<http::Response> get_dead_letters(Call& call) {
  return list_rows(call, RowKind::dead_letter, "dead_letters");
}

net::awaitable<http::Response> get_audit(Call& call) {
  return list_rows(call, RowKind::audit, "entries");
}

net::awaitable<http::Response> get_dead_letter(Call& call) {
  const auto row = co_await read_row(call, RowKind::dead_letter, call.ids[0]);
  if (!row) co_return problem_of(row.error());
  if (!*row) co_return no_such("dead letter");
  co_return json("{\"id\":" + json_quote(call.ids[0]) + "," +
                 std::string(stored_json(**row).substr(1)));
}

net::awaitable<http::Response> replay_dead_letter(Call& call) {
  Body body(call.request.body);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  const auto row = co_await read_row(call, RowKind::dead_letter, call.ids[0]);
  if (!row) co_return problem_of(row.error());
  if (!*row) co_return no_such("dead letter");
  auto letter = from_stored<DeadLetter>(**row);
  if (!letter) co_return problem_of({.code = Errc::unavailable, .detail = "cannot be read"});
  const auto person = letter->send.person;
  routing::Command command =
      routing::ReplaySend{.letter = std::move(*letter), .actor = call.actor()};
  co_return conversation_answer(co_await call.service.execute(
      call.tenant_id(), person, std::move(command), call.rows(person)));
}

void write_media(JsonWriter& out, const Call& call, const Media& media) {
  const auto expires_at = call.service.clock().now() + kMediaUrlLifetime;
  out.begin_object()
      .member("media_id", media.media_id)
      .member("type", part_type(Part(media)))
      .member("mime", media.mime)
      .member("name", media.name)
      .member("size_bytes", media.size_bytes)
      .member("url", call.service.media_url(*call.tenant, {media.media_id}, kMediaUrlLifetime))
      .member("expires_at", format_time(expires_at))
      .end_object();
}

net::awaitable<http::Response> post_media(Call& call) {
  if (call.request.body.empty()) co_return bad_request("the body is empty; expected a file");
  const auto name = query_value(call, "name").value_or("");
  if (name.size() > kNameBytesMax) co_return bad_request("name: is too long");
  std::string mime(call.request.header("content-type"));
  if (mime.empty()) co_return bad_request("Content-Type: is missing; expected the file's type");
  const auto media = co_await call.service.store_media(
      call.tenant_id(), std::move(call.request.body), std::move(mime), name);
  if (!media) co_return problem_of(media.error());
  JsonWriter out;
  write_media(out, call, *media);
  co_return json(out.take(), 201);
}

net::awaitable<http::Response> get_media(Call& call) {
  const auto media = co_await call.service.load_media(call.tenant_id(), {call.ids[0]});
  if (!media) {
    if (media.error().code == Errc::not_found || media.error().code == Errc::malformed) {
      co_return no_such("media");
    }
    co_return problem_of(media.error());
  }
  JsonWriter out;
  write_media(out, call, media->first);
  co_return json(out.take());
}

}  // namespace

std::vector<Route> operator_routes() {
  const std::vector<std::string_view> read = {"read"}, admin = {"admin"};
  return {
      {"GET", "/v1/channels", read, get_channels},
      {"GET", "/v1/channels/{id}/capabilities", read, get_capabilities},
      {"GET", "/v1/decisions/{id}", read, get_decision, {"lang"}},
      {"GET", "/v1/dead-letters", admin, get_dead_letters, {"cursor", "limit"}},
      {"GET", "/v1/dead-letters/{id}", admin, get_dead_letter},
      {"POST", "/v1/dead-letters/{id}/replay", admin, replay_dead_letter, {}, "dead_letter.replay"},
      {"POST", "/v1/media", {"messages", "agent"}, post_media, {"name"}, "", false},
      {"GET", "/v1/media/{id}", read, get_media},
      {"GET", "/v1/audit", admin, get_audit, {"cursor", "limit"}},
  };
}

}  // namespace parley::gateway::api
