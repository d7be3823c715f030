#include "connectors/viber/viber_api.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/http_status.hpp"
#include "connectors/json_in.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::viber {
namespace {

constexpr std::string_view kApiBase = "https://chatapi.viber.com";
constexpr std::size_t kAnswerDepthMax = 16;

struct Status {
  std::int64_t code;
  Errc means;
  std::string_view words;  // Viber's own explanation, which its answers only abbreviate
};

// https://developers.viber.com/docs/api/rest-bot-api/#error-codes
constexpr Status kStatuses[] = {
    {1, Errc::rejected, "The webhook URL is not valid"},
    {2, Errc::misconfigured, "The authentication token is not valid"},
    {3, Errc::rejected, "There is an error in the request itself (missing comma, brackets, etc.)"},
    {4, Errc::rejected, "Some mandatory data is missing"},
    {5, Errc::recipient_gone, "The receiver is not registered to Viber"},
    {6, Errc::recipient_gone, "The receiver is not subscribed to the account"},
    {7, Errc::misconfigured, "The account is blocked"},
    {8, Errc::misconfigured, "The account associated with the token is not a account."},
    {9, Errc::misconfigured, "The account is suspended"},
    {10, Errc::misconfigured, "No webhook was set for the account"},
    {11, Errc::rejected,
     "The receiver is using a device or a Viber version that don't support accounts"},
    {12, Errc::throttled, "Rate control breach"},
    {13, Errc::rejected,
     "Maximum supported account version by all user's devices is less than the minApiVersion in "
     "the message"},
    {14, Errc::rejected, "minApiVersion is not compatible to the message fields"},
    {15, Errc::misconfigured, "The account is not authorized"},
    {16, Errc::rejected, "Inline message not allowed"},
    {17, Errc::rejected, "The account is not inline"},
    {18, Errc::misconfigured,
     "Failed to post to public account. The bot is missing a Public Chat interface"},
    {19, Errc::rejected, "Cannot send broadcast message"},
    {20, Errc::rejected, "Attempt to send broadcast message from the bot"},
    {21, Errc::rejected, "The message sent is not supported in the destination country"},
    {22, Errc::rejected, "The bot does not support payment messages"},
    {23, Errc::misconfigured, "The non-billable message has reached its monthly threshold"},
    {24, Errc::misconfigured, "No balance for a billable message"},
};

Error to_error(std::int64_t status, std::string_view said) {
  Error error{.code = Errc::rejected, .detail = {}, .code_text = std::to_string(status)};
  const auto* known = std::ranges::find(kStatuses, status, &Status::code);
  if (known != std::end(kStatuses)) error.code = known->means;
  const auto words = known != std::end(kStatuses) ? known->words : std::string_view{};
  error.detail = joined({words, short_line(said)}, "; ");
  if (error.detail.empty()) error.detail = "status " + error.code_text;
  return error;
}

}  // namespace

HttpCall send_call(const Channel& channel, std::string body) {
  std::string base = channel.api_base.empty() ? std::string(kApiBase) : channel.api_base;
  while (base.ends_with('/')) base.pop_back();
  HttpCall call;
  call.url = base + "/pa/send_message";
  call.headers = {{"Accept", "application/json"}};
  call.body = std::move(body);
  return call;
}

Result<std::string> read_sent(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  if (answer.status / 100 != 2) {  // Viber itself always answers 200
    return Error{.code = Errc::rejected,
                 .detail = "HTTP " + std::to_string(answer.status),
                 .code_text = std::to_string(answer.status)};
  }
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  std::int64_t status = 0;
  if (!parse_object(parser, answer.body, kAnswerDepthMax, body)) {
    return Error{.code = Errc::unavailable,
                 .delivery = Delivery::unknown,
                 .detail = "the answer is not a JSON object"};
  }
  if (body["status"].get(status) != simdjson::SUCCESS) {
    return Error{.code = Errc::rejected,
                 .delivery = Delivery::unknown,
                 .detail = "the answer holds no status"};
  }
  if (status != 0) return to_error(status, text_in(body, "status_message"));
  return id_in(body, "message_token");
}

}  // namespace parley::connectors::viber
