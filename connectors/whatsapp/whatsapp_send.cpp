#include "connectors/whatsapp/whatsapp_send.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/graph_api.hpp"
#include "connectors/graph_dialogue.hpp"
#include "connectors/url.hpp"
#include "connectors/whatsapp/whatsapp_plan.hpp"

namespace parley::connectors::whatsapp {
namespace {

using namespace std::chrono_literals;

// Anything not listed is a refusal of this message: repeating it would not help.
constexpr graph::CodeRow kCodes[] = {
    {.code = 33, .errc = Errc::misconfigured, .what = "no such phone number of ours"},
    {.code = 130429, .errc = Errc::throttled, .what = "too many messages a second"},
    {.code = 131000, .errc = Errc::unavailable, .what = "it failed for no known reason"},
    {.code = 131005, .errc = Errc::misconfigured, .what = "the token may not do this"},
    {.code = 131016, .errc = Errc::unavailable, .what = "a service of the platform is down"},
    {.code = 131026, .what = "it cannot be delivered to this recipient"},
    {.code = 131031, .errc = Errc::misconfigured, .what = "the business account is locked"},
    {.code = 131037, .errc = Errc::misconfigured, .what = "the number's name is not approved"},
    {.code = 131042, .errc = Errc::misconfigured, .what = "the account's payment is not settled"},
    {.code = 131045, .errc = Errc::misconfigured, .what = "the phone number is not registered"},
    {.code = 131047, .errc = Errc::window_closed, .what = "24 hours have passed; use a template"},
    {.code = 131048, .errc = Errc::throttled, .what = "too much of it was reported as spam"},
    {.code = 131050, .errc = Errc::recipient_gone, .what = "they stopped our marketing messages"},
    {.code = 131053, .errc = Errc::unavailable, .what = "the file could not be fetched"},
    {.code = 131056,
     .errc = Errc::throttled,
     .what = "too many messages to this one recipient",
     .retry_after = 6s},
    {.code = 131057, .errc = Errc::unavailable, .what = "the account is under maintenance"},
    {.code = 133010, .errc = Errc::misconfigured, .what = "the phone number is not registered"},
    {.code = 133016, .errc = Errc::throttled, .what = "the number registered too often"},
};

// Where files lie. The token goes nowhere else.
constexpr std::string_view kFileHosts[] = {".fbsbx.com", ".facebook.com", ".fbcdn.net",
                                           ".whatsapp.net"};

std::string own_path(const Channel& channel, std::string_view what) {
  return percent_encode(channel.setting("phone_number_id")) + "/" + std::string(what);
}

HttpCall call_of(const Channel& channel, const std::string& path) {
  return graph::api_call(channel, graph::kGraphBase, path, graph::TokenPlace::bearer);
}

graph::Wire wire_of(const Channel& channel) {
  return {.send = call_of(channel, own_path(channel, "messages")),
          .upload = call_of(channel, own_path(channel, "media")),
          .codes = kCodes};
}

// "https" and the host; "" if the URL is not one to send a token to.
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto end = url.find_first_of("/?#\\", scheme + 3);
  const auto origin = url.substr(0, end);
  return origin.contains('@') ? std::string_view() : origin;
}

bool is_file_host(std::string_view url, const Channel& channel) {
  const auto origin = origin_of(url);
  if (origin.empty()) return false;
  if (!channel.api_base.empty() && origin == origin_of(channel.api_base)) return true;
  return origin.starts_with("https://") &&
         std::ranges::any_of(kFileHosts, [&](auto host) { return origin.ends_with(host); });
}

}  // namespace

SendStep start_send(const SendContext& context) {
  return graph::start_plan(context, plan_message(context), wire_of(context.channel));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return graph::resume_plan(context, plan_message(context), wire_of(context.channel), step, answer);
}

HttpCall typing_call(const Channel& channel, const std::string& message_id) {
  JsonWriter json;
  json.begin_object().member("messaging_product", "whatsapp").member("status", "read");
  json.member("message_id", message_id).key("typing_indicator").begin_object();
  json.member("type", "text").end_object().end_object();
  HttpCall call = call_of(channel, own_path(channel, "messages"));
  call.body = json.take();
  return call;
}

HttpCall media_call(const Channel& channel, const std::string& media_id) {
  HttpCall call = call_of(channel, percent_encode(media_id));
  call.method = "GET";
  call.content_type.clear();
  return call;
}

Result<HttpCall> download_call(const Channel& channel, const HttpAnswer& answer) {
  auto said = graph::read_answer(answer, channel, kCodes);
  if (!said) return std::move(said.error());
  if (!is_file_host(said->url, channel)) {
    return Error{.code = Errc::rejected, .detail = "the file's address is not the platform's"};
  }
  HttpCall call;
  call.method = "GET";
  call.url = std::move(said->url);
  call.headers.emplace_back("authorization", "Bearer " + channel.secret("access_token").reveal());
  call.content_type.clear();
  call.download = true;
  return call;
}

}  // namespace parley::connectors::whatsapp
