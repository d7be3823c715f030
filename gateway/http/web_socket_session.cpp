#include "gateway/http/web_socket_session.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "base/crypto.hpp"
#include "base/mutant.hpp"
#include "gateway/http/syntax.hpp"
#include "gateway/http/wire.hpp"
#include "gateway/http/ws_rates.hpp"

namespace parley::gateway::http {
namespace {

namespace beast = boost::beast;
namespace ws = beast::websocket;
using Clock = std::chrono::steady_clock;
constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);

// A read never prepares more than this ahead of data: an idle socket holds no large buffer.
constexpr std::size_t kFirstReadBytes = 128;
constexpr std::size_t kReadBytes = 4'096;
// A message of 64 KiB in network packets is some 45 reads; a flood of tiny fragments is thousands.
constexpr std::size_t kReadsPerMessageMax = 1'024;
constexpr Milliseconds kPeerHangUp{250};

net::ip::tcp::socket& socket_of(PlainStream& stream) { return stream; }
net::ip::tcp::socket& socket_of(TlsStream& stream) { return stream.next_layer(); }

std::string reason_for(const beast::error_code& error) {
  if (error == ws::error::closed) return "closed_by_peer";
  if (error == ws::error::message_too_big || error == ws::error::buffer_overflow) {
    return "message_too_large";
  }
  if (error == ws::error::bad_frame_payload) return "not_utf8";
  if (error == beast::error::timeout) return "no_answer_to_ping";
  if (error == ws::condition::protocol_violation) return "protocol_error";
  if (error == net::error::operation_aborted) return "cancelled";
  return "connection_lost";
}

template <class Stream>
class Socket final : public ServedSocket,
                     public Link,
                     public std::enable_shared_from_this<Socket<Stream>> {
 public:
  Socket(Stream stream, SocketPlace place)
      : ws_(std::move(stream)),
        place_(std::move(place)),
        limits_(place_.state->limits),
        bucket_(limits_.ws_messages_per_minute_max, limits_.ws_messages_burst_max, Clock::now()),
        pings_(limits_.ws_pings_per_10_s_max) {
    place_.state->counters.sockets.add(1);
  }
  ~Socket() override { place_.state->counters.sockets.add(-1); }

  net::awaitable<bool> accept(Request request,
                              std::vector<std::pair<std::string, std::string>> headers);

  net::awaitable<Result<std::string>> receive() override;
  void send(Frame text) override;
  void close(std::uint16_t code, std::string_view reason) override;
  net::awaitable<void> finish() override;

  void on_tick(SteadyTime now) override;
  void on_drain() override { close(1012, "service restart"); }

 private:
  void enqueue(Frame text);
  void pump();
  void ask_to_close(std::uint16_t code, std::string reason);
  void start_close();
  void end(std::string_view reason);  // the connection is over
  Error ended_error() const;
  std::string after_read(const beast::error_code& error);

  ws::stream<Stream, false> ws_;  // false: no deflate; it doubles an idle socket and invites bombs
  SocketPlace place_;
  const Limits& limits_;
  MessageBucket bucket_;
  ControlWindow pings_;

  // Counted by send() on any thread, before the frame reaches the core: the way there is bounded.
  std::atomic<std::size_t> queued_messages_{0};
  std::atomic<std::size_t> queued_bytes_{0};
  std::atomic<bool> overflowed_{false};

  std::vector<Frame> queue_;  // front is being written when writing_
  bool writing_ = false;
  bool closing_ = false;        // somebody asked
  bool close_started_ = false;  // the close frame is on its way
  bool peer_closed_ = false;    // its close frame has come
  bool ended_ = false;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
  std::string end_reason_;
  SteadyTime write_deadline_ = SteadyTime::max();
  SteadyTime close_deadline_ = SteadyTime::max();
  SteadyTime message_deadline_ = SteadyTime::max();
  net::steady_timer* finished_ = nullptr;
};

template <class Stream>
net::awaitable<bool> Socket<Stream>::accept(
    Request request, std::vector<std::pair<std::string, std::string>> headers) {
  ws_.set_option(ws::stream_base::timeout{.handshake_timeout = limits_.handshake_timeout,
                                          .idle_timeout = 2 * limits_.ws_ping_interval,
                                          .keep_alive_pings = true});
  ws_.read_message_max(limits_.ws_message_bytes_max);
  ws_.auto_fragment(false);
  ws_.text(true);
  auto decorate = [headers = std::move(headers)](ws::response_type& response) {
    response.set(beast::http::field::server, "parley");  // or Beast names itself and its version
    for (const auto& [name, value] : headers) {
      if (is_safe_field(name, value) && !is_own_field(to_lower(name))) response.set(name, value);
    }
  };
  ws_.set_option(ws::stream_base::decorator(std::move(decorate)));
  beast::http::request<beast::http::empty_body> handshake(
      beast::http::verb::get,
      request.query.empty() ? request.path : request.path + "?" + request.query, 11);
  for (const auto& [name, value] : request.headers) handshake.insert(name, value);
  const auto [error] = co_await ws_.async_accept(handshake, kAsTuple);
  if (error) co_return false;
  // The decorator holds the headers: for the life of an idle socket that is memory for nothing.
  ws_.set_option(ws::stream_base::decorator([](ws::response_type&) {}));
  ws_.control_callback([this](ws::frame_type kind, beast::string_view) {
    if (kind == ws::frame_type::close) {
      // Both sides have said it, or will in a moment; Beast would wait for the peer to hang up.
      peer_closed_ = true;
      close_deadline_ = std::min(close_deadline_, Clock::now() + kPeerHangUp);
    } else if (!pings_.take(Clock::now())) {
      close(1008, "too many pings");
    }
  });
  place_.room->add(*this);
  if (place_.room->draining()) on_drain();
  co_return true;
}

template <class Stream>
net::awaitable<Result<std::string>> Socket<Stream>::receive() {
  const auto self = this->shared_from_this();
  if (ended_ || closing_) co_return ended_error();
  beast::flat_buffer buffer(limits_.ws_message_bytes_max + kReadBytes);
  std::size_t reads = 0;
  do {
    const auto ahead = reads == 0 ? kFirstReadBytes : kReadBytes;
    const auto [error, bytes] = co_await ws_.async_read_some(buffer, ahead, kAsTuple);
    if (error) {
      // After our close frame the close itself says when it is over.
      if (!close_started_) end(after_read(error));
      co_return ended_error();
    }
    if (reads == 0) message_deadline_ = Clock::now() + limits_.ws_fragment_timeout;
    if (++reads > kReadsPerMessageMax) ask_to_close(1008, "too many fragments");
    if (ws_.got_binary()) ask_to_close(1003, "text only");
    if (closing_) co_return ended_error();
  } while (!ws_.is_message_done());
  message_deadline_ = SteadyTime::max();
  if (!bucket_.take(Clock::now())) {
    ask_to_close(1008, "too many messages");
    co_return ended_error();
  }
  const auto data = buffer.cdata();
  co_return std::string(static_cast<const char*>(data.data()), data.size());
}

template <class Stream>
std::string Socket<Stream>::after_read(const beast::error_code& error) {
  if (!closing_ && error == ws::error::closed) {
    return "closed by peer: " + std::to_string(ws_.reason().code);
  }
  return reason_for(error);
}

template <class Stream>
void Socket<Stream>::send(Frame text) {
  const auto messages = ++queued_messages_;
  const auto bytes = queued_bytes_ += text->size();
  if (!MUTANT("unbounded_socket_queue") &&
      (messages > limits_.ws_queue_messages_max || bytes > limits_.ws_queue_bytes_max)) {
    --queued_messages_;
    queued_bytes_ -= text->size();
    if (!overflowed_.exchange(true)) close(1013, "slow consumer");
    return;
  }
  net::post(ws_.get_executor(),
            [self = this->shared_from_this(), text = std::move(text)]() mutable {
              self->enqueue(std::move(text));
            });
}

template <class Stream>
void Socket<Stream>::enqueue(Frame text) {
  if (ended_ || closing_) {
    --queued_messages_;
    queued_bytes_ -= text->size();
    return;
  }
  queue_.push_back(std::move(text));
  pump();
}

template <class Stream>
void Socket<Stream>::pump() {
  if (ended_ || close_started_ || writing_) return;
  if (queue_.empty()) {
    if (closing_) start_close();
    return;
  }
  writing_ = true;
  write_deadline_ = Clock::now() + limits_.write_timeout;
  const auto frame = queue_.front();
  ws_.async_write(net::buffer(*frame), [self = this->shared_from_this(), frame](
                                           const beast::error_code& error, std::size_t) {
    self->writing_ = false;
    self->write_deadline_ = SteadyTime::max();
    --self->queued_messages_;
    self->queued_bytes_ -= frame->size();
    self->queue_.erase(self->queue_.begin());
    if (self->queue_.empty()) self->queue_ = {};  // an idle socket keeps no capacity
    if (error) {
      self->end(reason_for(error));
      return;
    }
    self->pump();
  });
}

template <class Stream>
void Socket<Stream>::close(std::uint16_t code, std::string_view reason) {
  net::post(ws_.get_executor(),
            [self = this->shared_from_this(), code, reason = std::string(reason)]() mutable {
              self->ask_to_close(code, std::move(reason));
            });
}

template <class Stream>
void Socket<Stream>::ask_to_close(std::uint16_t code, std::string reason) {
  if (ended_ || closing_) return;
  closing_ = true;
  close_code_ = code;
  close_reason_ = std::move(reason);
  close_deadline_ = Clock::now() + limits_.ws_close_timeout;
  message_deadline_ = SteadyTime::max();
  // Ordinary ends deliver what was queued before; a client that misbehaves or does not read gets
  // nothing more than the reason.
  const bool orderly = code == 1000 || code == 1001 || code == 1012;
  const std::size_t keep = orderly ? queue_.size() : writing_ ? 1 : 0;
  while (queue_.size() > keep) {
    --queued_messages_;
    queued_bytes_ -= queue_.back()->size();
    queue_.pop_back();
  }
  pump();
}

template <class Stream>
void Socket<Stream>::start_close() {
  close_started_ = true;
  // A control frame has room for 123 bytes of reason.
  const ws::close_reason why(static_cast<ws::close_code>(close_code_),
                             beast::string_view(close_reason_).substr(0, 120));
  ws_.async_close(why, [self = this->shared_from_this()](const beast::error_code&) {
    self->end(self->close_reason_);
  });
}

template <class Stream>
void Socket<Stream>::end(std::string_view reason) {
  if (ended_) return;
  ended_ = true;
  end_reason_ = closing_ ? close_reason_ : std::string(reason);
  place_.state->counters.socket_closed(end_reason_.starts_with("closed by peer") ? "closed by peer"
                                       : closing_ ? "closed " + std::to_string(close_code_)
                                                  : end_reason_);
  beast::error_code gone_already;  // nobody is left to tell
  socket_of(ws_.next_layer()).close(gone_already);
  Link::unlink();
  place_.ticket = {};
  if (finished_ != nullptr) finished_->cancel();
}

template <class Stream>
Error Socket<Stream>::ended_error() const {
  return {.code = Errc::unavailable, .detail = closing_ ? close_reason_ : end_reason_};
}

struct Forget {
  net::steady_timer*& timer;
  ~Forget() { timer = nullptr; }
};

template <class Stream>
net::awaitable<void> Socket<Stream>::finish() {
  const auto self = this->shared_from_this();
  ask_to_close(1000, "");
  if (ended_) co_return;
  net::steady_timer finished(co_await net::this_coro::executor);
  finished.expires_at(SteadyTime::max());
  finished_ = &finished;
  const Forget forget{finished_};  // a cancelled co_await throws
  co_await finished.async_wait(kAsTuple);
}

template <class Stream>
void Socket<Stream>::on_tick(SteadyTime now) {
  if (now >= message_deadline_) ask_to_close(1008, "message took too long");
  // An answer to our close is read by the close itself, which tells nobody.
  if (close_started_ && !peer_closed_ && ws_.reason().code != ws::close_code::none) {
    peer_closed_ = true;
    close_deadline_ = std::min(close_deadline_, now + kPeerHangUp);
  }
  // Beast closes by itself on a protocol error and waits for the peer without a limit.
  if (!ws_.is_open() && close_deadline_ == SteadyTime::max()) {
    close_deadline_ = now + limits_.ws_close_timeout;
  }
  if (now < std::min(write_deadline_, close_deadline_)) return;
  if (!closing_ && !peer_closed_ && now >= write_deadline_) {
    // The frame on the wire cannot be finished, so no close frame can follow it.
    closing_ = true;
    close_code_ = 1013;
    close_reason_ = "slow consumer";
  }
  end(peer_closed_ ? after_read(ws::error::closed) : "no_answer_to_close");
}

template <class Stream>
net::awaitable<std::shared_ptr<ServedSocket>> accept_on(
    Stream stream, Request request, std::vector<std::pair<std::string, std::string>> headers,
    SocketPlace place) {
  auto socket = std::make_shared<Socket<Stream>>(std::move(stream), std::move(place));
  const bool open = co_await socket->accept(std::move(request), std::move(headers));
  if (!open) socket = nullptr;
  co_return socket;
}

}  // namespace

Response check_upgrade(const Request& request) {
  if (request.header("sec-websocket-version") != "13") {
    auto answer = problem(426, "upgrade-required", "Upgrade Required", "WebSocket version 13");
    answer.headers.emplace_back("sec-websocket-version", "13");
    return answer;
  }
  const auto key = from_base64(request.header("sec-websocket-key"));
  if (!key || key->size() != 16 || request.header("sec-websocket-key").size() != 24) {
    return problem(400, "bad-upgrade", "Bad Request", "sec-websocket-key");
  }
  return {.status = 101};
}

net::awaitable<std::shared_ptr<ServedSocket>> accept_web_socket(
    PlainStream stream, Request request, std::vector<std::pair<std::string, std::string>> headers,
    SocketPlace place) {
  return accept_on(std::move(stream), std::move(request), std::move(headers), std::move(place));
}

net::awaitable<std::shared_ptr<ServedSocket>> accept_web_socket(
    TlsStream stream, Request request, std::vector<std::pair<std::string, std::string>> headers,
    SocketPlace place) {
  return accept_on(std::move(stream), std::move(request), std::move(headers), std::move(place));
}

}  // namespace parley::gateway::http
