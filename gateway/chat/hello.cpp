#include <simdjson.h>

#include "gateway/chat/chat.hpp"
#include "gateway/pipeline/utf8_cut.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kHelloBytesMax = 16 * 1024;
constexpr std::size_t kFrameIdBytesMax = 64;

}  // namespace

Result<HelloFrame> parse_hello(std::string_view json) {
  HelloFrame out;
  if (json.empty()) return out;  // an unknown visitor has nothing to say of itself
  if (json.size() > kHelloBytesMax) {
    return Error{.code = Errc::malformed, .detail = "hello: at most 16 KiB"};
  }
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(json.data(), json.size()).get(root)) {
    return Error{.code = Errc::malformed, .detail = "hello: not a JSON object"};
  }
  for (const auto [name, value] : root) {
    if (name == "last_seq") {
      std::uint64_t seq = 0;
      if (value.get(seq)) {
        return Error{.code = Errc::malformed, .detail = "last_seq: expected a whole number"};
      }
      out.last_seq = seq;
      continue;
    }
    std::string* const field = name == "token"        ? &out.hello.token
                               : name == "user_token" ? &out.hello.user_token
                               : name == "user"       ? &out.hello.user
                               : name == "user_hash"  ? &out.hello.user_hash
                                                      : nullptr;
    if (field == nullptr) continue;  // a newer client may say more
    std::string_view text;
    if (value.get(text)) {
      return Error{.code = Errc::malformed, .detail = std::string(name) + ": expected a string"};
    }
    *field = text;
  }
  return out;
}

std::string frame_id(std::string_view json) {
  simdjson::dom::parser parser;
  std::string_view id;
  if (parser.parse(json.data(), json.size())["id"].get(id)) return {};
  return std::string(utf8_cut(id, kFrameIdBytesMax));
}

}  // namespace parley::gateway
