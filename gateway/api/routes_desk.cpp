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

// What is promised, and how it stands; the worst of several.
void write_promise(JsonWriter& out, const std::string& sla, TimePoint due_at) {
  if (due_at == TimePoint{} && sla.empty()) return;
  out.key("sla").begin_object().member("state", sla.empty() ? std::string("kept") : sla);
  if (due_at != TimePoint{}) out.member("due_at", format_time(due_at));
  out.end_object();
}

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
  if (!entry.offered_all.empty()) {
    out.key("offered_to_all").begin_array();
    for (const auto& agent : entry.offered_all) out.value(agent.value);
    out.end_array();
  }
  if (entry.mail) out.member("asked_for_message", true);
  if (entry.overflows > 0) out.member("overflows", entry.overflows);
  write_promise(out, entry.sla, entry.due_at);
}

void write_queue(JsonWriter& out, const QueueView& queue, TimePoint now) {
  out.begin_object()
      .member("id", queue.id.value)
      .member("name", queue.name)
      .member("mode", queue.mode)
      .member("open", queue.open)
      .member("online", queue.online)
      .member("free", queue.free)
      .member("waiting_count", static_cast<std::uint64_t>(queue.waiting.size()));
  std::int64_t oldest = 0;
  for (const auto& entry : queue.waiting) {
    oldest = std::max<std::int64_t>(oldest, (now - entry.since).count());
  }
  out.member("oldest_waited_ms", oldest);
  if (queue.pace > Milliseconds(0)) out.member("pace_ms", std::int64_t{queue.pace.count()});
  out.key("waiting").begin_array();
  for (std::size_t i = 0; i < queue.waiting.size() && i < kWaitingShownMax; ++i) {
    write_waiting(out, queue.waiting[i], now);
    if (i < queue.priorities.size()) out.member("effective_priority", queue.priorities[i]);
    out.member("position", static_cast<std::uint64_t>(i + 1)).end_object();
  }
  out.end_array().end_object();
}

void write_desk_agent(JsonWriter& out, const AgentView& agent) {
  begin_agent(out, agent);
  out.member("used", static_cast<double>(agent.used) / 100.0);
  if (agent.since != TimePoint{}) out.member("since", format_time(agent.since));
  out.member("missed", agent.missed);
  if (!agent.reason.empty()) out.member("reason", agent.reason);
  out.key("offered").begin_array();
  for (const auto& person : agent.offered) out.value(conversation_of(person).value);
  out.end_array();
  out.key("serving").begin_array();
  for (const auto& row : agent.serving) {
    out.begin_object()
        .member("conversation_id", conversation_of(row.person).value)
        .member("queue", row.queue.value)
        .member("since", format_time(row.since));
    if (row.wrap_until != TimePoint{}) out.member("wrap_until", format_time(row.wrap_until));
    write_promise(out, row.sla, row.due_at);
    out.end_object();
  }
  out.end_array().end_object();
}

net::awaitable<http::Response> get_queues(Call& call) {
  const auto queues = co_await call.service.queues(call.tenant_id());
  if (!queues) co_return problem_of(queues.error());
  const auto now = call.service.clock().now();
  JsonWriter out;
  out.begin_object().key("queues").begin_array();
  for (const auto& queue : *queues) write_queue(out, queue, now);
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
  for (const auto& agent : *agents) write_desk_agent(out, agent);
  out.end_array().end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> put_presence(Call& call) {
  const AgentId agent{call.ids[0]};
  if (!call.tenant->policy->agents.contains(agent)) co_return no_such("agent");
  Body body(call.request.body);
  const auto presence = body.required_text("presence", 16);
  if (presence != "online" && presence != "away" && presence != "busy" && presence != "offline") {
    body.mistake("presence", "expected online, away, busy or offline");
  }
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  auto acting = acting_agent(call, agent.value);
  if (acting.refused) co_return std::move(*acting.refused);
  const auto view = co_await call.service.set_presence(call.tenant_id(), agent, presence);
  if (!view) co_return problem_of(view.error());
  JsonWriter out;
  write_desk_agent(out, *view);
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
