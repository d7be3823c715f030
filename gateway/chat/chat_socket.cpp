// One customer's WebSocket: hello, what they missed, then both directions at once.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>

#include "base/json_writer.hpp"
#include "conversation/codec.hpp"
#include "gateway/chat/chat.hpp"
#include "gateway/chat/visitor_view.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kReplayPage = 100;
constexpr std::size_t kReplayPagesMax = 50;  // older than 5,000 events: GET /events
constexpr std::size_t kHeldMax = 1'000;      // live events held back while catching up
constexpr std::size_t kAheadMax = 16;        // frames of history the client has not taken yet
constexpr Milliseconds kMediaUrlLifetime{3'600'000};
constexpr std::uint32_t kFramesPerMinute = 100;

http::Frame frame(std::string json) { return std::make_shared<const std::string>(std::move(json)); }

http::Frame error_frame(const Error& error, std::string_view id) {
  JsonWriter out;
  out.begin_object().member("type", "error");
  if (!id.empty()) out.member("id", id);
  out.member("code", to_string(error.code)).member("detail", error.detail).end_object();
  return frame(out.take());
}

// History is sent as fast as the client takes it: a long one all at once would be more than a
// socket may have waiting, and look like a client that does not read. Lives on the socket's core,
// and only while somebody catches up.
class Pace : public std::enable_shared_from_this<Pace> {
 public:
  explicit Pace(net::any_io_executor executor) : timer_(std::move(executor)) {}

  // Released by the socket when it is written, or when it will never be.
  http::Frame frame_of(std::string json) {
    ++ahead_;
    auto done = [weak = weak_from_this(),
                 executor = timer_.get_executor()](const std::string* text) {
      delete text;
      net::post(executor, [weak] {
        const auto pace = weak.lock();
        if (!pace) return;
        --pace->ahead_;
        pace->timer_.cancel();
      });
    };
    return {new const std::string(std::move(json)), std::move(done)};
  }
  net::awaitable<void> room() {
    const auto self = shared_from_this();
    while (ahead_ >= kAheadMax) {
      timer_.expires_at(net::steady_timer::time_point::max());
      co_await timer_.async_wait(net::as_tuple(net::use_awaitable));
    }
  }

 private:
  net::steady_timer timer_;
  std::size_t ahead_ = 0;
};

// What a socket has shown so far; lives on the socket's core.
struct Viewer {
  Service& service;
  std::shared_ptr<const Tenant> tenant;
  std::shared_ptr<http::WebSocket> socket;
  PersonId person;
  std::uint64_t last_seq = 0;
  bool live = false;  // caught up: events go straight out
  bool overflowed = false;
  std::shared_ptr<Pace> pace = {};  // while catching up
  std::vector<StreamEvent> held = {};
  std::shared_ptr<Subscription> subscription = {};

  void show(const Event& event) {
    if (event.seq <= last_seq) return;
    last_seq = event.seq;
    const MediaUrl url = [this](const MediaId& id) {
      return service.media_url(*tenant, id, kMediaUrlLifetime);
    };
    auto view = visitor_view(event, url);
    if (view) socket->send(pace ? pace->frame_of(std::move(*view)) : frame(std::move(*view)));
  }

  void on_event(const StreamEvent& event) {
    if (!event.event) {
      if (event.json) socket->send(event.json);  // typing
    } else if (live) {
      show(*event.event);
    } else if (held.size() < kHeldMax) {
      held.push_back(event);
    } else {
      overflowed = true;
    }
  }
};

net::awaitable<bool> catch_up(std::shared_ptr<Viewer> viewer) {
  viewer->pace = std::make_shared<Pace>(co_await net::this_coro::executor);
  for (std::size_t pages = 0; pages < kReplayPagesMax; ++pages) {
    const std::uint64_t after = viewer->last_seq;
    auto page = co_await viewer->service.read<Result<std::vector<storage::StoredEvent>>>(
        [tenant = viewer->tenant->id, person = viewer->person, after](storage::Store& store) {
          return store.history_blocking(tenant, person, after, kReplayPage);
        });
    if (!page) co_return false;
    for (const auto& item : *page) {
      const auto event = from_stored<Event>(item.body);
      co_await viewer->pace->room();
      if (event) viewer->show(*event);
      viewer->last_seq = std::max(viewer->last_seq, item.seq);
    }
    if (page->size() < kReplayPage) {
      if (viewer->overflowed) {
        viewer->overflowed = false;  // what was not held is in the log by now
        viewer->held.clear();
        continue;
      }
      // What is held grows while its beginning is sent; by index, it may move meanwhile.
      for (std::size_t i = 0; i < viewer->held.size() && !viewer->overflowed; ++i) {
        co_await viewer->pace->room();
        viewer->show(*viewer->held[i].event);
      }
      if (viewer->overflowed) continue;
      viewer->held.clear();
      viewer->held.shrink_to_fit();
      viewer->pace.reset();
      viewer->live = true;
      co_return true;
    }
  }
  co_return false;
}

void subscribe(const std::shared_ptr<Viewer>& viewer, net::any_io_executor executor) {
  viewer->live = false;
  viewer->held.clear();
  viewer->subscription =
      viewer->service.subscribe(viewer->tenant->id, viewer->person, std::move(executor),
                                [weak = std::weak_ptr<Viewer>(viewer)](const StreamEvent& event) {
                                  if (const auto alive = weak.lock()) alive->on_event(event);
                                });
}

std::string welcome(const connectors::ChatSessions::Session& session, const Viewer& viewer) {
  JsonWriter out;
  out.begin_object()
      .member("type", "welcome")
      .member("token", session.token)
      .member("expires_at", format_time(session.expires_at))
      .member("conversation_id", conversation_of(viewer.person).value)
      .member("last_seq", viewer.last_seq)
      .end_object();
  return out.take();
}

std::string ack(std::string_view id, const std::vector<Outcome>& outcomes) {
  JsonWriter out;
  out.begin_object().member("type", "ack");
  if (!id.empty()) out.member("id", id);
  if (!outcomes.empty()) {
    out.member("seq", outcomes.back().last_seq).member("duplicate", outcomes.back().duplicate);
  }
  out.end_object();
  return out.take();
}

// A token bucket of frames; steady time only.
class FrameBudget {
 public:
  bool take(SteadyPoint now) {
    const auto passed = static_cast<double>((now - last_).count());
    last_ = now;
    tokens_ = std::min<double>(kFramesPerMinute, tokens_ + passed * kFramesPerMinute / 60'000.0);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double tokens_ = kFramesPerMinute;
  SteadyPoint last_{};
};

}  // namespace

net::awaitable<http::Response> Chat::may_upgrade(const http::Request& request) {
  const auto place = place_of(request.path);
  if (!place || !place->rest.empty()) {
    co_return http::problem(404, "not-found", "No such chat channel", "");
  }
  if (!place->entry->chat_sessions->origin_allowed(*place->channel, request.header("origin"))) {
    co_return http::problem(403, "origin", "This page may not connect",
                            "its origin is not in the channel's `origins`");
  }
  co_return http::Response{.status = 101};
}

net::awaitable<void> Chat::serve(http::Request request, std::shared_ptr<http::WebSocket> socket) {
  const auto place = place_of(request.path);
  if (!place) {
    socket->close(1011, "channel is gone");
    co_return;
  }
  auto first = co_await socket->receive();
  if (!first) co_return;
  const auto hello = parse_hello(*first);
  if (!hello) {
    socket->send(error_frame(hello.error(), ""));
    socket->close(1008, "bad hello");
    co_return;
  }
  const auto session = open(*place, hello->hello);
  if (!session) {
    socket->send(error_frame(session.error(), ""));
    socket->close(1008, "no session");
    co_return;
  }
  const auto executor = co_await net::this_coro::executor;
  auto viewer = std::make_shared<Viewer>(
      Viewer{.service = service_,
             .tenant = place->tenant,
             .socket = socket,
             .person = service_.resolve(place->tenant->id, session->identity),
             .last_seq = hello->last_seq.value_or(0)});
  socket->send(frame(welcome(*session, *viewer)));
  subscribe(viewer, executor);
  if (!viewer->subscription || !co_await catch_up(viewer)) {
    socket->close(1013, "cannot catch up now");
    co_return;
  }
  FrameBudget budget;
  for (;;) {
    auto text = co_await socket->receive();
    if (!text) break;
    if (!budget.take(service_.clock().steady())) {
      socket->close(1008, "too many frames");
      break;
    }
    const std::string id = frame_id(*text);
    auto outcomes = co_await hear(*place, *session, std::move(*text));
    if (!outcomes) {
      socket->send(error_frame(outcomes.error(), id));
      continue;
    }
    // Merged into another conversation meanwhile: go on in that one, from here.
    if (!outcomes->empty() && !outcomes->back().duplicate &&
        outcomes->back().person != viewer->person) {
      viewer->person = outcomes->back().person;
      viewer->last_seq = outcomes->back().last_seq - outcomes->back().events.size();
      subscribe(viewer, executor);
      if (!viewer->subscription || !co_await catch_up(viewer)) {
        socket->close(1013, "cannot catch up now");
        break;
      }
    }
    socket->send(frame(ack(id, *outcomes)));
  }
}

}  // namespace parley::gateway
