#include <algorithm>
#include <cctype>

#include "base/crypto.hpp"
#include "gateway/cli/cases/case_file.hpp"
#include "gateway/cli/cases/incoming_json.hpp"
#include "gateway/cli/cases/match.hpp"
#include "gateway/cli/cases/script_transport.hpp"

namespace parley::gateway::cli {
namespace {

using connectors::Incoming;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return text;
}

// The case's request, with the bytes the views point into.
struct OwnedRequest {
  std::string method, path, query, body;
  std::vector<std::pair<std::string, std::string>> headers;
  TimePoint received_at{};

  connectors::WebhookRequest view() const {
    connectors::WebhookRequest request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    request.received_at = received_at;
    for (const auto& [name, value] : headers) request.headers.push_back({name, value});
    return request;
  }
};

Result<OwnedRequest> request_of(const Case& one) {
  const Json& from = one.root["request"];
  OwnedRequest request;
  request.method = from.text_or("method", "POST");
  request.received_at = clock_of(one);
  std::string url = from.text_or("url", "/");
  url.resize(std::min(url.find('#'), url.size()));
  if (const auto question = url.find('?'); question != std::string::npos) {
    request.query = url.substr(question + 1);
    url.resize(question);
  }
  const auto host = url.find("://");
  const auto slash = host == std::string::npos ? 0 : url.find('/', host + 3);
  request.path = slash == std::string::npos ? "/" : url.substr(slash);
  for (const auto& [name, value] : from["headers"].members) {
    request.headers.emplace_back(lower(name), value.text);
  }
  if (from["body_base64"].is_text()) {
    auto bytes = from_base64(from["body_base64"].text);
    if (!bytes) return Error{.code = Errc::malformed, .detail = "body_base64 is not base64"};
    request.body = *std::move(bytes);
  } else {
    request.body = from.text_or("body", "");
  }
  return request;
}

constexpr int kPagesMax = 100;

// What the gateway would have made of it.
struct Happened {
  std::vector<std::string> outcomes;  // a batch can be several
  int status = 200;
  std::string body;
  std::vector<Incoming> events;
  std::string reason;
  std::vector<connectors::Bell> bells = {};
  std::string cursor = {};  // where the last pull would go on

  bool is(std::string_view outcome) const {
    return std::ranges::find(outcomes, outcome) != outcomes.end();
  }
};

Happened refused(const Error& error) {
  Happened out;
  const bool auth = error.code == Errc::unauthenticated;
  out.outcomes = {auth ? "reject_auth" : "reject_malformed"};
  out.status = auth ? 401 : 400;
  if (error.code == Errc::misconfigured) {
    out.outcomes = {"misconfigured"};
    out.status = 503;
  }
  out.reason = error.detail;
  return out;
}

Happened deliver(const connectors::Connector& connector, const connectors::WebhookRequest& request,
                 const connectors::Channel& channel) {
  if (auto hands = connector.handshake(request, channel)) {
    if (!*hands) return refused(hands->error());
    return {.outcomes = {"verify"},
            .status = (*hands)->status,
            .body = (*hands)->body,
            .events = {},
            .reason = ""};
  }
  if (auto proven = connector.authenticate(request, channel); !proven) {
    return refused(proven.error());
  }
  auto parsed = connector.parse(request, channel);
  if (parsed.stopped && parsed.events.empty()) {
    Happened out = refused(*parsed.stopped);
    if (parsed.acknowledge_anyway) out.status = connector.acknowledge(request, channel).status;
    return out;
  }
  Happened out;
  auto reply = connector.acknowledge(request, channel);
  out.status = reply.status;
  out.body = std::move(reply.body);
  out.events = std::move(parsed.events);
  out.bells = std::move(parsed.bells);
  return out;
}

void name_outcomes(Happened& out) {
  if (!out.outcomes.empty()) return;
  for (const auto& event : out.events) {
    const bool message = std::holds_alternative<connectors::MessageIn>(event.what);
    const bool signal = std::holds_alternative<connectors::SignalIn>(event.what);
    out.outcomes.emplace_back(message ? "message" : signal ? "event" : "status");
  }
  if (out.outcomes.empty()) out.outcomes = {"ignore"};
}

// What the gateway would fetch after a bell: page after page, a repeat of an event left out.
class Pulls {
 public:
  Pulls(const Case& one, const connectors::Entry& entry, const connectors::Channel& channel)
      : entry_(entry),
        channel_(channel),
        script_(ScriptTransport::of_mocks(one.root["mocks"])),
        token_(one.root["config"].text_or("cached_access_token", "ACCESS_TOKEN")) {}

  void run(Happened& happened, Verdict& verdict) {
    for (const auto& event : happened.events) seen_.insert(event.dedup_key);
    for (const auto& bell : happened.bells) pull(bell, happened, verdict);
    for (const auto& lacking : script_.lacking()) verdict.differ("pull", lacking, "not in it");
  }

 private:
  void pull(const connectors::Bell& bell, Happened& happened, Verdict& verdict) {
    std::string cursor;
    for (int pages = 0; pages < kPagesMax; ++pages) {
      const connectors::EventSource::Pull from{.stream = bell.stream,
                                               .cursor = cursor,
                                               .bell_token = bell.token,
                                               .access_token = token_};
      const auto call = entry_.event_source->pull(channel_, from);
      const auto answer = script_.ask(call);
      if (!answer) return verdict.differ("pull", "none beyond the mocks", call.url);
      auto read = entry_.event_source->read(channel_, from, view_of(*answer));
      auto* page = std::get_if<connectors::EventSource::Page>(&read);
      if (page == nullptr) {
        const auto* error = std::get_if<Error>(&read);
        happened.reason = error != nullptr ? error->detail : "the access token was refused";
        return;
      }
      for (auto& event : page->events) {
        if (!event.dedup_key.empty() && !seen_.insert(event.dedup_key).second) continue;
        happened.events.push_back(std::move(event));
      }
      cursor = happened.cursor = std::move(page->cursor);
      if (!page->more) return;
    }
  }

  const connectors::Entry& entry_;
  const connectors::Channel& channel_;
  ScriptTransport script_;
  std::string token_;
  std::set<std::string> seen_;
};

// A pressed button is a message in our model; where a case counts it among the events, it is one.
void press_as_event(const Json& expected, Happened& happened) {
  const auto& events = expected["events"].items;
  const bool wanted = std::ranges::any_of(
      events, [](const Json& one) { return one.text_or("platform_type", "") == "postback"; });
  if (!wanted) return;
  for (auto& event : happened.events) {
    auto& what = event.what;
    const auto* said = std::get_if<connectors::MessageIn>(&what);
    if (said == nullptr || said->message.content.empty()) continue;
    const auto* pressed = std::get_if<ActionResponse>(&said->message.content.front());
    if (pressed == nullptr) continue;
    connectors::SignalIn signal;
    signal.platform_event.type = "postback";
    signal.platform_event.key = pressed->payload;
    signal.platform_event.attributes = said->message.attributes;
    for (const auto name : {"payload", "data"}) {
      signal.platform_event.attributes[name] = pressed->payload;
    }
    signal.platform_event.attributes["title"] = pressed->title;
    what = std::move(signal);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : "+") + word;
  return out;
}

// False if the outcome is one the case names as acceptable but not the one it details.
bool match_outcome(const Json& expected, const Happened& happened, Verdict& verdict) {
  const std::string want = expected.text_or("outcome", "");
  if (happened.is(want)) return true;
  for (const auto& other : expected["outcome_any_of"].items) {
    if (happened.is(other.text)) return false;
  }
  std::string got = joined(happened.outcomes);
  if (!happened.reason.empty()) got += " (" + happened.reason + ")";
  verdict.differ("outcome",
                 expected.has("outcome_any_of") ? expected["outcome_any_of"].dump() : want, got);
  return false;
}

void match_response(const Json& expected, const Happened& happened, Verdict& verdict) {
  const Json& allowed = expected["http_status_allowed"];
  const bool good = !allowed.is_array() || std::ranges::any_of(allowed.items, [&](const Json& one) {
    return one.integer == happened.status;
  });
  if (!good) verdict.differ("http_status", allowed.dump(), std::to_string(happened.status));
  const Json& equals = expected["response_body_equals"];
  if (equals.is_text() && equals.text != happened.body) {
    verdict.differ("response body", equals.text, happened.body);
  }
  const Json& contains = expected["response_body_contains"];
  const auto needs = [&](const Json& part) {
    if (part.is_text() && happened.body.find(part.text) == std::string::npos) {
      verdict.differ("response body", "to contain " + part.text, happened.body);
    }
  };
  needs(contains);
  for (const auto& part : contains.items) needs(part);
  if (expected.has("response_json_equals")) {
    const auto got = Json::parse(happened.body);
    if (!got || !(*got == expected["response_json_equals"])) {
      verdict.differ("response JSON", expected["response_json_equals"].dump(), happened.body);
    }
  }
}

template <class What, class ToJson>
void match_list(const Json& expected, std::string_view name, const Happened& happened,
                ToJson to_json, Verdict& verdict) {
  const Json& want = expected[name];
  if (!want.is_array()) return;
  // An event case that lists no events says only that it is one.
  const bool open = name == "events" && want.items.empty() && happened.is("event");
  if (open) return;
  Json actual = json_array();
  for (const auto& event : happened.events) {
    if (const auto* what = std::get_if<What>(&event.what)) {
      actual.items.push_back(to_json(event, *what));
    }
  }
  match(want, actual, name, verdict);
}

Json& member_of(Json& object, std::string_view name) {
  return std::ranges::find(object.members, name, &JsonMember::name)->value;
}

// The same kind of message by another name.
bool same_type(std::string_view want, const Json& actual) {
  const std::string type = actual.text_or("type", "");
  return (want == "unknown" && type == "unsupported") ||
         (want == "miniprogram" && actual.has("miniprogram"));
}

// A message without text, where the case gives the words a gateway of text alone would make of it;
// and types that the case calls by another name than we.
void prefer_words(const Json& want, Json& actual) {
  if (!want.is_array() || want.items.size() != actual.items.size()) return;
  for (std::size_t i = 0; i < want.items.size(); ++i) {
    const std::string type = want.items[i].text_or("type", "");
    const bool known = same_type(type, actual.items[i]);
    for (auto& [name, value] : actual.items[i].members) {
      if (name == "type" && known) value.text = type;
      if (name != "text" || !value.text.empty()) continue;
      if (want.items[i].text_or("text", "").empty()) continue;
      const auto& others = want.items[i]["text_any_of"].items;
      if (std::ranges::any_of(others, [](const Json& o) { return o.text.empty(); })) continue;
      value = actual.items[i]["words"];
    }
  }
}

bool is_media_name(std::string_view type) {
  for (const std::string_view name : {"image", "file", "audio", "voice", "video", "sticker"}) {
    if (type == name) return true;
  }
  return false;
}

// Cases of gateways that do not tell kinds of media apart say "media" for each, and may write the
// kind before its address: "image/jpeg:https://...".
void prefer_media(const Json& want, Json& actual) {
  const auto& wanted = want.items;
  for (std::size_t i = 0; i < std::min(wanted.size(), actual.items.size()); ++i) {
    Json& got = actual.items[i];
    if (wanted[i].text_or("type", "") == "media" && is_media_name(got.text_or("type", ""))) {
      member_of(got, "type") = json_text("media");
    }
    const std::string typed = got.text_or("mime", "") + ":" + got.text_or("url", "");
    if (wanted[i].text_or("url", "") == typed) member_of(got, "url") = json_text(typed);
    if (got.has("media")) prefer_media(wanted[i]["media"], member_of(got, "media"));
  }
}

// Where a case says less than our model: a link as its address alone, any file as "media"; and of
// several files the first alone, where the fields are those of a peer that takes no more.
void prefer_less(const Case& one, const Json& want, Json& actual) {
  const bool peers =
      one.root.text_or("derivation", "").find("fields are the peer's") != std::string::npos;
  for (std::size_t i = 0; i < std::min(want.items.size(), actual.items.size()); ++i) {
    Json& got = actual.items[i];
    if (want.items[i]["link"].is_text() && got.has("link")) {
      member_of(got, "link") = got["link"]["url"];
    }
    auto& files = member_of(got, "media").items;
    if (want.items[i].text_or("type", "") == "media" && !files.empty()) {
      member_of(got, "type") = json_text("media");
    }
    const std::size_t wanted = want.items[i]["media"].items.size();
    if (peers && wanted > 0 && wanted < files.size()) files.resize(wanted);
  }
}

void match_messages(const Case& one, const Json& expected, const Happened& happened,
                    Verdict& verdict) {
  const Json& want = expected["messages"];
  if (!want.is_array()) return;
  Json actual = json_array();
  for (const auto& event : happened.events) {
    if (const auto* said = std::get_if<connectors::MessageIn>(&event.what)) {
      actual.items.push_back(message_json(event, *said));
    }
  }
  prefer_words(want, actual);
  prefer_media(want, actual);
  prefer_less(one, want, actual);
  match(want, actual, "messages", verdict);
}

// "errored_retryable" is a failure that another attempt may mend. A receipt tells us of the attempt
// that failed; its code says the rest.
void match_statuses(const Json& expected, const Happened& happened, Verdict& verdict) {
  const Json& want = expected["statuses"];
  if (!want.is_array()) return;
  // An event case that lists none says nothing of the receipts that may come with the event.
  if (want.items.empty() && expected.text_or("outcome", "") == "event") return;
  Json actual = json_array();
  for (const auto& event : happened.events) {
    const auto* receipt = std::get_if<connectors::ReceiptIn>(&event.what);
    if (receipt == nullptr) continue;
    Json got = status_json(event, *receipt);
    const std::size_t at = actual.items.size();
    const bool mendable = at < want.items.size() &&
                          want.items[at].text_or("status", "") == "errored_retryable" &&
                          receipt->state == DeliveryState::failed;
    if (mendable) member_of(got, "status") = json_text("errored_retryable");
    actual.items.push_back(std::move(got));
  }
  match(want, actual, "statuses", verdict);
}

// "header X" stands for what the request says there.
std::string key_meant(const std::string& want, const connectors::WebhookRequest& request) {
  constexpr std::string_view kHeader = "header ";
  if (!want.starts_with(kHeader)) return want;
  return std::string(request.header(lower(want.substr(kHeader.size()))));
}

void match_dedupe_key(const Json& expected, const Happened& happened,
                      const connectors::WebhookRequest& request, Verdict& verdict) {
  const Json& want = expected["dedupe_key"];
  if (!want.is_text() || happened.events.empty()) return;
  const std::string key = key_meant(want.text, request);
  const bool found = std::ranges::any_of(
      happened.events, [&](const Incoming& event) { return event.dedup_key == key; });
  if (!found) verdict.differ("dedupe_key", key, happened.events.front().dedup_key);
}

// A message without a key would be taken twice when the platform sends it twice.
void check_keys(const Happened& happened, Verdict& verdict) {
  for (const auto& event : happened.events) {
    if (std::holds_alternative<connectors::MessageIn>(event.what) && event.dedup_key.empty()) {
      verdict.differ("dedup_key", "one for every message", "none");
    }
  }
}

}  // namespace

Verdict run_webhook_case(const Case& one, const connectors::Entry& entry) {
  Verdict verdict;
  const auto request = request_of(one);
  if (!request) {
    verdict.differ("request", "one that can be made", request.error().detail);
    return verdict;
  }
  const auto channel = channel_of(one, *entry.connector);
  auto happened = deliver(*entry.connector, request->view(), channel);
  if (entry.event_source) Pulls(one, entry, channel).run(happened, verdict);
  const Json& expected = one.root["expected"];
  press_as_event(expected, happened);
  name_outcomes(happened);
  if (const Json& cursor = expected["saved_cursor"];
      cursor.is_text() && cursor.text != happened.cursor) {
    verdict.differ("saved_cursor", cursor.text, happened.cursor);
  }
  const bool as_detailed = match_outcome(expected, happened, verdict);
  match_response(expected, happened, verdict);
  check_keys(happened, verdict);
  if (!as_detailed) return verdict;
  match_messages(one, expected, happened, verdict);
  match_list<connectors::SignalIn>(expected, "events", happened, event_json, verdict);
  match_statuses(expected, happened, verdict);
  match_dedupe_key(expected, happened, request->view(), verdict);
  static const std::set<std::string> kKnown = {"outcome",
                                               "http_status_allowed",
                                               "messages",
                                               "events",
                                               "statuses",
                                               "dedupe_key",
                                               "response",
                                               "response_body_equals",
                                               "response_body_contains",
                                               "response_json_equals",
                                               "saved_cursor"};
  for (const auto& member : expected.members) {
    if (!kKnown.contains(member.name) && !member.name.ends_with("_any_of")) {
      verdict.not_compared.insert(member.name);
    }
  }
  return verdict;
}

}  // namespace parley::gateway::cli
