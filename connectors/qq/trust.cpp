#include "connectors/qq/trust.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::qq {
namespace {

constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kWordBytesMax = 128;
constexpr std::int64_t kValidation = 13;

Error refused(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

bool all_of(std::string_view text, bool (*good)(char)) {
  return !text.empty() && text.size() <= kWordBytesMax && std::ranges::all_of(text, good);
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::string seed_of(std::string_view bot_secret) {
  std::string seed(bot_secret);
  while (!seed.empty() && seed.size() < kSeedBytes) seed += seed;
  return seed.substr(0, kSeedBytes);
}

Result<void> authenticate(const WebhookRequest& request, const Channel& channel) {
  const auto key = ed25519_public_key(seed_of(channel.secret("bot_secret").reveal()));
  if (!key) return Error{.code = Errc::misconfigured, .detail = "the channel has no bot_secret"};
  const auto app_id = channel.setting("app_id"), meant = request.header("x-bot-appid");
  if (!app_id.empty() && !meant.empty() && app_id != meant) {
    return refused("x-bot-appid names another bot");
  }
  const auto signature = from_hex(request.header("x-signature-ed25519"));
  std::string text(request.header("x-signature-timestamp"));
  if (!signature || text.empty()) return refused("the signature's headers are missing");
  text += request.body;
  if (!ed25519_verify(*key, text, *signature)) return refused("x-signature-ed25519 does not match");
  return {};
}

// The key that answers here is the key that proves webhooks. Anybody may ask, for the platform's
// question need not be signed; so the words signed must never be a timestamp and a JSON body:
// digits, then letters and digits.
std::optional<Result<Reply>> answer_validation(const WebhookRequest& request,
                                               const Channel& channel) {
  const auto document = JsonDocument::parse(request.body);
  if (!document || json_integer(document->root(), "op") != kValidation) return std::nullopt;
  if (!request.header("x-signature-ed25519").empty()) {
    if (auto proven = authenticate(request, channel); !proven) return std::move(proven.error());
  }
  simdjson::dom::object asked = json_empty();
  json_object(document->root(), "d", asked);
  const auto word = json_text(asked, "plain_token"), time = json_id(asked, "event_ts");
  if (!all_of(word, is_word) || !all_of(time, is_digit)) {
    return Error{.code = Errc::malformed, .detail = "plain_token or event_ts is not as documented"};
  }
  const auto signature = ed25519_sign(seed_of(channel.secret("bot_secret").reveal()), time + word);
  if (!signature) {
    return Error{.code = Errc::misconfigured, .detail = "the channel has no bot_secret"};
  }
  JsonWriter json;
  json.begin_object().member("plain_token", word);
  json.member("signature", to_hex(*signature)).end_object();
  return Reply{.content_type = "application/json", .body = json.take()};
}

}  // namespace parley::connectors::qq
