#include "gateway/api/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "conversation/codec.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/impl.hpp"
#include "gateway/api/paging.hpp"

namespace parley::gateway {
namespace api {
namespace {

std::string event_frame(const StreamCursor& at, const storage::StreamItem& item) {
  JsonWriter out;
  out.begin_object().member("type", "event").member("cursor", to_text(at));
  const auto document = stored_json(item.event.body);
  if (document.size() <= kStreamFrameBytesMax) {
    out.key("event").raw(document);
  } else {
    out.key("omitted")
        .begin_object()
        .member("conversation_id", conversation_of(item.person).value)
        .member("seq", item.event.seq)
        .end_object();
  }
  out.end_object();
  return out.take();
}

}  // namespace

Feed::Feed(Service& service, Credential who, std::shared_ptr<http::WebSocket> socket,
           net::any_io_executor executor, std::size_t frames_max)
    : service_(service),
      tenant_(who.tenant->id),
      token_sha256_(who.key->token_sha256),
      socket_(std::move(socket)),
      executor_(std::move(executor)),
      frames_max_(frames_max),
      timer_(executor_) {}

void Feed::wake() { timer_.cancel(); }

net::awaitable<void> Feed::changed() {
  timer_.expires_at(net::steady_timer::time_point::max());
  co_await timer_.async_wait(net::as_tuple(net::use_awaitable));
}

// The closing socket ends the listener, which ends us; to end first would cut its close frame off.
net::awaitable<void> Feed::until_cancelled() {
  for (;;) co_await changed();
}

net::awaitable<void> Feed::room() {
  while (frames_ > 0 && (frames_ >= frames_max_ || bytes_ >= kStreamBytesInFlightMax)) {
    co_await changed();
  }
}

void Feed::send(std::string json) {
  const auto size = json.size();
  ++frames_;
  bytes_ += size;
  // Released by the socket when written, or when it will never be.
  auto done = [weak = weak_from_this(), executor = executor_, size](const std::string* text) {
    delete text;
    net::post(executor, [weak, size] {
      const auto feed = weak.lock();
      if (!feed) return;
      --feed->frames_;
      feed->bytes_ -= size;
      feed->wake();
    });
  };
  socket_->send(http::Frame(new const std::string(std::move(json)), std::move(done)));
}

bool Feed::key_is_valid() const {
  const auto tenant = service_.tenant(tenant_);
  return tenant && std::ranges::any_of(tenant->api_keys, [&](const ApiKey& key) {
           return equal_constant_time(key.token_sha256, token_sha256_) && key.has("read");
         });
}

net::awaitable<bool> Feed::send_page(std::vector<storage::StreamItem> items) {
  bool sent = false;
  std::uint64_t position = 0, count = 0;
  for (const auto& item : items) {
    count = item.position == position ? count + 1 : 1;
    position = item.position;
    if (position == at_.position && count <= at_.count) continue;  // seen before the resume
    co_await room();
    at_ = {.position = position, .count = count};
    send(event_frame(at_, item));
    sent = true;
  }
  co_return sent;
}

net::awaitable<void> Feed::run(std::optional<StreamCursor> from) {
  // First the ear, then the place to start: what is committed between is heard of.
  subscription_ = service_.subscribe(tenant_, std::nullopt, executor_,
                                     [weak = weak_from_this()](const StreamEvent&) {
                                       const auto feed = weak.lock();
                                       if (!feed) return;
                                       feed->news_ = true;
                                       feed->wake();
                                     });
  if (!subscription_) {
    socket_->close(1013, "too many subscribers");
    co_return co_await until_cancelled();
  }
  at_ = from.value_or(StreamCursor{.position = service_.store_health().position, .count = 0});
  JsonWriter ready;
  ready.begin_object().member("type", "ready").member("cursor", to_text(at_)).end_object();
  send(ready.take());
  using Page = Result<std::vector<storage::StreamItem>>;
  for (;;) {
    if (!key_is_valid()) {
      socket_->close(1008, "the key was withdrawn");
      co_return co_await until_cancelled();
    }
    news_ = false;
    // With a count, the commit itself is read again and what was seen of it is passed over.
    const auto after = at_.count > 0 ? at_.position - 1 : at_.position;
    auto page = co_await service_.read<Page>([tenant = tenant_, after](storage::Store& store) {
      return store.stream_blocking(tenant, after, kStreamPageEvents);
    });
    if (!page) {
      socket_->close(1011, "the events cannot be read now");
      co_return co_await until_cancelled();
    }
    if (co_await send_page(std::move(*page))) continue;
    while (!news_) co_await changed();
  }
}

namespace {

// Returning ends the connection, and would do so before a close that is still on its way to it.
net::awaitable<void> turn_away(http::WebSocket& socket, std::uint16_t code, std::string_view why) {
  socket.close(code, why);
  while (co_await socket.receive()) {
  }
}

// The peer's frames: a ping is answered, anything else is not ours.
net::awaitable<void> listen(std::shared_ptr<http::WebSocket> socket, std::shared_ptr<Feed> feed) {
  for (;;) {
    const auto text = co_await socket->receive();
    if (!text) co_return;
    Body frame(*text);
    const auto type = frame.required_text("type", 32);
    if (frame.wrong().empty() && type == "ping") {
      feed->send("{\"type\":\"pong\"}");
      continue;
    }
    co_return co_await turn_away(*socket, 1008, "expected {\"type\":\"ping\"}");
  }
}

const Route& stream_route() {
  static const Route kRoute = {"GET", "/v1/stream", {"read"}, nullptr, {"cursor"}};
  return kRoute;
}

// {"type":"auth","token":"..."}; browsers cannot set a header on a WebSocket.
net::awaitable<std::string> token_in_first_frame(http::WebSocket& socket) {
  const auto text = co_await socket.receive();
  if (!text) co_return std::string();
  Body frame(*text);
  const auto type = frame.required_text("type", 32);
  auto token = frame.required_text("token", 512);
  co_return frame.wrong().empty() && type == "auth" ? token : std::string();
}

// Closes the socket of somebody who says nothing.
std::shared_ptr<net::steady_timer> close_later(const net::any_io_executor& executor,
                                               const std::shared_ptr<http::WebSocket>& socket,
                                               Milliseconds timeout) {
  auto timer = std::make_shared<net::steady_timer>(executor, timeout);
  timer->async_wait([weak = std::weak_ptr(socket)](const boost::system::error_code& error) {
    const auto open = weak.lock();
    if (!error && open) open->close(1008, "no key in time");
  });
  return timer;
}

}  // namespace
}  // namespace api

net::awaitable<void> Api::stream(http::Request request, std::shared_ptr<http::WebSocket> socket) {
  using namespace net::experimental::awaitable_operators;  // NOLINT: how || is spelt
  const auto executor = co_await net::this_coro::executor;
  std::string token(api::bearer_token(request));
  if (token.empty()) {
    const auto timer = api::close_later(executor, socket, impl_->limits.stream_auth_timeout);
    token = co_await api::token_in_first_frame(*socket);
    timer->cancel();
  }
  auto let_in = impl_->door.let_in(token, request.remote);
  const auto* who = std::get_if<api::Credential>(&let_in);
  if (!who) {
    const bool later = std::get<http::Response>(let_in).status == 429;
    co_return co_await api::turn_away(
        *socket, later ? 1013 : 1008,
        later ? "too many wrong keys from this address" : "no valid key");
  }
  if (!who->key->has("read")) {
    co_return co_await api::turn_away(*socket, 1008, "the key needs the scope read");
  }
  const auto query = api::read_query(request.query, api::stream_route());
  std::optional<api::StreamCursor> from;
  if (query && !query->empty()) from = api::parse_stream_cursor(query->front().second);
  if (!query || (!query->empty() && !from)) {
    co_return co_await api::turn_away(*socket, 1008, "cursor: expected one that this stream gave");
  }
  auto feed = std::make_shared<api::Feed>(impl_->service, *who, socket, executor,
                                          impl_->limits.stream_frames_in_flight_max);
  co_await (api::listen(socket, feed) || feed->run(from));
}

}  // namespace parley::gateway
