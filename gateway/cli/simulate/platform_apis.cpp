#include "gateway/cli/simulate/platform_apis.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::gateway::simulate {
namespace {

using connectors::json_answer;

constexpr std::size_t kBodyKeptMax = 64 * 1024;

struct Name {
  std::string_view name;
  FaultKind kind;
};
constexpr Name kNames[] = {
    {"none", FaultKind::none},
    {"5xx", FaultKind::server_error},
    {"429", FaultKind::throttled},
    {"stall", FaultKind::stall},
    {"garbage", FaultKind::garbage},
    {"reset", FaultKind::reset_after_accept},
    {"expired_token", FaultKind::expired_token},
};

ApiAnswer page(int status, std::string_view words) {
  ApiAnswer answer;
  answer.status = status;
  answer.content_type = "text/html";
  answer.body = "<html>" + std::string(words) + "</html>";
  return answer;
}

// "/acme/send" names "acme" and leaves "/send"; false if it does not name this platform.
bool names(std::string_view path, std::string_view platform) {
  return path.size() > platform.size() + 1 && path[platform.size() + 1] == '/' &&
         path.substr(1, platform.size()) == platform;
}

}  // namespace

std::optional<FaultKind> fault_from(std::string_view name) {
  for (const auto& known : kNames) {
    if (known.name == name) return known.kind;
  }
  return std::nullopt;
}

std::string to_json(const AcceptedSend& send) {
  JsonWriter out;
  out.begin_object();
  out.member("number", send.number);
  out.member("platform", send.platform).member("method", send.method);
  out.member("to", send.to).member("text", send.text);
  out.member("external_id", send.external_id).member("body", send.body);
  out.end_object();
  return out.take();
}

PlatformApis::PlatformApis(const connectors::Registry& registry) {
  for (const auto& entry : registry.entries()) {
    if (!entry.stand_in) continue;
    stalls_.push_back({std::string(entry.connector->platform()), entry.stand_in()});
  }
}

void PlatformApis::set_fault(Fault fault) {
  fault_ = fault;
  if (fault.kind != FaultKind::expired_token) return;
  for (auto& stall : stalls_) stall.stand_in->expire_token();
  fault_.kind = FaultKind::none;  // the next token is good again
}

bool PlatformApis::stock(std::string_view platform, std::string_view record) {
  const auto stall = std::ranges::find(stalls_, platform, &Stall::platform);
  if (stall == stalls_.end()) return false;
  stall->stand_in->stock(record);
  return true;
}

void PlatformApis::accept(AcceptedSend send, const Stall& stall, const ApiRequest& request) {
  send.number = ++count_;
  send.platform = stall.platform;
  send.body = request.body;
  if (send.body.size() > kBodyKeptMax || !simdjson::validate_utf8(send.body)) {
    send.body = "[" + std::to_string(send.body.size()) + " bytes]";
  }
  accepted_.push_back(std::move(send));
  if (accepted_.size() > kAcceptedMax) accepted_.pop_front();
}

bool PlatformApis::faulty() {
  if (fault_.kind == FaultKind::none || fault_.times == 0) return false;
  if (fault_.times > 0) --fault_.times;
  return true;
}

std::optional<Reaction> PlatformApis::ask(Stall& stall, const ApiRequest& request) {
  const bool turned_away =
      fault_.kind == FaultKind::server_error || fault_.kind == FaultKind::throttled;
  if (turned_away && stall.stand_in->is_send(request) && faulty()) {
    if (fault_.kind == FaultKind::server_error) return Reaction{page(502, "Bad Gateway")};
    return Reaction{stall.stand_in->throttled(fault_.retry_after_s)};
  }
  auto outcome = stall.stand_in->api(request);
  if (!outcome) return std::nullopt;
  Reaction reaction{std::move(outcome->answer)};
  if (outcome->sent.empty()) return reaction;
  for (auto& send : outcome->sent) accept(std::move(send), stall, request);
  if (turned_away || !faulty()) return reaction;
  if (fault_.kind == FaultKind::stall) reaction.then = Reaction::Then::stall;
  if (fault_.kind == FaultKind::reset_after_accept) reaction.then = Reaction::Then::reset;
  if (fault_.kind == FaultKind::garbage) reaction.answer = page(200, "?");
  return reaction;
}

Reaction PlatformApis::react(ApiRequest request) {
  if (request.path.starts_with("/_control/")) return {control(request)};
  if (bots::BotStandIn::is_meant(request.path)) {
    auto said = bot_.react(request.path, request.body);
    ApiAnswer answer = json_answer(std::move(said.body), said.status);
    for (auto& [name, value] : said.headers) {
      if (name == "content-type") {
        answer.content_type = std::move(value);
      } else {
        answer.headers.emplace_back(std::move(name), std::move(value));
      }
    }
    return {std::move(answer)};
  }
  std::optional<Reaction> reaction;
  const auto named = std::ranges::find_if(
      stalls_, [&](const Stall& stall) { return names(request.path, stall.platform); });
  if (named != stalls_.end()) {
    request.path.erase(0, named->platform.size() + 1);
    reaction = ask(*named, request);
  } else {
    for (auto stall = stalls_.begin(); stall != stalls_.end() && !reaction; ++stall) {
      reaction = ask(*stall, request);
    }
  }
  if (reaction) return *std::move(reaction);
  return {json_answer(R"({"error":"the stand-in knows no such API"})", 404)};
}

// How tools in other processes see and steer the stand-in.
ApiAnswer PlatformApis::control(const ApiRequest& request) {
  if (request.path == "/_control/fault") return control_fault(request.body);
  if (request.path == "/_control/stock") return control_stock(request.body);
  if (request.path != "/_control/accepted") {
    return json_answer(R"({"error":"no such control"})", 404);
  }
  if (request.method == "DELETE") {
    forget();
    return json_answer("{}");
  }
  const std::string after = connectors::form_value(request.query, "after");
  const std::uint64_t from = after.empty() ? 0 : std::strtoull(after.c_str(), nullptr, 10);
  std::string list;
  for (const auto& send : accepted_) {
    if (send.number > from) list += (list.empty() ? "" : ",") + to_json(send);
  }
  return json_answer(R"({"standin":true,"count":)" + std::to_string(count_) + R"(,"accepted":[)" +
                     list + "]}");
}

ApiAnswer PlatformApis::control_fault(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return json_answer(R"({"error":"not JSON"})", 400);
  }
  const auto kind = fault_from(connectors::json_at(body, "/fault"));
  if (!kind) {
    return json_answer(
        R"({"error":"fault must be none, 5xx, 429, stall, reset, expired_token, garbage"})", 400);
  }
  Fault fault{.kind = *kind};
  std::int64_t number = 0;
  if (root["times"].get(number) == simdjson::SUCCESS) fault.times = static_cast<int>(number);
  if (root["retry_after_s"].get(number) == simdjson::SUCCESS) {
    fault.retry_after_s = static_cast<int>(number);
  }
  set_fault(fault);
  return json_answer("{}");
}

// {"platform":"...","records":["...",...]}
ApiAnswer PlatformApis::control_stock(std::string_view body) {
  const auto platform = connectors::json_at(body, "/platform");
  simdjson::dom::parser parser;
  simdjson::dom::array records;
  if (parser.parse(body.data(), body.size())["records"].get(records) != simdjson::SUCCESS) {
    return json_answer(R"({"error":"no records"})", 400);
  }
  for (const auto record : records) {
    std::string_view text;
    if (record.get(text) != simdjson::SUCCESS || !stock(platform, text)) {
      return json_answer(R"({"error":"no such platform, or a record that is no text"})", 400);
    }
  }
  return json_answer("{}");
}

}  // namespace parley::gateway::simulate
