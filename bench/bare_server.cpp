// The yardstick: a Beast server that reads the same request and answers 200, doing nothing else.
// One io_context per core on one port, like the gateway. Prints "listens on PORT" and runs until
// it is killed.
#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <cstdio>
#include <thread>
#include <vector>

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;

namespace {

net::awaitable<void> serve(beast::tcp_stream stream) {
  beast::flat_buffer buffer(64 * 1024);
  for (;;) {
    http::request<http::string_body> request;
    const auto [read_error, read] =
        co_await http::async_read(stream, buffer, request, net::as_tuple(net::use_awaitable));
    if (read_error) co_return;
    http::response<http::string_body> response(http::status::ok, 11);
    response.set(http::field::content_type, "text/plain");
    response.body() = "ok";
    response.prepare_payload();
    const auto [write_error, written] =
        co_await http::async_write(stream, response, net::as_tuple(net::use_awaitable));
    if (write_error) co_return;
  }
}

net::awaitable<void> listen(tcp::acceptor acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(net::as_tuple(net::use_awaitable));
    if (error) continue;
    socket.set_option(tcp::no_delay(true));
    const auto executor = socket.get_executor();
    net::co_spawn(executor, serve(beast::tcp_stream(std::move(socket))), net::detached);
  }
}

using reuse_port = net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

}  // namespace

int main() {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<net::io_context>> contexts;
  std::vector<std::thread> threads;
  unsigned short port = 0;
  for (std::size_t i = 0; i < cores; ++i) {
    auto& io = *contexts.emplace_back(std::make_unique<net::io_context>(1));
    tcp::acceptor acceptor(io);
    acceptor.open(tcp::v4());
    acceptor.set_option(reuse_port(true));
    acceptor.bind({net::ip::make_address("127.0.0.1"), port});
    acceptor.listen();
    port = acceptor.local_endpoint().port();
    net::co_spawn(io, listen(std::move(acceptor)), net::detached);
  }
  std::printf("listens on %u\n", static_cast<unsigned>(port));
  std::fflush(stdout);
  for (auto& io : contexts) threads.emplace_back([&io] { io->run(); });
  for (auto& thread : threads) thread.join();
}
