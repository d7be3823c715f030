#include "gateway/chat/chat.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"
#include "conversation/codec.hpp"
#include "gateway/chat/visitor_view.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kPageMax = 200;
constexpr Milliseconds kMediaUrlLifetime{3'600'000};

http::Response json_response(int status, std::string body) {
  http::Response response{.status = status, .body = std::move(body)};
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

std::uint64_t number_of(const std::string& text, std::uint64_t fallback) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? number
                                                                                    : fallback;
}

http::Response refusal(const Error& error) {
  switch (error.code) {
    case Errc::unauthenticated:
      return http::problem(401, "unauthenticated", "No valid session", error.detail);
    case Errc::malformed:
      return http::problem(400, "malformed", "Not a frame of this protocol", error.detail);
    case Errc::not_found:
      return http::problem(404, "not-found", "Not found", error.detail);
    case Errc::misconfigured:  // the tenant's to mend: sending it again changes nothing
      return http::problem(403, "not-set-up", "Not possible on this channel", error.detail);
    case Errc::rejected:
      return http::problem(422, "rejected", "Not taken", error.detail);
    default: {
      auto response = http::problem(503, "unavailable", "Not stored; send it again", error.detail);
      response.headers.emplace_back("Retry-After", "1");
      return response;
    }
  }
}

}  // namespace

std::optional<Chat::Place> Chat::place_of(std::string_view path) const {
  path.remove_prefix(std::min<std::size_t>(path.size(), 6));  // "/chat/"
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto end = path.find('/', slash + 1);
  const auto channel_name = path.substr(slash + 1, end == std::string_view::npos
                                                       ? std::string_view::npos
                                                       : end - slash - 1);
  Place place;
  place.tenant = service_.tenant({std::string(path.substr(0, slash))});
  if (!place.tenant) return std::nullopt;
  const auto channel = place.tenant->channels.find({std::string(channel_name)});
  if (channel == place.tenant->channels.end()) return std::nullopt;
  place.channel = &channel->second;
  place.entry = place.tenant->entries.at(channel->first);
  if (!place.entry->chat_sessions) return std::nullopt;
  place.rest = end == std::string_view::npos ? "" : std::string(path.substr(end));
  return place;
}

Result<connectors::ChatSessions::Session> Chat::open(
    const Place& place, const connectors::ChatSessions::Hello& hello) const {
  return place.entry->chat_sessions->open(*place.channel, hello, random_hex(16),
                                          service_.clock().now());
}

Result<connectors::ChatSessions::Session> Chat::bearer(const Place& place,
                                                       const http::Request& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  const auto given = request.header("authorization");
  if (!given.starts_with(kBearer)) {
    return Error{.code = Errc::unauthenticated,
                 .detail = "expected Authorization: Bearer <session token>"};
  }
  connectors::ChatSessions::Hello hello;
  hello.token = given.substr(kBearer.size());
  if (hello.token.empty()) {
    return Error{.code = Errc::unauthenticated, .detail = "the session token is empty"};
  }
  return open(place, hello);
}

net::awaitable<Result<std::vector<Outcome>>> Chat::hear(
    const Place& place, const connectors::ChatSessions::Session& session, std::string frame) {
  connectors::WebhookRequest request{.method = "POST",
                                     .path = "/",
                                     .query = {},
                                     .headers = {},
                                     .body = frame,
                                     .received_at = service_.clock().now()};
  request.headers.push_back({place.entry->chat_sessions->session_header(), session.token});
  request.headers.push_back({"x-parley-name", session.display_name});
  if (auto proven = place.entry->connector->authenticate(request, *place.channel); !proven) {
    co_return proven.error();
  }
  auto parsed = place.entry->connector->parse(request, *place.channel);
  if (parsed.stopped) co_return *parsed.stopped;
  co_return co_await service_.accept(place.tenant->id, place.channel->id,
                                     std::move(parsed.events));
}

net::awaitable<http::Response> Chat::handle(http::Request request) {
  const auto place = place_of(request.path);
  if (!place) co_return http::problem(404, "not-found", "No such chat channel", "");
  const auto origin = request.header("origin");
  if (!origin.empty() && !place->entry->chat_sessions->origin_allowed(*place->channel, origin)) {
    co_return http::problem(403, "origin", "This page may not connect",
                            "its origin is not in the channel's `origins`");
  }
  http::Response response;
  if (request.method == "OPTIONS") {
    response = {.status = 204, .content_type = "", .body = ""};
  } else if (request.method == "POST" && place->rest == "/session") {
    response = co_await session(*place, request);
  } else if (request.method == "POST" && place->rest == "/messages") {
    response = co_await message(*place, request);
  } else if (request.method == "GET" && place->rest == "/events") {
    response = co_await events(*place, request);
  } else if (request.method == "POST" && place->rest == "/media") {
    const std::string allowed(origin);
    response = co_await media(*place, std::move(request));
    if (!allowed.empty()) response.headers.emplace_back("Access-Control-Allow-Origin", allowed);
    co_return response;
  } else {
    response = http::problem(404, "not-found", "No such resource",
                             "a chat channel has /session, /messages, /events and /media");
  }
  if (!origin.empty()) {
    response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
    response.headers.emplace_back("Access-Control-Allow-Headers", "authorization, content-type");
    response.headers.emplace_back("Vary", "Origin");
  }
  co_return response;
}

net::awaitable<http::Response> Chat::session(const Place& place, const http::Request& request) {
  const auto hello = parse_hello(request.body);
  if (!hello) co_return refusal(hello.error());
  const auto session = open(place, hello->hello);
  if (!session) co_return refusal(session.error());
  JsonWriter out;
  out.begin_object();
  out.member("token", session->token);
  out.member("expires_at", format_time(session->expires_at));
  out.member("conversation_id",
             conversation_of(service_.resolve(place.tenant->id, session->identity)).value);
  out.end_object();
  co_return json_response(200, out.take());
}

net::awaitable<http::Response> Chat::message(const Place& place, const http::Request& request) {
  const auto session = bearer(place, request);
  if (!session) co_return refusal(session.error());
  auto outcomes = co_await hear(place, *session, request.body);
  if (!outcomes) co_return refusal(outcomes.error());
  JsonWriter out;
  out.begin_object().member("accepted", true);
  if (!outcomes->empty()) {
    out.member("duplicate", outcomes->back().duplicate);
    out.member("seq", outcomes->back().last_seq);
  }
  out.end_object();
  co_return json_response(200, out.take());
}

net::awaitable<http::Response> Chat::events(const Place& place, const http::Request& request) {
  const auto session = bearer(place, request);
  if (!session) co_return refusal(session.error());
  const auto after = number_of(connectors::form_value(request.query, "after_seq"), 0);
  const auto limit = std::clamp<std::uint64_t>(
      number_of(connectors::form_value(request.query, "limit"), 50), 1, kPageMax);
  const PersonId person = service_.resolve(place.tenant->id, session->identity);
  auto page = co_await service_.read<Result<std::vector<storage::StoredEvent>>>(
      [tenant = place.tenant->id, person, after, limit](storage::Store& store) {
        return store.history_blocking(tenant, person, after, limit);
      });
  if (!page) co_return refusal(page.error());
  const MediaUrl url = [&](const MediaId& id) {
    return service_.media_url(*place.tenant, id, kMediaUrlLifetime);
  };
  JsonWriter out;
  std::uint64_t last = after;
  out.begin_object().key("events").begin_array();
  for (const auto& item : *page) {
    last = item.seq;
    const auto event = from_stored<Event>(item.body);
    if (!event) continue;
    if (const auto shown = visitor_view(*event, url)) out.raw(*shown);
  }
  out.end_array().member("last_seq", last).member("more", page->size() == limit).end_object();
  co_return json_response(200, out.take());
}

net::awaitable<http::Response> Chat::media(const Place& place, http::Request request) {
  const auto session = bearer(place, request);
  if (!session) co_return refusal(session.error());
  const std::string mime(request.header("content-type"));
  auto kept = co_await service_.store_media(
      place.tenant->id, std::move(request.body), mime,
      connectors::form_value(request.query, "name"));
  if (!kept) co_return refusal(kept.error());
  JsonWriter out;
  out.begin_object()
      .member("media_id", kept->media_id)
      .member("mime", kept->mime)
      .member("size_bytes", kept->size_bytes)
      .member("url", service_.media_url(*place.tenant, {kept->media_id}, kMediaUrlLifetime))
      .end_object();
  co_return json_response(201, out.take());
}

}  // namespace parley::gateway
