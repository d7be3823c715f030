#include "connectors/twilio/stand_in.hpp"

#include <algorithm>
#include <map>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::twilio {
namespace {

constexpr std::string_view kHost = "https://parley.example";
constexpr std::string_view kOurNumber = "+15550100";
constexpr std::string_view kCall = "CA";
constexpr std::size_t kCallDigits = 32;

using Form = std::map<std::string, std::string>;

std::string text_between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto at = text.find(begin);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + begin.size());
  return std::string(text.substr(0, text.find(end)));
}

// What the caller hears of a document.
std::string spoken(std::string_view twiml) {
  std::string heard = text_between(twiml, "<Say", "</Say>");
  heard.erase(0, std::min(heard.find('>') + 1, heard.size()));
  for (const auto& [escape, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}}) {
    for (auto at = heard.find(escape); at != std::string::npos; at = heard.find(escape, at + 1)) {
      heard.replace(at, std::string_view(escape).size(), character);
    }
  }
  return heard;
}

class TwilioStandIn final : public StandIn {
 public:
  explicit TwilioStandIn(std::string_view platform) : platform_(platform) {}

  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel(platform_, "", api_base);
    channel.settings["account_sid"] = "AC00000000000000000000000000000001";
    channel.settings["webhook_url"] = std::string(kHost) + webhook_path(channel);
    if (platform_ == "twilio_messaging_service") {
      channel.settings["messaging_service_sid"] = "MG00000000000000000000000000000001";
    } else {
      channel.settings["from"] = kOurNumber;
    }
    channel.secrets.emplace("auth_token", Secret("sample-auth-token-of-twilio"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return (whatsapp() ? "whatsapp:+" : "+") + std::to_string(15'550'200'000 + number);
  }

  // An application that fails is not asked again.
  Redelivery redelivery() const override { return {1, Milliseconds(15'000), Milliseconds(0)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    const std::string_view start = whatsapp() ? "whatsapp:+" : "+";
    const std::string digits =
        said.user.starts_with(start) ? said.user.substr(start.size()) : std::string();
    const bool number = !digits.empty() && digits.size() <= 15 &&
                        digits.find_first_not_of("0123456789") == std::string::npos;
    if (!number) {
      return Error{.code = Errc::misconfigured,
                   .detail = "this customer is " + std::string(start) + "15550200000 or the like"};
    }
    Form form = envelope(channel, said.user);
    std::string query;
    if (voice()) {
      form["CallSid"] = call_of(digits);
      form["CallStatus"] = "in-progress";
      form["Direction"] = "inbound";
      form["SpeechResult"] = said.text;
      form["Confidence"] = "0.9";
      query = "turn=" + std::to_string(said.number);
    } else {
      form["MessageSid"] = "SM" + std::to_string(said.number);
      form["Body"] = said.text;
      form["NumMedia"] = "0";
    }
    return Dispatch{.webhooks = {signed_webhook(channel, form, query)}};
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint) const override {
    if (voice() || send.external_id.empty()) return std::nullopt;
    if (state == DeliveryState::read && !whatsapp()) return std::nullopt;
    Form form = envelope(channel, send.to);
    std::swap(form["From"], form["To"]);
    form["MessageSid"] = send.external_id;
    form["MessageStatus"] = state == DeliveryState::sent        ? "sent"
                            : state == DeliveryState::delivered ? "delivered"
                            : state == DeliveryState::read      ? "read"
                                                                : "undelivered";
    if (state == DeliveryState::failed) form["ErrorCode"] = "30003";
    return Dispatch{.webhooks = {signed_webhook(channel, form, "")}};
  }

  std::string passive_text(const Channel&, std::string_view body) const override {
    return spoken(body);
  }

  bool is_send(const ApiRequest& request) const override { return !resource_of(request).empty(); }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    const std::string resource = resource_of(request);
    if (resource.empty()) return std::nullopt;
    if (!request.header("authorization").starts_with("Basic ")) {
      return ApiOutcome{json_answer(R"({"code":20003,"message":"Authenticate"})", 401)};
    }
    AcceptedSend send;
    send.method = resource;
    if (voice()) {
      const std::string call = text_between(request.path, "/Calls/", ".json");
      send.to = call.empty() ? form_field(request, "To") : user_of(call);
      send.text = spoken(form_field(request, "Twiml"));
    } else {
      send.to = form_field(request, "To");
      send.text = form_field(request, "Body");
    }
    if (send.to.empty()) return ApiOutcome{json_answer(R"({"code":21211})", 400)};
    const std::string sid = (voice() ? "CA" : "SM") + std::string("sent") + std::to_string(++sent_);
    if (!voice()) send.external_id = sid;
    JsonWriter json;
    json.begin_object().member("sid", sid).member("status", "queued").end_object();
    return ApiOutcome{json_answer(json.take(), 201), {std::move(send)}};
  }

  ApiAnswer throttled(int retry_after_s) const override {
    auto answer = json_answer(R"({"code":20429,"message":"Too Many Requests"})", 429);
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
  }

 private:
  bool voice() const { return platform_ == "twilio_voice"; }
  bool whatsapp() const { return platform_ == "twilio_whatsapp"; }

  // One call a caller is enough here; its sid tells whose it is.
  static std::string call_of(const std::string& digits) {
    return std::string(kCall) + std::string(kCallDigits - digits.size(), '0') + digits;
  }
  static std::string user_of(std::string_view call) {
    call.remove_prefix(std::min(kCall.size(), call.size()));
    call.remove_prefix(std::min(call.find_first_not_of('0'), call.size()));
    return "+" + std::string(call);
  }

  Form envelope(const Channel& channel, const std::string& user) const {
    return {{"AccountSid", std::string(channel.setting("account_sid"))},
            {"From", user},
            {"To", (whatsapp() ? "whatsapp:" : "") + std::string(kOurNumber)},
            {"ApiVersion", "2010-04-01"}};
  }

  // The account and messages of the API's paths; "" for any other path.
  std::string resource_of(const ApiRequest& request) const {
    if (request.method != "POST" || !request.path.starts_with("/2010-04-01/Accounts/")) return {};
    const std::string_view wanted = voice() ? "/Calls" : "/Messages.json";
    return request.path.find(wanted) == std::string::npos ? "" : std::string(wanted.substr(1));
  }

  static Webhook signed_webhook(const Channel& channel, const Form& form,
                                const std::string& query) {
    Webhook hook;
    hook.target = webhook_path(channel) + (query.empty() ? "" : "?" + query);
    std::string text = std::string(kHost) + hook.target;
    for (const auto& [name, value] : form) {
      hook.body +=
          (hook.body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
      text += name + value;
    }
    hook.headers = {
        {"Content-Type", "application/x-www-form-urlencoded"},
        {"X-Twilio-Signature", to_base64(hmac_sha1(channel.secret("auth_token").reveal(), text))}};
    return hook;
  }

  std::string platform_;
  std::uint64_t sent_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in(std::string_view platform) {
  return std::make_unique<TwilioStandIn>(platform);
}

}  // namespace parley::connectors::twilio
