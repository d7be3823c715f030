// Conversations: their list, their log, and what agents do in them.
#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/content.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/reads.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kNoteBytesMax = 8 * 1024;
constexpr std::size_t kReasonBytesMax = 1'024;
constexpr std::size_t kIdBytesMax = 128;

net::awaitable<http::Response> list_conversations(Call& call) {
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  auto cursor = open_cursor(call);
  if (!cursor) co_return problem_of(cursor.error());
  auto page = co_await call.service.read<Result<storage::ConversationPage>>(
      [tenant = call.tenant_id(), cursor = std::move(*cursor), limit = *limit](
          storage::Store& store) { return store.conversations_blocking(tenant, cursor, limit); });
  if (!page) co_return problem_of(page.error());
  JsonWriter out;
  out.begin_object().key("conversations").begin_array();
  for (const auto& item : page->items) {
    const auto state = from_stored<State>(item.state);
    if (state) write_conversation(out, *state);
  }
  out.end_array();
  if (!page->next.empty()) out.member("next", seal_cursor(call, page->next));
  out.end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> get_conversation(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  const auto state = co_await read_state(call, *person);
  if (!state) co_return problem_of(state.error());
  if (!*state) co_return no_such("conversation");
  JsonWriter out;
  write_conversation(out, **state, call.tenant.get(), call.service.clock().now());
  co_return json(out.take());
}

struct History {
  bool exists = true;
  std::vector<storage::StoredEvent> events = {};
};

net::awaitable<http::Response> get_events(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  const auto limit = limit_of(call);
  if (!limit) co_return problem_of(limit.error());
  const auto after = number_of(call, "after_seq", 0);
  if (!after) co_return problem_of(after.error());
  using Out = Result<History>;
  const auto history =
      co_await call.service.read<Out>([tenant = call.tenant_id(), person = *person, after = *after,
                                       limit = *limit](storage::Store& store) -> Out {
        auto events = store.history_blocking(tenant, person, after, limit);
        if (!events) return events.error();
        if (!events->empty()) return History{.events = std::move(*events)};
        const auto state = store.state_blocking(tenant, person);
        if (!state) return state.error();
        return History{.exists = state->has_value()};
      });
  if (!history) co_return problem_of(history.error());
  if (!history->exists) co_return no_such("conversation");
  // The stored documents go out as they are: nothing is decoded or encoded again.
  std::string items;
  for (const auto& event : history->events) {
    if (!items.empty()) items += ',';
    items += stored_json(event.body);
  }
  const auto& events = history->events;
  JsonWriter out;
  out.begin_object().key("events").raw("[" + items + "]");
  out.member("after_seq", events.empty() ? *after : events.back().seq)
      .member("more", events.size() == *limit)
      .end_object();
  co_return json(out.take());
}

// The pipeline never heard of this person; a missing queue or channel has its own words.
bool is_nobody(const Result<Outcome>& outcome) {
  return !outcome && outcome.error().code == Errc::not_found &&
         outcome.error().detail == "no such person";
}

net::awaitable<http::Response> post_reply(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  Body body(call.request.body);
  const auto named = body.text("agent", kIdBytesMax);
  routing::AgentSays says{
      .agent = {}, .message = read_message(body, call), .channel = read_channel(body, call)};
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  auto acting = acting_agent(call, named);
  if (acting.refused) co_return std::move(*acting.refused);
  says.agent = std::move(acting.agent);
  routing::Command command = std::move(says);
  const auto outcome = co_await call.service.execute(call.tenant_id(), *person, std::move(command),
                                                     call.rows(*person));
  if (is_nobody(outcome)) co_return no_such("conversation");
  co_return said_answer(outcome);
}

net::awaitable<http::Response> execute(Call& call, const PersonId& person,
                                       routing::Command command) {
  auto outcome = co_await call.service.execute(call.tenant_id(), person, std::move(command),
                                               call.rows(person));
  if (is_nobody(outcome)) co_return no_such("conversation");
  co_return conversation_answer(outcome);
}

net::awaitable<http::Response> post_note(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  Body body(call.request.body);
  routing::Note note{.actor = call.actor(), .text = body.required_text("text", kNoteBytesMax)};
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  co_return co_await execute(call, *person, std::move(note));
}

net::awaitable<http::Response> post_close(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  Body body(call.request.body);
  routing::CloseEpisode close{.actor = call.actor(),
                              .reason = body.text("reason", kReasonBytesMax).value_or("")};
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  co_return co_await execute(call, *person, std::move(close));
}

routing::Transfer read_transfer(Body& body, const Call& call) {
  const auto to = body.required_text("to", kIdBytesMax);
  const auto holder = holder_from(to);
  if (!holder) body.mistake("to", "expected \"bot:ID\", \"queue:ID\" or \"agent:ID\"");
  return {.actor = call.actor(),
          .to = holder.value_or(Holder{}),
          .note = body.text("note", kNoteBytesMax).value_or(""),
          .priority = static_cast<int>(body.whole("priority", 0, 100).value_or(-1))};
}

net::awaitable<http::Response> post_transfer(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  Body body(call.request.body);
  auto transfer = read_transfer(body, call);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  co_return co_await execute(call, *person, std::move(transfer));
}

// The actions that name an agent.
net::awaitable<http::Response> agent_control(Call& call, PersonId person, std::string action,
                                             std::optional<std::string> named, std::string reason) {
  auto& service = call.service;
  const auto& tenant = call.tenant_id();
  if (action == "offer") {  // to somebody else, so not bound to the key's own agent
    if (!named) co_return bad_request("agent: is missing; expected whom to offer it to");
    if (!call.tenant->policy->agents.contains({*named})) co_return no_such("agent");
    co_return conversation_answer(co_await service.offer(tenant, {*named}, person));
  }
  auto acting = acting_agent(call, named);
  if (acting.refused) co_return std::move(*acting.refused);
  if (action == "takeover") {
    co_return co_await execute(call, person,
                               routing::TakeOver{.agent = acting.agent, .actor = call.actor()});
  }
  if (action == "done") {
    co_return co_await execute(call, person, routing::FinishWrapUp{.agent = acting.agent});
  }
  if (action == "claim") {
    co_return conversation_answer(co_await service.claim_person(tenant, acting.agent, person));
  }
  co_return conversation_answer(co_await service.answer_offer(
      tenant, acting.agent, person, action == "accept", std::move(reason)));
}

net::awaitable<http::Response> post_control(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  Body body(call.request.body);
  const auto action = body.required_text("action", 32);
  if (action == "pass") {
    auto transfer = read_transfer(body, call);
    if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
    co_return co_await execute(call, *person, std::move(transfer));
  }
  const auto note = body.text("note", kReasonBytesMax).value_or("");
  if (action == "release") {
    if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
    co_return co_await execute(call, *person,
                               routing::Release{.actor = call.actor(), .reason = note});
  }
  if (action != "offer" && action != "accept" && action != "reject" && action != "takeover" &&
      action != "claim" && action != "done") {
    body.mistake("action",
                 "expected pass, offer, accept, reject, release, takeover, claim or done");
  }
  auto named = body.text("agent", kIdBytesMax);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  // The desk knows only who waits: a conversation that does not exist is told apart here.
  const auto state = co_await read_state(call, *person);
  if (!state) co_return problem_of(state.error());
  if (!*state) co_return no_such("conversation");
  co_return co_await agent_control(call, *person, action, std::move(named), note);
}

net::awaitable<http::Response> post_typing(Call& call) {
  const auto person = conversation_person(call.ids[0]);
  if (!person) co_return no_such("conversation");
  Body body(call.request.body);
  const bool on = body.flag("on").value_or(true);
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  const auto state = co_await read_state(call, *person);
  if (!state) co_return problem_of(state.error());
  if (!*state) co_return no_such("conversation");
  const auto shown = co_await call.service.show_typing(call.tenant_id(), *person, on);
  if (!shown) co_return problem_of(shown.error());
  co_return json("{}");
}

}  // namespace

std::vector<Route> conversation_routes() {
  const std::vector<std::string_view> read = {"read"}, agent = {"agent"};
  return {
      {"GET", "/v1/conversations", read, list_conversations, {"cursor", "limit"}},
      {"GET", "/v1/conversations/{id}", read, get_conversation},
      {"GET", "/v1/conversations/{id}/events", read, get_events, {"after_seq", "limit"}},
      {"POST", "/v1/conversations/{id}/messages", agent, post_reply},
      {"POST", "/v1/conversations/{id}/notes", agent, post_note},
      {"POST", "/v1/conversations/{id}/typing", agent, post_typing},
      {"POST", "/v1/conversations/{id}/control", agent, post_control, {}, "conversation.control"},
      {"POST",
       "/v1/conversations/{id}/transfer",
       agent,
       post_transfer,
       {},
       "conversation.transfer"},
      {"POST", "/v1/conversations/{id}/close", agent, post_close, {}, "conversation.close"},
  };
}

}  // namespace parley::gateway::api
