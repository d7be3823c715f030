#include "connectors/twilio/api.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/http_status.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::twilio {
namespace {

constexpr std::string_view kApiBase = "https://api.twilio.com";
constexpr std::size_t kAnswerDepthMax = 16;

struct Known {
  std::string_view code;
  Errc means;
  std::string_view words;
};

// What is not listed is a refusal of this message. See twilio.com/docs/api/errors.
constexpr Known kKnown[] = {
    {"14107", Errc::throttled, "too many messages at once"},
    {"20003", Errc::misconfigured, "the account sid or auth token is wrong"},
    {"20404", Errc::misconfigured, "no such account or resource"},
    {"20429", Errc::throttled, "too many requests"},
    {"21220", Errc::window_closed, "the call is over"},
    {"21211", Errc::rejected, "not a phone number"},
    {"21408", Errc::misconfigured, "the account may not send to this country"},
    {"21603", Errc::misconfigured, "no sender was given"},
    {"21606", Errc::misconfigured, "`from` is not a number of this account that can send"},
    {"21608", Errc::misconfigured, "a trial account sends to verified numbers only"},
    {"21610", Errc::recipient_gone, "the recipient opted out"},
    {"21611", Errc::throttled, "the sender's queue is full"},
    {"21612", Errc::rejected, "this sender cannot reach this number"},
    {"21614", Errc::rejected, "not a mobile number"},
    {"21617", Errc::rejected, "the text is too long"},
    {"30001", Errc::throttled, "the queue is full"},
    {"30002", Errc::misconfigured, "the account is suspended"},
    {"30003", Errc::rejected, "the handset could not be reached"},
    {"30004", Errc::rejected, "the message was blocked"},
    {"30005", Errc::rejected, "unknown handset"},
    {"30006", Errc::rejected, "a landline or a carrier that cannot be reached"},
    {"30007", Errc::rejected, "filtered by the carrier"},
    {"30008", Errc::rejected, "unknown error of the carrier"},
    {"63003", Errc::rejected, "the channel does not know this address"},
    {"63007", Errc::misconfigured, "`from` is not a sender of this channel"},
    {"63015", Errc::misconfigured, "the sandbox sends to those who joined it only"},
    {"63016", Errc::window_closed, "outside the reply window, a template is needed"},
    {"63018", Errc::throttled, "the channel's rate limit"},
    {"63024", Errc::rejected, "not a recipient of this channel"},
    {"63032", Errc::rejected, "the channel limits messages to this user"},
    {"63033", Errc::recipient_gone, "the recipient blocked the sender"},
};

const Known* known(std::string_view code) {
  const auto found = std::ranges::find(kKnown, code, &Known::code);
  return found == std::end(kKnown) ? nullptr : &*found;
}

Error to_error(const HttpAnswer& answer, std::string code) {
  Error error{.code = Errc::rejected, .detail = "HTTP " + std::to_string(answer.status)};
  if (answer.status == 401 || answer.status == 403) error.code = Errc::misconfigured;
  if (const Known* found = known(code)) {
    error.code = found->means;
    error.detail = found->words;
  }
  if (error.code == Errc::throttled) {
    if (const auto plain = error_from_status(answer)) error.retry_after = plain->retry_after;
  }
  error.code_text = code.empty() ? std::to_string(answer.status) : std::move(code);
  return error;
}

std::string text_of(const simdjson::dom::object& body, std::string_view key) {
  std::string_view text;
  if (body[key].get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  if (body[key].get(number) == simdjson::SUCCESS) return std::to_string(number);
  return {};
}

}  // namespace

std::string_view words_of(std::string_view error_code) {
  const Known* found = known(error_code);
  return found == nullptr ? std::string_view() : found->words;
}

std::string base_of(const Channel& channel) {
  std::string base = channel.api_base.empty() ? std::string(kApiBase) : channel.api_base;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

std::string authorization(const Channel& channel) {
  return "Basic " + to_base64(std::string(channel.setting("account_sid")) + ":" +
                              channel.secret("auth_token").reveal());
}

HttpCall api_call(const Channel& channel, std::string_view resource, const Fields& form) {
  HttpCall call;
  call.url = base_of(channel) + "/2010-04-01/Accounts/" +
             percent_encode(channel.setting("account_sid")) + "/" + std::string(resource);
  call.headers = {{"authorization", authorization(channel)}, {"accept", "application/json"}};
  call.content_type = "application/x-www-form-urlencoded";
  call.body = form_encode(form);
  return call;
}

Result<Taken> read_answer(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  const bool read =
      parser.allocate(std::max<std::size_t>(answer.body.size(), 64), kAnswerDepthMax) ==
          simdjson::SUCCESS &&
      parser.parse(answer.body.data(), answer.body.size()).get(body) == simdjson::SUCCESS;
  if (answer.status / 100 == 2) {
    if (!read) {
      return Error{.code = Errc::unavailable,
                   .delivery = Delivery::unknown,
                   .detail = "the answer is not a JSON object"};
    }
    return Taken{text_of(body, "sid")};
  }
  std::string code = read ? text_of(body, "code") : std::string();
  // A code with a meaning of its own says more than the status beside it.
  if (const auto plain = error_from_status(answer); plain && known(code) == nullptr) return *plain;
  return to_error(answer, std::move(code));
}

}  // namespace parley::connectors::twilio
