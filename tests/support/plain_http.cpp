#include "tests/support/plain_http.hpp"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/beast/websocket.hpp>

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace parley::test {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;

constexpr std::chrono::seconds kLimit{20};

void limit(tcp::socket& socket) {
  timeval time{.tv_sec = kLimit.count(), .tv_usec = 0};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

template <class Fields>
Headers headers_of(const Fields& fields) {
  Headers out;
  for (const auto& field : fields) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    out.emplace_back(std::move(name), std::string(field.value()));
  }
  return out;
}

}  // namespace

Answer ask(std::uint16_t port, const std::string& method, const std::string& target,
           const Headers& headers, const std::string& body) {
  net::io_context io;
  tcp::socket socket(io);
  beast::error_code error;
  socket.connect({net::ip::make_address("127.0.0.1"), port}, error);
  if (error) return {};
  limit(socket);
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(target);
  request.version(11);
  request.set(http::field::host, "127.0.0.1:" + std::to_string(port));
  for (const auto& [name, value] : headers) request.insert(name, value);
  request.body() = body;
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    request.prepare_payload();
  }
  http::write(socket, request, error);
  if (error) return {};
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(64u << 20);
  http::read(socket, buffer, parser, error);
  if (error) return {};
  auto response = parser.release();
  return {response.result_int() ? static_cast<int>(response.result_int()) : 0, response.body(),
          headers_of(response)};
}

struct Socket::Impl {
  net::io_context io;
  beast::websocket::stream<tcp::socket> stream{io};
};

Socket::Socket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Socket::~Socket() = default;

std::unique_ptr<Socket> Socket::open(std::uint16_t port, const std::string& target,
                                     const Headers& headers) {
  auto impl = std::make_unique<Impl>();
  beast::error_code error;
  impl->stream.next_layer().connect({net::ip::make_address("127.0.0.1"), port}, error);
  if (error) return nullptr;
  limit(impl->stream.next_layer());
  impl->stream.set_option(
      beast::websocket::stream_base::decorator([&](beast::websocket::request_type& request) {
        for (const auto& [name, value] : headers) request.set(name, value);
      }));
  impl->stream.handshake("127.0.0.1:" + std::to_string(port), target, error);
  if (error) return nullptr;
  return std::unique_ptr<Socket>(new Socket(std::move(impl)));
}

void Socket::send(const std::string& text) {
  beast::error_code error;
  impl_->stream.text(true);
  impl_->stream.write(net::buffer(text), error);
}

std::optional<std::string> Socket::receive() {
  beast::flat_buffer buffer;
  beast::error_code error;
  impl_->stream.read(buffer, error);
  if (error) return std::nullopt;
  return beast::buffers_to_string(buffer.data());
}

void Socket::close() {
  beast::error_code error;
  impl_->stream.close(beast::websocket::close_code::normal, error);
}

struct LittleServer::Impl {
  Answerer answer;
  std::size_t remembered_max = 0;
  net::io_context io;
  tcp::acceptor acceptor{io, {net::ip::make_address("127.0.0.1"), 0}};
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::vector<Asked> asked;  // guarded by mutex
  struct Connection {
    tcp::socket socket;
    std::thread thread = {};
    bool ended = false;
  };
  std::list<Connection> connections;  // guarded by mutex
  bool stopping = false;              // guarded by mutex
  std::thread accepting;

  void serve_blocking(Connection& mine) {
    answer_all_blocking(mine.socket);
    const std::lock_guard lock(mutex);
    beast::error_code ignored;
    mine.socket.close(ignored);
    mine.ended = true;
  }

  void answer_all_blocking(tcp::socket& socket) {
    beast::flat_buffer buffer;
    for (;;) {
      beast::error_code error;
      http::request<http::string_body> request;
      http::read(socket, buffer, request, error);
      if (error) return;
      Asked one{std::string(request.method_string()), std::string(request.target()), request.body(),
                headers_of(request)};
      {
        const std::lock_guard lock(mutex);
        if (asked.size() < remembered_max) asked.push_back(one);
      }
      changed.notify_all();
      const Answer told = answer(one);
      if (told.status == 0) return;  // accepted and then gone, as a broken platform does
      http::response<http::string_body> response(static_cast<http::status>(told.status), 11);
      for (const auto& [name, value] : told.headers) response.set(name, value);
      response.body() = told.body;
      response.prepare_payload();
      http::write(socket, response, error);
      if (error) return;
    }
  }

  void accept_blocking() {
    for (;;) {
      beast::error_code error;
      tcp::socket socket(io);
      acceptor.accept(socket, error);
      const std::lock_guard lock(mutex);
      if (error || stopping) return;
      forget_ended();
      auto& mine = connections.emplace_back(Connection{.socket = std::move(socket)});
      mine.thread = std::thread([this, &mine] { serve_blocking(mine); });
    }
  }

  // A test of many lives opens thousands of them. The lock is held; who has ended needs it no more.
  void forget_ended() {
    std::erase_if(connections, [](Connection& each) {
      if (each.ended) each.thread.join();
      return each.ended;
    });
  }
};

LittleServer::LittleServer(Answerer answer, std::size_t remembered_max)
    : impl_(std::make_unique<Impl>()) {
  impl_->answer = std::move(answer);
  impl_->remembered_max = remembered_max;
  impl_->accepting = std::thread([this] { impl_->accept_blocking(); });
}

LittleServer::~LittleServer() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    for (auto& each : impl_->connections) {
      if (!each.ended) ::shutdown(each.socket.native_handle(), SHUT_RDWR);
    }
  }
  ::shutdown(impl_->acceptor.native_handle(), SHUT_RDWR);
  impl_->accepting.join();
  for (auto& each : impl_->connections) each.thread.join();
}

std::uint16_t LittleServer::port() const { return impl_->acceptor.local_endpoint().port(); }

std::vector<Asked> LittleServer::asked() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->asked;
}

bool LittleServer::wait_for(std::size_t count) const {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, kLimit, [&] { return impl_->asked.size() >= count; });
}

}  // namespace parley::test
