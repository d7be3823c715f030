// The human side: queues, agents, presence, claims.
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/reads.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kIdBytesMax = 128;
constexpr std::size_t kQueuesMax = 100;
constexpr std::size_t kWaitingShownMax = 200;  // of one queue; `waiting_count` says how many wait

void write_waiting(JsonWriter& out, const QueueEntry& entry, TimePoint now) {
  out.begin_object()
      .member("conversation_id", conversation_of(entry.person).value)
      .member("person_id", entry.person.value)
      .member("priority", entry.priority)
      .member("since", format_time(entry.since))
      .member("waited_ms", static_cast<std::int64_t>((now - entry.since).count()))
      .member("reason", entry.reason)
      .member("segment", entry.segment)
      .member("language", entry.language)
      .member("preview", entry.preview);
  out.key("skills").begin_array();
  for (const auto& skill : entry.skills) out.value(skill);
  out.end_array();
  if (!entry.offered_to.empty()) out.member("offered_to", entry.offered_to.value);
  out.end_object();
}

net::awaitable<http::Response> get_queues(Call& call) {
  const auto queues = co_await call.service.queues(call.tenant_id());
  if (!queues) co_return problem_of(queues.error());
  const auto now = call.service.clock().now();
  JsonWriter out;
  out.begin_object().key("queues").begin_array();
  for (const auto& queue : *queues) {
    out.begin_object()
        .member("id", queue.id.value)
        .member("name", queue.name)
        .member("waiting_count", static_cast<std::uint64_t>(queue.waiting.size()));
    out.key("waiting").begin_array();
    for (std::size_t i = 0; i < queue.waiting.size() && i < kWaitingShownMax; ++i) {
      write_waiting(out, queue.waiting[i], now);
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> claim_from(Call& call, std::optional<std::string> named,
                                          std::vector<QueueId> queues) {
  auto acting = acting_agent(call, named);
  if (acting.refused) co_return std::move(*acting.refused);
  const auto claimed =
      co_await call.service.claim(call.tenant_id(), acting.agent, std::move(queues));
  if (!claimed) co_return problem_of(claimed.error());
  JsonWriter out;
  out.begin_object().key("conversation");
  if (*claimed && (**claimed).state) {
    write_conversation(out, *(**claimed).state);
  } else {
    out.null();
  }
  out.end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> post_claim(Call& call) {
  Body body(call.request.body);
  auto named = body.text("agent", kIdBytesMax);
  std::vector<QueueId> queues;
  for (auto& queue : body.texts("queues", kQueuesMax)) {
    if (!call.tenant->policy->queues.contains({queue})) {
      body.mistake("queues", "there is no queue of one of these names");
    }
    queues.push_back({std::move(queue)});
  }
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  co_return co_await claim_from(call, std::move(named), std::move(queues));
}

net::awaitable<http::Response> post_queue_claim(Call& call) {
  const QueueId queue{call.ids[0]};
  if (!call.tenant->policy->queues.contains(queue)) co_return no_such("queue");
  Body body(call.request.body);
  auto named = body.text("agent", kIdBytesMax);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  co_return co_await claim_from(call, std::move(named), {queue});
}

net::awaitable<http::Response> get_agents(Call& call) {
  const auto agents = co_await call.service.agents(call.tenant_id());
  if (!agents) co_return problem_of(agents.error());
  JsonWriter out;
  out.begin_object().key("agents").begin_array();
  for (const auto& agent : *agents) write_agent(out, agent);
  out.end_array().end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> put_presence(Call& call) {
  const AgentId agent{call.ids[0]};
  if (!call.tenant->policy->agents.contains(agent)) co_return no_such("agent");
  Body body(call.request.body);
  const auto presence = body.required_text("presence", 16);
  if (presence != "online" && presence != "away" && presence != "offline") {
    body.mistake("presence", "expected online, away or offline");
  }
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  auto acting = acting_agent(call, agent.value);
  if (acting.refused) co_return std::move(*acting.refused);
  const auto view = co_await call.service.set_presence(call.tenant_id(), agent, presence);
  if (!view) co_return problem_of(view.error());
  JsonWriter out;
  write_agent(out, *view);
  co_return json(out.take());
}

}  // namespace

std::vector<Route> desk_routes() {
  const std::vector<std::string_view> read = {"read"}, agent = {"agent"};
  return {
      {"GET", "/v1/queues", read, get_queues},
      {"POST", "/v1/queues/{id}/claim", agent, post_queue_claim},
      {"POST", "/v1/claim", agent, post_claim},
      {"GET", "/v1/agents", read, get_agents},
      {"PUT", "/v1/agents/{id}/presence", agent, put_presence},
  };
}

}  // namespace parley::gateway::api
