#include "tests/soak/client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <cctype>
#include <cstdlib>

namespace parley::test::soak {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;
constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);
constexpr std::chrono::seconds kPatience{120};

tcp::endpoint here(std::uint16_t port) { return {net::ip::address_v4::loopback(), port}; }

std::string_view value_of(std::string_view json, std::string_view name) {
  const std::string mark = "\"" + std::string(name) + "\":";
  const auto at = json.find(mark);
  return at == std::string_view::npos ? std::string_view() : json.substr(at + mark.size());
}

}  // namespace

net::awaitable<Answer> ask_async(std::uint16_t port, std::string method, std::string target,
                                 Headers headers, std::string body) {
  beast::tcp_stream stream(co_await net::this_coro::executor);
  stream.expires_after(kPatience);
  const auto [unreachable] = co_await stream.async_connect(here(port), kAsTuple);
  if (unreachable) co_return Answer{};
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(target);
  request.version(11);
  request.set(http::field::host, "127.0.0.1:" + std::to_string(port));
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : headers) request.insert(name, value);
  request.body() = std::move(body);
  request.prepare_payload();
  const auto [unsent, sent] = co_await http::async_write(stream, request, kAsTuple);
  if (unsent) co_return Answer{};
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  const auto [unread, read] = co_await http::async_read(stream, buffer, response, kAsTuple);
  if (unread) co_return Answer{};
  Answer answer{static_cast<int>(response.result_int()), std::move(response.body()), {}};
  for (const auto& field : response) {
    answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  co_return answer;
}

net::awaitable<bool> TextSocket::open(std::uint16_t port, std::string target, Headers headers) {
  auto& lowest = beast::get_lowest_layer(stream_);
  lowest.expires_after(kPatience);
  const auto [unreachable] = co_await lowest.async_connect(here(port), kAsTuple);
  if (unreachable) co_return false;
  stream_.set_option(beast::websocket::stream_base::decorator(
      [headers = std::move(headers)](beast::websocket::request_type& request) {
        for (const auto& [name, value] : headers) request.set(name, value);
      }));
  const auto [refused] =
      co_await stream_.async_handshake("127.0.0.1:" + std::to_string(port), target, kAsTuple);
  stream_.text(true);
  co_return !refused;
}

net::awaitable<bool> TextSocket::send(std::string text) {
  beast::get_lowest_layer(stream_).expires_after(kPatience);
  const auto [error, sent] = co_await stream_.async_write(net::buffer(text), kAsTuple);
  co_return !error;
}

net::awaitable<std::optional<std::string>> TextSocket::receive(std::chrono::seconds patience) {
  beast::get_lowest_layer(stream_).expires_after(patience);
  buffer_.clear();
  const auto [error, read] = co_await stream_.async_read(buffer_, kAsTuple);
  if (error) co_return std::nullopt;
  co_return beast::buffers_to_string(buffer_.data());
}

net::awaitable<void> TextSocket::close() {
  beast::get_lowest_layer(stream_).expires_after(kPatience);
  co_await stream_.async_close(beast::websocket::close_code::normal, kAsTuple);
}

std::string text_of(std::string_view json, std::string_view name) {
  auto value = value_of(json, name);
  if (value.empty() || value.front() != '"') return {};
  value.remove_prefix(1);
  return std::string(value.substr(0, value.find('"')));
}

std::uint64_t number_of(std::string_view json, std::string_view name) {
  const auto value = value_of(json, name);
  std::uint64_t out = 0;
  for (const char c : value) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) break;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return out;
}

}  // namespace parley::test::soak
