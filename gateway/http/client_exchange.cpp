#include "gateway/http/client_exchange.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <utility>

#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);
constexpr std::size_t kBufferBytesMax = 64 * 1024;
constexpr std::uint32_t kAnswerHeaderBytesMax = 32 * 1024;
constexpr int kInterimAnswersMax = 5;
constexpr std::size_t kJoinedBodyBytesMax = 16 * 1024;

using Parser = beast::http::response_parser<beast::http::string_body>;

std::string say(const char* doing, const beast::error_code& error) {
  if (error == beast::error::timeout) return std::string("timed out ") + doing;
  if (error == beast::http::error::body_limit) return "answer is larger than allowed";
  if (error == beast::http::error::header_limit) return "answer's header is larger than allowed";
  return std::string("failed ") + doing + ": " + error.message();
}

// Where the answer ends must have one reading only; the connection is used again after it.
bool is_framed_clearly(const Parser::value_type& message) {
  const auto count = message.count(beast::http::field::transfer_encoding);
  if (count == 0) return true;
  return count == 1 && message.version() == 11 &&
         equal_ignoring_case(message[beast::http::field::transfer_encoding], "chunked");
}

ClientAnswer to_answer(Parser::value_type message) {
  ClientAnswer answer{.status = static_cast<int>(message.result_int()), .headers = {}, .body = {}};
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    answer.headers.emplace_back(to_lower({name.data(), name.size()}),
                                std::string(value.data(), value.size()));
  }
  answer.body = std::move(message.body());
  return answer;
}

// False: it ended badly, and `out` says how.
template <class Stream>
net::awaitable<bool> read_pieces(Stream& stream, beast::flat_buffer& buffer, Parser& parser,
                                 const ClientRequest& request, ExchangeLimits limits,
                                 Exchange& out) {
  parser.eager(true);
  for (;;) {
    auto& body = parser.get().body();
    if (!body.empty() && !request.on_piece(body)) {
      out.error.detail = "hung up on the answer";
      co_return false;
    }
    body.clear();
    if (parser.is_done()) co_return true;
    auto until = limits.until;
    if (request.piece_timeout) {
      until = std::min(until, std::chrono::steady_clock::now() + *request.piece_timeout);
    }
    beast::get_lowest_layer(stream).expires_at(until);
    const auto [error, bytes] =
        co_await beast::http::async_read_some(stream, buffer, parser, kAsTuple);
    if (error) {
      out.error.detail = say("reading the answer", error);
      co_return false;
    }
  }
}

template <class Stream>
net::awaitable<void> read_answer(Stream& stream, const ClientRequest& request,
                                 ExchangeLimits limits, Exchange& out) {
  auto& tcp = beast::get_lowest_layer(stream);
  beast::flat_buffer buffer(kBufferBytesMax);
  for (int interim = 0;; ++interim) {
    Parser parser;
    parser.header_limit(kAnswerHeaderBytesMax);
    parser.body_limit(limits.answer_bytes_max);
    if (request.method == "HEAD") parser.skip(true);
    tcp.expires_at(std::min(limits.first_byte_until, limits.until));
    const auto [head_error, head_bytes] =
        co_await beast::http::async_read_header(stream, buffer, parser, kAsTuple);
    out.received = out.received || head_bytes > 0 || buffer.size() > 0;
    if (head_error) {
      out.error.detail = say("waiting for the answer", head_error);
      co_return;
    }
    const auto status = parser.get().result_int();
    if (status < 200) {  // 100, 103: more follows
      if (status == 101 || interim >= kInterimAnswersMax) {
        out.error.detail = "answer is no answer: " + std::to_string(status);
        co_return;
      }
      continue;
    }
    if (!is_framed_clearly(parser.get())) {
      out.error.detail = "answer has an unusual transfer-encoding";
      co_return;
    }
    tcp.expires_at(limits.until);
    if (request.on_piece && status / 100 == 2) {
      if (!co_await read_pieces(stream, buffer, parser, request, limits, out)) co_return;
    } else if (!parser.is_done()) {
      const auto [error, bytes] =
          co_await beast::http::async_read(stream, buffer, parser, kAsTuple);
      if (error) {
        out.error.detail = say("reading the answer", error);
        co_return;
      }
    }
    out.reusable = parser.get().version() == 11 && parser.keep_alive() &&
                   !parser.get().need_eof() && buffer.size() == 0;
    out.answer = to_answer(parser.release());
    co_return;
  }
}

template <class Stream>
net::awaitable<Exchange> exchange_on(Stream& stream, std::string head, const ClientRequest& request,
                                     ExchangeLimits limits) {
  Exchange out;
  beast::get_lowest_layer(stream).expires_at(limits.until);
  // One buffer at a time: given two, Beast 1.81's TLS stream stops without an error after the first
  // one when the second is larger than it joins.
  const bool joined = request.body.size() <= kJoinedBodyBytesMax;
  if (joined) head += request.body;
  beast::error_code failed;
  {
    const auto [error, bytes] = co_await net::async_write(stream, net::buffer(head), kAsTuple);
    failed = error;
    out.written = bytes;
  }
  if (!failed && !joined) {
    const auto [error, bytes] =
        co_await net::async_write(stream, net::buffer(request.body), kAsTuple);
    failed = error;
    out.written += bytes;
  }
  if (failed) {
    out.error.detail = say("sending the request", failed);
  } else {
    co_await read_answer(stream, request, limits, out);
  }
  out.error.delivery = out.written == 0 ? Delivery::not_sent : Delivery::unknown;
  co_return out;
}

}  // namespace

net::awaitable<Exchange> exchange(Connection& connection, std::string head,
                                  const ClientRequest& request, ExchangeLimits limits) {
  if (auto* tls = std::get_if<TlsOut>(&connection.stream)) {
    return exchange_on(*tls, std::move(head), request, limits);
  }
  return exchange_on(std::get<PlainOut>(connection.stream), std::move(head), request, limits);
}

}  // namespace parley::gateway::http
