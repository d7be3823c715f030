#include "gateway/api/reads.hpp"

#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"

namespace parley::gateway::api {

std::optional<PersonId> conversation_person(std::string_view conversation_id) {
  return person_of({std::string(conversation_id)});
}

std::optional<PersonId> person_in_path(std::string_view person_id) {
  if (!is_person_id(person_id)) return std::nullopt;
  return PersonId{std::string(person_id)};
}

std::vector<Row> audit_rows(const Call& call, const PersonId& person) {
  std::vector<Row> rows = call.rows(person);
  std::erase_if(rows, [](const Row& row) { return row.kind != RowKind::audit; });
  return rows;
}

const routing::Analyzer* analyzer_of(const Call& call) {
  return call.tenant->analyzer ? call.tenant->analyzer.get() : call.service.analyzer();
}

net::awaitable<Result<std::optional<State>>> read_state(Call& call, PersonId person) {
  using Out = Result<std::optional<State>>;
  co_return co_await call.service.read<Out>(
      [tenant = call.tenant_id(), person = std::move(person)](storage::Store& store) -> Out {
        auto row = store.state_blocking(tenant, person);
        if (!row) return row.error();
        if (!*row) return std::optional<State>();
        auto state = from_stored<State>(**row);
        if (!state) return state.error();
        return std::optional<State>(std::move(*state));
      });
}

net::awaitable<Result<std::optional<std::string>>> read_row(Call& call, RowKind kind,
                                                            std::string id) {
  co_return co_await call.service.read<Result<std::optional<std::string>>>(
      [tenant = call.tenant_id(), kind, id = std::move(id)](storage::Store& store) {
        return store.row_blocking(tenant, kind, id);
      });
}

net::awaitable<Result<std::optional<PersonId>>> read_external_user(Call& call, std::string user) {
  auto row = co_await read_row(call, RowKind::user_index, std::move(user));
  if (!row) co_return row.error();
  if (!*row) co_return std::optional<PersonId>();
  co_return std::optional<PersonId>(PersonId{std::move(**row)});
}

http::Response list_answer(std::string_view name, std::string_view items, const std::string& next) {
  JsonWriter out;
  out.begin_object().key(name).raw("[" + std::string(items) + "]");
  if (!next.empty()) out.member("next", next);
  out.end_object();
  return json(out.take());
}

Acting acting_agent(const Call& call, const std::optional<std::string>& named) {
  const auto& own = call.key->agent;
  if (!own.empty() && named && *named != own.value) {
    return {.agent = {},
            .refused = http::problem(403, "agent", "The key may not do this",
                                     "it acts as the agent " + own.value + " only")};
  }
  if (own.empty() && (!named || named->empty())) {
    return {.agent = {}, .refused = bad_request("agent: is missing; this key is no agent's own")};
  }
  AgentId agent = own.empty() ? AgentId{*named} : own;
  if (!call.tenant->policy->agents.contains(agent)) {
    return {.agent = {}, .refused = no_such("agent")};
  }
  return {.agent = std::move(agent)};
}

}  // namespace parley::gateway::api
