#include "gateway/http/session.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "gateway/http/chunked_body.hpp"
#include "gateway/http/framing_guard.hpp"
#include "gateway/http/head_parser.hpp"
#include "gateway/http/web_socket_session.hpp"
#include "gateway/http/wire.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway::http {
namespace {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;
constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);

constexpr std::size_t kReadBytes = 4'096;
constexpr std::size_t kBodyReadBytes = 16 * 1024;
constexpr std::size_t kBufferBytesMin = 64 * 1024;
constexpr std::size_t kJoinedBodyBytesMax = 16 * 1024;  // head and body in one write below this
constexpr std::size_t kAnswerBytesPerSecondMin = 16 * 1024;
constexpr std::size_t kLingerBytesMax = 256 * 1024;
constexpr Milliseconds kLinger{1'000};
constexpr Milliseconds kDrainGrace{1'000};

enum class Phase : std::uint8_t {
  handshake,
  idle,  // between requests: not a byte of the next one has come
  head,
  body,
  handling,
  writing,
  late,  // the deadline's answer is being written while the Handler is still busy
  lingering,
};

net::ip::tcp::socket& socket_of(PlainStream& stream) { return stream; }
net::ip::tcp::socket& socket_of(TlsStream& stream) { return stream.next_layer(); }

template <class Stream>
class Session final : public Link, public std::enable_shared_from_this<Session<Stream>> {
 public:
  static constexpr bool kSecure = std::is_same_v<Stream, TlsStream>;

  Session(Stream stream, Accepted& accepted, std::shared_ptr<ServerState> state,
          std::shared_ptr<CoreRoom> room)
      : stream_(std::move(stream)),
        address_(std::move(accepted.address)),
        ticket_(std::move(accepted.ticket)),
        state_(std::move(state)),
        room_(std::move(room)),
        limits_(state_->limits),
        head_limits_{.target_bytes_max = limits_.target_bytes_max,
                     .header_bytes_max = limits_.header_bytes_max,
                     .fields_max = limits_.header_fields_max},
        buffer_(std::max<std::size_t>(
            kBufferBytesMin, limits_.target_bytes_max + limits_.header_bytes_max + kReadBytes)) {}

  struct Upgrade {
    Request request;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  // Serves requests until the connection is over, or one was granted a WebSocket.
  net::awaitable<std::optional<Upgrade>> serve();
  // For the WebSocket that follows; the session is over.
  Stream take_stream() { return std::move(stream_); }
  SocketPlace take_place() {
    Link::unlink();
    return {.state = state_, .room = room_, .ticket = std::move(ticket_)};
  }

  void on_tick(SteadyTime now) override;
  void on_drain() override;

 private:
  enum class Step : std::uint8_t { ok, over };

  void enter(Phase phase, Milliseconds limit) {
    phase_ = phase;
    deadline_ = Clock::now() + limit;
    timed_out_ = false;
  }
  void give_up() {  // the pending operation ends, and with it the session
    error_code ignored;
    socket_of(stream_).cancel(ignored);
  }
  std::string_view received() const {
    return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()};
  }

  net::awaitable<Step> handshake();
  net::awaitable<Step> fill(std::size_t bytes);  // reads more into the buffer
  net::awaitable<std::optional<Refusal>> read_head(bool first);
  std::optional<Refusal> take_head(std::size_t bytes);
  net::awaitable<std::optional<Refusal>> read_body();
  net::awaitable<Step> read_sized_body(std::uint64_t length);
  void move_body_deadline(SteadyTime started);
  net::awaitable<Response> answer();
  net::awaitable<Response> call_handler(Request request);
  net::awaitable<Response> may_upgrade();
  void answer_late();
  net::awaitable<Step> write(Response response, bool keep_alive);
  net::awaitable<void> finish_writing();

  Stream stream_;
  std::string address_;
  Ledger::Ticket ticket_;
  std::shared_ptr<ServerState> state_;
  std::shared_ptr<CoreRoom> room_;
  const Limits& limits_;
  HeadLimits head_limits_;
  boost::beast::flat_buffer buffer_;
  Phase phase_ = Phase::handshake;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime request_done_{};
  bool served_one_ = false;
  bool timed_out_ = false;
  bool over_ = false;  // nothing can be answered any more
  bool head_only_ = false;
  Request request_;
  Framing framing_;
};

template <class Stream>
void Session<Stream>::on_tick(SteadyTime now) {
  if (now < deadline_) return;
  deadline_ = SteadyTime::max();
  if (phase_ == Phase::handling) {
    answer_late();
    return;
  }
  timed_out_ = true;
  // An unused keep-alive or a peer that lingers is the ordinary end of a connection.
  if (phase_ != Phase::lingering && (phase_ != Phase::idle || !served_one_)) {
    state_->counters.refused(phase_ == Phase::idle        ? "silent"
                             : phase_ == Phase::handshake ? "slow_handshake"
                             : phase_ == Phase::head      ? "slow_header"
                             : phase_ == Phase::body      ? "slow_body"
                                                          : "slow_reader");
  }
  give_up();
}

template <class Stream>
void Session<Stream>::on_drain() {
  if (phase_ != Phase::idle) return;
  // A client that was just accepted has surely begun to send; one between requests may be told to
  // go at once.
  if (served_one_) {
    give_up();
  } else {
    deadline_ = std::min(deadline_, Clock::now() + kDrainGrace);
  }
}

template <class Stream>
net::awaitable<typename Session<Stream>::Step> Session<Stream>::handshake() {
  if constexpr (kSecure) {
    enter(Phase::handshake, limits_.handshake_timeout);
    const auto [error] = co_await stream_.async_handshake(net::ssl::stream_base::server, kAsTuple);
    if (error) {
      if (!timed_out_) state_->counters.refused("tls_handshake");
      co_return Step::over;
    }
  }
  co_return Step::ok;
}

template <class Stream>
net::awaitable<typename Session<Stream>::Step> Session<Stream>::fill(std::size_t bytes) {
  const auto room = buffer_.max_size() - buffer_.size();
  const auto [error, count] =
      co_await stream_.async_read_some(buffer_.prepare(std::min(bytes, room)), kAsTuple);
  buffer_.commit(count);
  // The tick may find the time over while a finished read is on its way here.
  co_return error || timed_out_ ? Step::over : Step::ok;
}

template <class Stream>
net::awaitable<std::optional<Refusal>> Session<Stream>::read_head(bool first) {
  // The first request has the header's time from the start: a connection that says nothing is no
  // better than one that dribbles.
  enter(Phase::idle, first ? limits_.header_timeout : limits_.keep_alive_timeout);
  if (room_->draining()) {
    // What was pipelined is here already and is served; nothing more is waited for, but for the
    // first request of a connection that the kernel accepted before the drain.
    if (!first && buffer_.size() == 0) over_ = true;
    if (over_) co_return std::nullopt;
    deadline_ = std::min(deadline_, Clock::now() + kDrainGrace);
  }
  std::size_t scanned = 0;
  for (;;) {
    if (buffer_.size() > 0 && phase_ == Phase::idle) {
      phase_ = Phase::head;
      if (!first) deadline_ = Clock::now() + limits_.header_timeout;
    }
    const auto scan = scan_head(received(), scanned, head_limits_);
    if (scan.refusal) co_return scan.refusal;
    if (scan.head_bytes > 0) co_return take_head(scan.head_bytes);
    scanned = scan.scanned;
    if (co_await fill(kReadBytes) == Step::ok) continue;
    if (timed_out_ && phase_ == Phase::head) co_return Refusal{408, "slow_header"};
    over_ = true;
    co_return std::nullopt;
  }
}

template <class Stream>
std::optional<Refusal> Session<Stream>::take_head(std::size_t bytes) {
  const auto head = received().substr(0, bytes);
  if (auto refusal = refuse_raw_head(head)) return refusal;
  auto parsed = parse_head(head);
  if (!parsed) return Refusal{400, "not_http"};
  const auto [refusal, framing] = framing_of(*parsed);
  if (refusal) return refusal;
  framing_ = framing;
  buffer_.consume(bytes);
  head_only_ = parsed->method == "HEAD";
  const auto question = parsed->target.find('?');
  request_ = {.method = std::move(parsed->method),
              .path = parsed->target.substr(0, question),
              .query = {},
              .headers = std::move(parsed->fields),
              .body = {},
              .remote = address_,
              .secure = kSecure};
  if (question != std::string::npos) request_.query = parsed->target.substr(question + 1);
  state_->proxies.apply(request_);
  return std::nullopt;
}

template <class Stream>
void Session<Stream>::move_body_deadline(SteadyTime started) {
  // Absolute, and sooner for a client that keeps below the least rate.
  const auto by_rate = started + limits_.body_grace +
                       std::chrono::milliseconds(request_.body.size() * 1'000 /
                                                 std::max(1u, limits_.body_bytes_per_second_min));
  deadline_ = std::min<SteadyTime>(started + limits_.body_timeout, by_rate);
}

template <class Stream>
net::awaitable<typename Session<Stream>::Step> Session<Stream>::read_sized_body(
    std::uint64_t length) {
  auto& body = request_.body;
  const auto started = Clock::now();
  const auto buffered = std::min<std::uint64_t>(length, buffer_.size());
  body.assign(received().substr(0, buffered));
  buffer_.consume(buffered);
  while (body.size() < length) {
    // Memory follows what has arrived, not what was announced.
    const auto have = body.size();
    const auto want = std::min<std::uint64_t>(length - have, std::max(kBodyReadBytes, have));
    body.resize(have + want);
    move_body_deadline(started);
    const auto [error, count] =
        co_await stream_.async_read_some(net::buffer(body.data() + have, want), kAsTuple);
    body.resize(have + count);
    if (error || timed_out_) co_return Step::over;
  }
  co_return Step::ok;
}

template <class Stream>
net::awaitable<std::optional<Refusal>> Session<Stream>::read_body() {
  if (framing_.body == BodyKind::none) co_return std::nullopt;
  const auto bytes_max = state_->handler.body_bytes_max(request_.method, request_.path);
  if (framing_.body == BodyKind::length && framing_.length > bytes_max) {
    co_return Refusal{413, "body_too_large"};
  }
  const auto started = Clock::now();
  phase_ = Phase::body;
  move_body_deadline(started);
  if (framing_.expects_continue && buffer_.size() == 0) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, count] =
        co_await net::async_write(stream_, net::buffer(kContinue), kAsTuple);
    over_ = static_cast<bool>(error);
  }
  if (framing_.body == BodyKind::length && !over_) {
    over_ = co_await read_sized_body(framing_.length) == Step::over;
  } else if (!over_) {
    ChunkedBody chunked(bytes_max);
    for (;;) {
      buffer_.consume(chunked.feed(received(), request_.body));
      if (chunked.state() == ChunkedBody::State::refused) co_return chunked.refusal();
      if (chunked.state() == ChunkedBody::State::complete) break;
      move_body_deadline(started);
      over_ = co_await fill(kBodyReadBytes) == Step::over;
      if (over_) break;
    }
  }
  if (over_ && timed_out_) {
    over_ = false;
    co_return Refusal{408, "slow_body"};
  }
  co_return std::nullopt;
}

template <class Stream>
net::awaitable<Response> Session<Stream>::call_handler(Request request) {
  // An exception here is a bug of ours; the client is owed an answer all the same.
  try {
    co_return co_await state_->handler.handle(std::move(request));
  } catch (const boost::system::system_error& error) {
    if (error.code() == net::error::operation_aborted) throw;  // the task was cancelled
    log(LogLevel::error, "http_handler_threw", {{"what", error.code().message()}});
  } catch (const std::exception& error) {
    log(LogLevel::error, "http_handler_threw", {{"what", error.what()}});
  }
  state_->counters.refused("handler_threw");
  co_return problem(500, "internal", "Internal Server Error", "");
}

template <class Stream>
net::awaitable<Response> Session<Stream>::may_upgrade() {
  auto response = check_upgrade(request_);
  if (response.status != 101) co_return response;
  // RFC 6455 has the client wait for our answer; bytes behind the request are somebody's smuggling.
  if (buffer_.size() > 0) co_return answer_to({400, "bytes_behind_upgrade"});
  co_return co_await state_->handler.may_upgrade(request_);
}

template <class Stream>
net::awaitable<Response> Session<Stream>::answer() {
  const InFlight in_flight(state_);
  if (!in_flight.admitted()) {
    state_->counters.refused("in_flight_max");
    co_return overloaded_answer();
  }
  enter(Phase::handling, limits_.handler_timeout);
  if (framing_.upgrade_web_socket) co_return co_await may_upgrade();
  co_return co_await call_handler(std::move(request_));
}

// The Handler is still at work and keeps its request; the client stops waiting. Nothing else uses
// the stream while the session waits for the Handler.
template <class Stream>
void Session<Stream>::answer_late() {
  state_->counters.refused("handler_timeout");
  state_->counters.answered(503, Clock::now() - request_done_);
  enter(Phase::late, limits_.write_timeout);
  const auto response = overloaded_answer();
  auto wire = response_head(response, head_only_, false);
  if (wire.body_follows) wire.head += response.body;
  const auto text = std::make_shared<const std::string>(std::move(wire.head));
  net::async_write(stream_, net::buffer(*text),
                   [self = this->shared_from_this(), text](const error_code&, std::size_t) {
                     error_code ignored;
                     self->deadline_ = SteadyTime::max();
                     socket_of(self->stream_).shutdown(net::socket_base::shutdown_both, ignored);
                   });
}

template <class Stream>
net::awaitable<typename Session<Stream>::Step> Session<Stream>::write(Response response,
                                                                      bool keep_alive) {
  auto wire = response_head(response, head_only_, keep_alive);
  if (wire.replaced) {
    state_->counters.refused("unsafe_response_header");
    log(LogLevel::error, "unsafe_response_header", {{"status", response.status}});
    response = {.status = 500};
  }
  enter(Phase::writing, limits_.write_timeout +
                            Milliseconds(response.body.size() * 1'000 / kAnswerBytesPerSecondMin));
  error_code failed;
  if (!wire.body_follows || response.body.size() <= kJoinedBodyBytesMax) {
    if (wire.body_follows) wire.head += response.body;
    const auto [error, count] =
        co_await net::async_write(stream_, net::buffer(wire.head), kAsTuple);
    failed = error;
  } else {
    const std::array<net::const_buffer, 2> both = {net::buffer(wire.head),
                                                   net::buffer(response.body)};
    const auto [error, count] = co_await net::async_write(stream_, both, kAsTuple);
    failed = error;
  }
  state_->counters.answered(response.status, Clock::now() - request_done_);
  co_return failed || wire.replaced ? Step::over : Step::ok;
}

// Says goodbye so that the answer arrives: closing with unread bytes in the kernel would reset the
// connection and take the answer with it.
template <class Stream>
net::awaitable<void> Session<Stream>::finish_writing() {
  enter(Phase::lingering, kLinger);
  if constexpr (kSecure) {
    co_await stream_.async_shutdown(kAsTuple);
  }
  error_code failed;
  socket_of(stream_).shutdown(net::socket_base::shutdown_send, failed);
  buffer_.clear();
  std::array<char, 1'024> sink;
  for (std::size_t seen = 0; !failed && seen < kLingerBytesMax;) {
    const auto [error, count] =
        co_await socket_of(stream_).async_read_some(net::buffer(sink), kAsTuple);
    failed = error;
    seen += count;
  }
}

template <class Stream>
net::awaitable<std::optional<typename Session<Stream>::Upgrade>> Session<Stream>::serve() {
  room_->add(*this);
  if (co_await handshake() == Step::over) co_return std::nullopt;
  for (bool first = true;; first = false) {
    auto refusal = co_await read_head(first);
    if (!refusal && !over_) refusal = co_await read_body();
    if (over_) co_return std::nullopt;
    request_done_ = Clock::now();
    Response response;
    if (refusal) {
      state_->counters.refused(refusal->reason);
      response = answer_to(*refusal);
    } else {
      response = co_await answer();
      if (phase_ == Phase::late) co_return std::nullopt;
      if (framing_.upgrade_web_socket && response.status == 101) {
        co_return Upgrade{.request = std::move(request_), .headers = std::move(response.headers)};
      }
    }
    const bool keep_alive =
        !refusal && framing_.keep_alive && !response.close && !room_->draining();
    if (co_await write(std::move(response), keep_alive) == Step::over) co_return std::nullopt;
    if (!keep_alive) {
      co_await finish_writing();
      co_return std::nullopt;
    }
    served_one_ = true;
    request_ = {};
  }
}

// `tls` keeps the certificates' table alive as long as a handshake may look into it.
template <class Stream>
net::awaitable<void> run_session(Stream stream, Accepted accepted,
                                 [[maybe_unused]] std::shared_ptr<ServerTls> tls,
                                 std::shared_ptr<ServerState> state,
                                 std::shared_ptr<CoreRoom> room) {
  auto session = std::make_shared<Session<Stream>>(std::move(stream), accepted, state, room);
  auto upgrade = co_await session->serve();
  if (!upgrade) co_return;
  auto raw = session->take_stream();
  auto place = session->take_place();
  session.reset();  // its buffers are not the WebSocket's
  Request request = upgrade->request;
  const auto socket = co_await accept_web_socket(std::move(raw), std::move(request),
                                                 std::move(upgrade->headers), std::move(place));
  if (!socket) co_return;
  try {
    co_await state->handler.serve(std::move(upgrade->request), socket);
  } catch (const std::exception&) {
    // Cancelled or a bug; the task group tells which. The peer is not left hanging.
    socket->close(1011, "internal error");
    throw;
  }
  co_await socket->finish();
}

}  // namespace

net::awaitable<void> run_connection(Accepted accepted,
                                    [[maybe_unused]] std::shared_ptr<ServerTls> tls,
                                    std::shared_ptr<ServerState> state,
                                    std::shared_ptr<CoreRoom> room) {
  error_code ignored;  // Nagle costs latency, nothing else depends on it
  accepted.socket.set_option(net::ip::tcp::no_delay(true), ignored);
  if (!tls) {
    PlainStream stream(std::move(accepted.socket));
    return run_session(std::move(stream), std::move(accepted), std::move(tls), std::move(state),
                       std::move(room));
  }
  TlsStream stream(std::move(accepted.socket), tls->context());
  return run_session(std::move(stream), std::move(accepted), std::move(tls), std::move(state),
                     std::move(room));
}

}  // namespace parley::gateway::http
