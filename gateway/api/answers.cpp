#include "gateway/api/answers.hpp"

#include <algorithm>

#include "routing/decide.hpp"

namespace parley::gateway::api {
namespace {

struct Kind {
  Errc code;
  int status;
  std::string_view type, title;
};

constexpr Kind kKinds[] = {
    {Errc::malformed, 400, "bad-request", "The request is wrong"},
    {Errc::unauthenticated, 401, "unauthenticated", "No valid key"},
    {Errc::rejected, 422, "rejected", "This cannot be done now"},
    {Errc::recipient_gone, 422, "recipient-gone", "The customer does not want messages there"},
    {Errc::window_closed, 422, "window-closed", "The channel's reply window is closed"},
    {Errc::misconfigured, 422, "misconfigured", "The channel's settings are wrong"},
    {Errc::throttled, 429, "throttled", "Too fast"},
    {Errc::unavailable, 503, "unavailable", "Not possible right now"},
    {Errc::overloaded, 503, "overloaded", "A limit is reached"},
    {Errc::conflict, 409, "conflict", "Somebody else was faster"},
    {Errc::not_found, 404, "not-found", "Not found"},
    {Errc::shutting_down, 503, "shutting-down", "The gateway is going down"},
};

std::string retry_after_seconds(const Error& error) {
  const auto wait = error.retry_after.value_or(Milliseconds{1'000});
  return std::to_string(std::max<std::int64_t>(1, (wait.count() + 999) / 1'000));
}

void write_time(JsonWriter& out, std::string_view name, TimePoint time) {
  if (time != TimePoint{}) out.member(name, format_time(time));
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name).begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

void write_attributes(JsonWriter& out, const Attributes& attributes) {
  out.key("attributes").begin_object();
  for (const auto& [name, value] : attributes) {
    out.key(name);
    std::visit([&out](const auto& held) { out.value(held); }, value);
  }
  out.end_object();
}

void write_windows(JsonWriter& out, const State& state, const Tenant& tenant, TimePoint now) {
  out.key("channels").begin_array();
  for (const auto& address : state.addresses) {
    const auto channel = tenant.policy->channels.find(address.channel.id);
    out.begin_object()
        .member("id", address.channel.id.value)
        .member("platform", address.channel.platform)
        .member("opted_out", address.opted_out);
    if (channel != tenant.policy->channels.end()) {
      const auto verdict = routing::check_window(state, channel->second, now, AuthorType::agent);
      out.member("may_send", verdict.open && !address.opted_out);
      if (!verdict.reason.empty()) out.member("reason", verdict.reason);
      if (verdict.ends_at) out.member("window_ends_at", format_time(*verdict.ends_at));
      if (verdict.left) out.member("messages_left", *verdict.left);
    } else {
      out.member("may_send", false).member("reason", "the channel is no longer configured");
    }
    out.end_object();
  }
  out.end_array();
}

}  // namespace

http::Response json(std::string body, int status) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

http::Response bad_request(std::string_view detail) {
  return http::problem(400, "bad-request", "The request is wrong", detail);
}

http::Response no_such(std::string_view what) {
  return http::problem(404, "not-found", "Not found", "no such " + std::string(what));
}

http::Response problem_of(const Error& error) {
  const auto* kind = std::ranges::find(kKinds, error.code, &Kind::code);
  auto out = http::problem(kind->status, kind->type, kind->title, error.detail);
  if (kind->status == 429 || kind->status == 503) {
    out.headers.emplace_back("Retry-After", retry_after_seconds(error));
  }
  return out;
}

std::string holder_text(const Holder& holder) {
  std::string out(to_string(holder.kind));
  if (!holder.id.empty()) out += ":" + holder.id;
  return out;
}

std::optional<Holder> holder_from(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == text.npos || colon + 1 == text.size()) return std::nullopt;
  for (const auto kind : {HolderKind::bot, HolderKind::queue, HolderKind::agent}) {
    if (text.substr(0, colon) != to_string(kind)) continue;
    return Holder{.kind = kind, .id = std::string(text.substr(colon + 1))};
  }
  return std::nullopt;
}

void write_conversation(JsonWriter& out, const State& state, const Tenant* channels,
                        TimePoint now) {
  out.begin_object()
      .member("id", conversation_of(state.person).value)
      .member("person_id", state.person.value)
      .member("state", to_string(state.lifecycle))
      .member("last_seq", state.last_seq);
  out.key("control").begin_object();
  out.member("holder", holder_text(state.control.holder)).member("epoch", state.control.epoch);
  write_time(out, "since", state.control.since);
  out.end_object();
  out.member("priority", state.priority);
  write_texts(out, "labels", state.labels);
  out.member("episodes", state.episodes);
  for (const auto& [name, text] : {std::pair{"episode_id", &state.episode.value},
                                   {"display_name", &state.display_name},
                                   {"language", &state.language},
                                   {"segment", &state.segment},
                                   {"last_agent", &state.last_agent.value},
                                   {"merged_into", &state.forward_to.value}}) {
    if (!text->empty()) out.member(name, *text);
  }
  if (!state.wrapping.empty()) {
    out.member("wrapping", state.wrapping.value)
        .member("wrap_until", format_time(state.wrap_until));
  }
  if (!state.sla.empty()) {
    out.key("sla").begin_array();
    for (const auto& clock : state.sla) {
      out.begin_object()
          .member("kind", to_string(clock.kind))
          .member("queue", clock.queue.value)
          .member("started_at", format_time(clock.started_at))
          .member("due_at", format_time(clock.due_at))
          .member("state", std::string_view(clock.breached ? "breached"
                                            : clock.warned ? "warned"
                                                           : "kept"))
          .end_object();
    }
    out.end_array();
  }
  if (state.waiting) {
    out.member("waiting_since", format_time(state.waiting->since))
        .member("waiting_reason", state.waiting->reason);
  }
  write_time(out, "first_seen_at", state.first_seen);
  write_time(out, "last_seen_at", state.last_seen);
  if (channels) write_windows(out, state, *channels, now);
  out.end_object();
}

void write_person(JsonWriter& out, const State& state) {
  out.begin_object()
      .member("id", state.person.value)
      .member("conversation_id", conversation_of(state.person).value)
      .member("display_name", state.display_name)
      .member("language", state.language)
      .member("segment", state.segment)
      .member("external_user", state.external_user);
  write_attributes(out, state.attributes);
  out.key("identities").begin_array();
  for (const auto& address : state.addresses) {
    out.begin_object()
        .member("channel", address.channel.id.value)
        .member("platform", address.channel.platform)
        .member("scope", address.identity.scope)
        .member("scheme", address.identity.scheme)
        .member("value", address.identity.value)
        .member("opted_out", address.opted_out)
        .end_object();
  }
  out.end_array();
  out.key("merged").begin_array();
  for (const auto& person : state.merged) out.value(person.value);
  out.end_array();
  if (!state.forward_to.empty()) out.member("merged_into", state.forward_to.value);
  write_time(out, "first_seen_at", state.first_seen);
  write_time(out, "last_seen_at", state.last_seen);
  out.end_object();
}

void begin_agent(JsonWriter& out, const AgentView& agent) {
  out.begin_object()
      .member("id", agent.id.value)
      .member("name", agent.name)
      .member("presence", agent.presence)
      .member("capacity", agent.capacity)
      .member("load", agent.load);
  out.key("assigned").begin_array();
  for (const auto& person : agent.assigned) out.value(conversation_of(person).value);
  out.end_array();
}

http::Response conversation_answer(const Result<Outcome>& outcome) {
  if (!outcome) return problem_of(outcome.error());
  JsonWriter out;
  if (outcome->state) {
    write_conversation(out, *outcome->state);
  } else {
    out.begin_object().member("id", conversation_of(outcome->person).value).end_object();
  }
  return json(out.take());
}

http::Response person_answer(const Result<Outcome>& outcome) {
  if (!outcome) return problem_of(outcome.error());
  JsonWriter out;
  if (outcome->state) {
    write_person(out, *outcome->state);
  } else {
    out.begin_object().member("id", outcome->person.value).end_object();
  }
  return json(out.take());
}

http::Response message_answer(const Event& event, const std::vector<SendId>& sends) {
  JsonWriter out;
  out.begin_object()
      .member("conversation_id", conversation_of(event.person).value)
      .member("person_id", event.person.value)
      .member("message_id", event.message ? event.message->id.value : std::string())
      .member("seq", event.seq);
  out.key("sends").begin_array();
  for (const auto& send : sends) out.value(send.value);
  out.end_array().end_object();
  return json(out.take(), 202);
}

}  // namespace parley::gateway::api
