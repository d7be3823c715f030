#include "gateway/cli/simulate/http_line.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <charconv>
#include <exception>
#include <optional>

namespace parley::gateway::simulate {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr std::size_t kAnswerBytesMax = 8 * 1024 * 1024;
constexpr auto kAwait = net::as_tuple(net::use_awaitable);

Error unavailable(std::string what) {
  return Error{.code = Errc::unavailable, .detail = std::move(what)};
}

}  // namespace

Ask ask_of(const connectors::Webhook& webhook) {
  return {.method = webhook.method,
          .target = webhook.target,
          .headers = webhook.headers,
          .body = webhook.body};
}

struct HttpLine::Impl {
  Impl(std::string to_host, std::uint16_t to_port) : host(std::move(to_host)), port(to_port) {}

  net::awaitable<Result<void>> connect(Milliseconds timeout) {
    boost::system::error_code error;
    const auto address = net::ip::make_address(host, error);
    if (error) co_return Error{.code = Errc::misconfigured, .detail = host + " is no address"};
    stream.emplace(io);
    buffer.clear();
    stream->expires_after(timeout);
    const auto [failed] = co_await stream->async_connect({address, port}, kAwait);
    if (failed) {
      stream.reset();
      co_return unavailable("nothing listens on " + host + ":" + std::to_string(port));
    }
    co_return Result<void>();
  }

  net::awaitable<Result<Answer>> exchange(const Ask& ask, Milliseconds timeout) {
    if (!stream) {
      auto connected = co_await connect(timeout);
      if (!connected) co_return std::move(connected.error());
    }
    bhttp::request<bhttp::string_body> request;
    request.version(11);
    request.method_string(ask.method);
    request.target(ask.target);
    request.set(bhttp::field::host, host + ":" + std::to_string(port));
    for (const auto& [name, value] : ask.headers) request.insert(name, value);
    request.body() = ask.body;
    request.prepare_payload();
    stream->expires_after(timeout);
    const auto [not_written, written] = co_await bhttp::async_write(*stream, request, kAwait);
    static_cast<void>(written);
    if (not_written) {
      stream.reset();
      co_return unavailable("the connection broke while asking");
    }
    bhttp::response_parser<bhttp::string_body> parser;
    parser.body_limit(kAnswerBytesMax);
    const auto [not_read, read] = co_await bhttp::async_read(*stream, buffer, parser, kAwait);
    static_cast<void>(read);
    if (not_read) {
      stream.reset();
      const bool late = not_read == beast::error::timeout;
      co_return unavailable(late ? "no answer in time" : "the connection broke before an answer");
    }
    const bool keep = parser.get().keep_alive();
    Answer answer;
    answer.status = static_cast<int>(parser.get().result_int());
    answer.content_type = std::string(parser.get()[bhttp::field::content_type]);
    answer.body = std::move(parser.get().body());
    if (!keep) stream.reset();
    co_return answer;
  }

  net::awaitable<void> run(const Ask& ask, Milliseconds timeout, Result<Answer>& out) {
    const bool kept = stream.has_value();
    out = co_await exchange(ask, timeout);
    // A kept connection may have been closed by the other side meanwhile.
    if (!out && kept && out.error().detail != "no answer in time") {
      out = co_await exchange(ask, timeout);
    }
  }

  std::string host;
  std::uint16_t port;
  net::io_context io{1};
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer{kAnswerBytesMax};
};

HttpLine::HttpLine(std::string host, std::uint16_t port)
    : impl_(std::make_unique<Impl>(std::move(host), port)) {}
HttpLine::~HttpLine() = default;
HttpLine::HttpLine(HttpLine&&) noexcept = default;

Result<Answer> HttpLine::ask_blocking(const Ask& ask, Milliseconds timeout) {
  Result<Answer> out = unavailable("not asked");
  net::co_spawn(impl_->io, impl_->run(ask, timeout, out), [&out](std::exception_ptr failed) {
    if (failed) out = unavailable("the call ended in an exception");
  });
  impl_->io.restart();
  impl_->io.run();
  return out;
}

Result<LocalAddress> local_address(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  const Error refused{.code = Errc::misconfigured,
                      .detail =
                          "the simulator works on this machine only: need "
                          "http://127.0.0.1:PORT, have " +
                          std::string(url)};
  if (!url.starts_with(kScheme)) return refused;
  auto rest = url.substr(kScheme.size());
  rest = rest.substr(0, rest.find('/'));
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return refused;
  LocalAddress out{std::string(rest.substr(0, colon)), 0};
  if (out.host == "localhost") out.host = "127.0.0.1";
  if (!out.host.starts_with("127.")) return refused;
  const auto digits = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (error != std::errc() || end != digits.data() + digits.size() || out.port == 0) return refused;
  return out;
}

}  // namespace parley::gateway::simulate
