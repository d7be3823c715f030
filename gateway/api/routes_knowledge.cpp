// What the embedded bots know: written by one person, released by another; and what they were asked
// in vain.
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "connectors/url.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/reads.hpp"
#include "gateway/pipeline/knowledge.hpp"

namespace parley::gateway::api {
namespace {

using bots::KnowledgeEntry;

constexpr std::int64_t kVersionMax = std::int64_t{1} << 53;
constexpr std::size_t kGroupsMax = 200;

// These are addresses below /v1/knowledge.
bool is_reserved(std::string_view id) { return id == "export" || id == "import"; }

std::optional<std::string> key_in_path(const Call& call) {
  std::string key = connectors::percent_decode(call.ids[0]);
  if (!bots::name_from(key)) return std::nullopt;
  return key;
}

// To be committed with the change. What is stored under an Idempotency-Key is its answer only: a
// step that is asked for twice is refused by the entry's version.
std::vector<Row> audit_rows(const Call& call) {
  auto rows = call.rows({});
  std::erase_if(rows, [](const Row& row) { return row.kind != RowKind::audit; });
  return rows;
}

http::Response entry_answer(const Result<KnowledgeEntry>& entry, int status = 200) {
  if (!entry) return problem_of(entry.error());
  JsonWriter out;
  bots::write(out, *entry);
  return json(out.take(), status);
}

// A scenario must be of a bot or channel there is, or nobody would ever see it.
std::string wrong_scenario(const Call& call, const std::string& scenario) {
  if (scenario.empty()) return {};
  const auto colon = scenario.find(':');
  const std::string id = colon == scenario.npos ? "" : scenario.substr(colon + 1);
  if (scenario.starts_with("channel:") && call.tenant->channels.contains({id})) return {};
  const auto bot = call.tenant->bots.find({id});
  if (scenario.starts_with("bot:") && bot != call.tenant->bots.end() && !bot->second.remote) {
    return {};
  }
  return "scenario: expected nothing, \"bot:ID\" of an embedded bot or \"channel:ID\"";
}

bots::Wording wording_in(Body& body) {
  bots::Wording out;
  out.questions = body.texts("questions", bots::kQuestionsMax);
  out.answer = body.required_text("answer", bots::kAnswerBytesMax);
  return out;
}

net::awaitable<http::Response> list_knowledge(Call& call) {
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  const auto cursor = open_cursor(call);
  if (!cursor) co_return problem_of(cursor.error());
  Knowledge::Filter filter{.scenario = query_value(call, "scenario"),
                           .state = query_value(call, "state").value_or("")};
  const std::string& state = filter.state;
  if (!state.empty() && state != "draft" && state != "review" && state != "published" &&
      state != "retired") {
    co_return bad_request("state: expected draft, review, published or retired");
  }
  const auto entries =
      call.service.knowledge()->list(call.tenant_id(), filter, *cursor, *limit + 1);
  JsonWriter out;
  std::string next;
  out.begin_object().key("entries").begin_array();
  for (std::size_t i = 0; i < std::min(entries.size(), *limit); ++i) {
    bots::write(out, entries[i]);
    if (i + 1 == *limit && entries.size() > *limit) next = bots::key_of(entries[i]);
  }
  out.end_array();
  if (!next.empty()) out.member("next", seal_cursor(call, next));
  out.end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> get_knowledge(Call& call) {
  const auto key = key_in_path(call);
  if (!key) co_return no_such("entry");
  auto entry = call.service.knowledge()->entry(call.tenant_id(), *key);
  if (!entry) co_return no_such("entry");
  co_return entry_answer(std::move(*entry));
}

net::awaitable<http::Response> create_knowledge(Call& call) {
  Body body(call.request.body);
  const std::string id = body.text("id", 64).value_or("");
  const std::string scenario = body.text("scenario", 80).value_or("");
  bots::Wording wording = wording_in(body);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  if (const auto wrong = wrong_scenario(call, scenario); !wrong.empty()) {
    co_return bad_request(wrong);
  }
  const std::string named = id.empty() ? bots::made_id(wording) : id;
  const bots::KnowledgeEntry empty{.id = named, .scenario = scenario};
  const std::string key = bots::key_of(empty);
  if (!bots::has_name(empty) || is_reserved(named)) {
    co_return bad_request("id: expected 1 to 64 of a-z 0-9 - _, and not \"export\" or \"import\"");
  }
  Knowledge::Step step = [wording = std::move(wording), actor = call.actor(),
                          now = call.service.clock().now()](KnowledgeEntry entry) {
    return bots::edited(std::move(entry), wording, actor, now);
  };
  // Version 0: it must not be there yet.
  const auto made = co_await call.service.knowledge()->change(call.tenant_id(), key, 0,
                                                              std::move(step), audit_rows(call));
  co_return entry_answer(made, 201);
}

// A step of an entry that is there; `version` is the one the caller saw.
net::awaitable<http::Response> take_step(Call& call, std::int64_t version, Knowledge::Step step) {
  const auto key = key_in_path(call);
  if (!key || !call.service.knowledge()->entry(call.tenant_id(), *key)) {
    co_return no_such("entry");
  }
  const auto changed = co_await call.service.knowledge()->change(
      call.tenant_id(), *key, static_cast<std::uint64_t>(version), std::move(step),
      audit_rows(call));
  co_return entry_answer(changed);
}

net::awaitable<http::Response> patch_knowledge(Call& call) {
  Body body(call.request.body);
  const auto version = body.whole("version", 1, kVersionMax);
  bots::Wording wording = wording_in(body);
  if (!version) body.mistake("version", "is missing; expected the version that was read");
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  Knowledge::Step step = [wording = std::move(wording), actor = call.actor(),
                          now = call.service.clock().now()](KnowledgeEntry entry) {
    return bots::edited(std::move(entry), wording, actor, now);
  };
  co_return co_await take_step(call, *version, std::move(step));
}

using Plain = Result<KnowledgeEntry> (*)(KnowledgeEntry, const std::string&, TimePoint);

net::awaitable<http::Response> plain_step(Call& call, Plain take) {
  Body body(call.request.body);
  const auto version = body.whole("version", 1, kVersionMax);
  if (!version) body.mistake("version", "is missing; expected the version that was read");
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  Knowledge::Step step = [take, actor = call.actor(), now = call.service.clock().now()](
                             KnowledgeEntry entry) { return take(std::move(entry), actor, now); };
  co_return co_await take_step(call, *version, std::move(step));
}

net::awaitable<http::Response> submit_knowledge(Call& call) {
  return plain_step(call, [](KnowledgeEntry entry, const std::string&, TimePoint) {
    return bots::submitted(std::move(entry));
  });
}
net::awaitable<http::Response> publish_knowledge(Call& call) {
  return plain_step(call, [](KnowledgeEntry entry, const std::string& actor, TimePoint now) {
    return bots::published(std::move(entry), actor, now);
  });
}
net::awaitable<http::Response> retire_knowledge(Call& call) {
  return plain_step(call, [](KnowledgeEntry entry, const std::string&, TimePoint) {
    return bots::retired(std::move(entry));
  });
}

std::optional<bots::TableForm> form_of(const Call& call) {
  const auto format = query_value(call, "format").value_or("csv");
  if (format == "csv") return bots::TableForm::csv;
  if (format == "tsv") return bots::TableForm::tsv;
  return std::nullopt;
}

net::awaitable<http::Response> export_knowledge(Call& call) {
  const auto form = form_of(call);
  if (!form) co_return bad_request("format: expected csv or tsv");
  const auto entries =
      call.service.knowledge()->list(call.tenant_id(), {}, "", Knowledge::kEntriesMax);
  http::Response out;
  out.status = 200;
  out.content_type = *form == bots::TableForm::csv ? "text/csv; charset=utf-8"
                                                   : "text/tab-separated-values; charset=utf-8";
  out.body = bots::write_table(entries, *form);
  co_return out;
}

net::awaitable<http::Response> import_knowledge(Call& call) {
  const auto form = form_of(call);
  if (!form) co_return bad_request("format: expected csv or tsv");
  auto rows = bots::read_table(call.request.body, *form);
  if (!rows) co_return problem_of(rows.error());
  for (const auto& row : *rows) {
    auto wrong = wrong_scenario(call, row.scenario);
    if (is_reserved(row.id)) wrong = "the id is reserved";
    if (!wrong.empty()) co_return bad_request(row.id + ": " + wrong);
  }
  const auto done = co_await call.service.knowledge()->import(call.tenant_id(), std::move(*rows),
                                                              call.actor(), audit_rows(call));
  if (!done) co_return problem_of(done.error());
  JsonWriter out;
  out.begin_object()
      .member("created", static_cast<std::uint64_t>(done->created))
      .member("changed", static_cast<std::uint64_t>(done->changed))
      .member("unchanged", static_cast<std::uint64_t>(done->unchanged))
      .end_object();
  co_return json(out.take());
}

// What has an answer by now is no question any more.
std::vector<AskedInVain> still_unanswered(const Tenant& tenant, const Knowledge& knowledge,
                                          std::vector<AskedInVain> asked) {
  std::erase_if(asked, [&](const AskedInVain& one) {
    const auto bot = tenant.bots.find({one.bot});
    if (bot == tenant.bots.end() || bot->second.remote) return false;
    const auto hit = knowledge.find(tenant.id, bot->second, {one.channel}, one.text);
    return hit && hit->score >= bot->second.threshold;
  });
  return asked;
}

void write_group(JsonWriter& out, const AskedGroup& group) {
  out.begin_object()
      .member("question", group.first.text)
      .member("count", group.count)
      .member("first_at", format_time(group.first.first_at))
      .member("last_at", format_time(group.first.last_at))
      .member("best_score", group.first.best_score)
      .member("nearest", group.first.nearest)
      .member("bot", group.first.bot)
      .member("channel", group.first.channel)
      .member("language", group.first.language);
  out.key("variants").begin_array();
  for (const auto& variant : group.variants) out.value(variant);
  out.end_array().end_object();
}

net::awaitable<http::Response> get_unanswered(Call& call) {
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  Knowledge* const knowledge = call.service.knowledge();
  const auto groups = co_await call.service.read<std::vector<AskedGroup>>(
      [knowledge, tenant = call.tenant](storage::Store&) {
        return group_blocking(
            still_unanswered(*tenant, *knowledge, knowledge->asked().all(tenant->id)));
      });
  JsonWriter out;
  out.begin_object().key("questions").begin_array();
  for (std::size_t i = 0; i < std::min({groups.size(), *limit, kGroupsMax}); ++i) {
    write_group(out, groups[i]);
  }
  out.end_array().member("groups", static_cast<std::uint64_t>(groups.size())).end_object();
  co_return json(out.take());
}

}  // namespace

std::vector<Route> knowledge_routes() {
  const std::vector<std::string_view> read = {"read", "agent"}, write = {"agent"},
                                      admin = {"admin"};
  return {
      {"GET", "/v1/knowledge", read, list_knowledge, {"scenario", "state", "cursor", "limit"}},
      {"POST", "/v1/knowledge", write, create_knowledge, {}, "knowledge.create"},
      {"GET", "/v1/knowledge/export", read, export_knowledge, {"format"}},
      {"POST",
       "/v1/knowledge/import",
       write,
       import_knowledge,
       {"format"},
       "knowledge.import",
       false},
      {"GET", "/v1/knowledge/{id}", read, get_knowledge},
      {"PATCH", "/v1/knowledge/{id}", write, patch_knowledge, {}, "knowledge.edit"},
      {"POST", "/v1/knowledge/{id}/submit", write, submit_knowledge, {}, "knowledge.submit"},
      {"POST", "/v1/knowledge/{id}/publish", admin, publish_knowledge, {}, "knowledge.publish"},
      {"POST", "/v1/knowledge/{id}/retire", admin, retire_knowledge, {}, "knowledge.retire"},
      {"GET", "/v1/reports/unanswered", read, get_unanswered, {"limit"}},
  };
}

}  // namespace parley::gateway::api
