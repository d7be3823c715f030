#include "gateway/http/head_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <string>

#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {

namespace beast = boost::beast;

std::optional<ParsedHead> parse_head(std::string_view head) {
  beast::http::request_parser<beast::http::empty_body> parser;
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());  // limited where bytes arrive
  parser.body_limit(boost::none);
  beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_header_done()) return std::nullopt;
  const auto& message = parser.get();
  ParsedHead out{.method = std::string(message.method_string()),
                 .target = std::string(message.target()),
                 .version = static_cast<int>(message.version()),
                 .fields = {}};
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    out.fields.emplace_back(to_lower({name.data(), name.size()}),
                            trim(std::string_view(value.data(), value.size())));
  }
  return out;
}

}  // namespace parley::gateway::http
