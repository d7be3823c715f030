#include <algorithm>

#include "connectors/http_status.hpp"
#include "connectors/send_dialogue.hpp"
#include "gateway/cli/cases/case_file.hpp"
#include "gateway/cli/cases/match.hpp"
#include "gateway/cli/cases/outbound_message.hpp"
#include "gateway/cli/cases/request_match.hpp"
#include "gateway/cli/cases/script_transport.hpp"

namespace parley::gateway::cli {
namespace {

using connectors::HttpCall;
using connectors::SendDialogue;
using connectors::Sent;

// How one send ended.
struct Ending {
  std::string result;
  Sent sent;
  Error error{.code = Errc::rejected};
  std::string reply;  // a passive reply, or what was pushed
};

std::string result_name(const Error& error) {
  switch (error.code) {
    case Errc::unavailable:
    case Errc::overloaded:
    case Errc::conflict:
    case Errc::shutting_down:
      return "retry";
    case Errc::throttled:
      return "rate_limited";
    case Errc::window_closed:
      return "window_closed";
    case Errc::recipient_gone:
      return "recipient_opted_out";
    case Errc::misconfigured:
    case Errc::unauthenticated:
      return "config_error";
    case Errc::malformed:
    case Errc::rejected:
    case Errc::not_found:
      break;
  }
  return "failed_permanent";
}

Ending ended(Error error) {
  Ending ending;
  ending.result = result_name(error);
  ending.error = std::move(error);
  return ending;
}

// "x.y is retired by ..." in a case's notes names a call that its platform took away.
std::string retired_call(std::string_view notes) {
  const auto at = notes.find(" is retired");
  if (at == std::string_view::npos) return {};
  const auto before = notes.substr(0, at);
  const auto space = before.rfind(' ');
  return std::string(before.substr(space == std::string_view::npos ? 0 : space + 1));
}

class OutboundRun {
 public:
  OutboundRun(const Case& one, const connectors::Entry& entry, Verdict& verdict)
      : case_(one),
        entry_(entry),
        verdict_(verdict),
        channel_(channel_of(one, *entry.connector)),
        now_(clock_of(one)),
        transport_(one.root["mock_responses"], retired_call(one.root.text_or("notes", ""))) {}

  Ending run(const Send& send) {
    if (case_.passive) return passive(send);
    const std::string event = case_.root["message"].text_or("event", "");
    if (!event.empty()) return typing(send, event == "typing_started");
    return talk(send);
  }

  const std::vector<HttpCall>& asked() const { return transport_.asked(); }

 private:
  static constexpr std::string_view kRenewal = "token_refresh_and_retry";

  bool expects(std::string_view result) const {
    return case_.root["expected"].text_or("result", "") == result;
  }

  Result<ScriptedAnswer> ask(const HttpCall& call) {
    auto answer = transport_.ask(call);
    if (!answer) {
      verdict_.differ("request " + std::to_string(asked().size()), "none beyond the script",
                      call.method + " " + call.url);
      return Error{.code = Errc::unavailable, .detail = "the script has no answer"};
    }
    if (answer->status == 0) {
      return Error{
          .code = Errc::unavailable, .delivery = Delivery::unknown, .detail = "connection failed"};
    }
    return *std::move(answer);
  }

  // What the gateway does before an upload of a file that was given by its address.
  std::optional<Error> fetch(const HttpCall& call) {
    if (!call.upload || !call.upload->media.empty()) return std::nullopt;
    HttpCall look;
    look.method = "GET";
    look.url = call.upload->url;
    auto answer = ask(look);
    if (!answer) return std::move(answer.error());
    if (answer->status == 200) return std::nullopt;
    return Error{.code = Errc::rejected, .detail = "the file to send is not there"};
  }

  Result<std::string> token(const SendDialogue::NeedToken& need) {
    const Json& cached = case_.root["config"]["cached_access_token"];
    if (need.refused.empty() && cached.is_text()) return cached.text;
    auto answer = ask(entry_.token_source->request(channel_, !need.refused.empty()));
    if (!answer) return std::move(answer.error());
    auto token = entry_.token_source->read(view_of(*answer));
    if (!token) return std::move(token.error());
    return token->value.reveal();
  }

  Ending talk(const Send& send) {
    SendDialogue dialogue(entry_, channel_, send);
    auto next = dialogue.begin(now_);
    for (;;) {
      if (auto* need = std::get_if<SendDialogue::NeedToken>(&next)) {
        // A case may end where the token is to be renewed.
        if (!need->refused.empty() && expects(kRenewal)) {
          Ending ending;
          ending.result = kRenewal;
          return ending;
        }
        auto got = token(*need);
        if (!got) return ended(std::move(got.error()));
        next = dialogue.give_token(*std::move(got), now_);
      } else if (auto* call = std::get_if<HttpCall>(&next)) {
        if (auto missing = fetch(*call)) return ended(*std::move(missing));
        auto answer = ask(*call);
        if (!answer) return ended(std::move(answer.error()));
        next = dialogue.give_answer(view_of(*answer), now_);
      } else if (auto* error = std::get_if<Error>(&next)) {
        return ended(std::move(*error));
      } else if (auto* push = std::get_if<connectors::Push>(&next)) {
        Ending ending;
        ending.result = "sent";
        ending.reply = std::move(push->json);
        return ending;
      } else {
        Ending ending;
        ending.result = "sent";
        ending.sent = std::move(std::get<Sent>(next));
        return ending;
      }
    }
  }

  Ending typing(const Send& send, bool on) {
    if (!entry_.typing) return ended({.code = Errc::rejected, .detail = "no typing here"});
    std::string access_token;
    if (entry_.token_source) {
      auto got = token({});
      if (!got) return ended(std::move(got.error()));
      access_token = *std::move(got);
    }
    const Json& message = case_.root["message"];
    const std::string last =
        message.text_or("msg_external_id", message.text_or("reply_to_external_id", ""));
    const auto call = entry_.typing->typing_after(last, send.recipient, on, channel_, access_token);
    if (!call) return ended({.code = Errc::rejected, .detail = "this cannot be shown here"});
    auto answer = ask(*call);
    if (!answer) return ended(std::move(answer.error()));
    if (auto error = connectors::error_from_status(view_of(*answer))) {
      return ended(*std::move(error));
    }
    if (answer->status / 100 != 2) return ended({.code = Errc::rejected});
    Ending ending;
    ending.result = "sent";
    return ending;
  }

  Ending passive(const Send& send) {
    if (!entry_.passive_reply) {
      return ended({.code = Errc::rejected, .detail = "this platform has no passive reply"});
    }
    const auto reply = entry_.passive_reply->render(
        {.send = send, .channel = channel_, .access_token = {}, .now = now_},
        case_.root["message"].text_or("from", ""), "0123456789abcdef");
    if (!reply) return ended({.code = Errc::rejected, .detail = "it cannot go as a passive reply"});
    Ending ending;
    ending.result = "sent";
    ending.reply = reply->body;
    return ending;
  }

  const Case& case_;
  const connectors::Entry& entry_;
  Verdict& verdict_;
  connectors::Channel channel_;
  TimePoint now_;
  ScriptTransport transport_;
};

void match_result(const Json& expected, const Ending& ending, Verdict& verdict) {
  const std::string want = expected.text_or("result", ending.result);
  const Json& any_of = expected["result_any_of"];
  const bool good = ending.result == want || std::ranges::any_of(any_of.items, [&](const Json& o) {
                      return o.text == ending.result;
                    });
  if (!good) {
    const std::string why = ending.error.detail.empty() ? "" : " (" + ending.error.detail + ")";
    verdict.differ("result", any_of.is_array() ? any_of.dump() : want, ending.result + why);
  }
}

void match_error(const Json& expected, const Ending& ending, Verdict& verdict) {
  const Error& error = ending.error;
  const std::string code = expected.text_or("error_code", "");
  if (!code.empty() && code != error.code_text) {
    verdict.differ("error_code", code, error.code_text.empty() ? "none" : error.code_text);
  }
  const std::string words = expected.text_or("error_message", "");
  if (!words.empty() && error.detail.find(words) == std::string::npos) {
    verdict.differ("error_message", words, error.detail.empty() ? "none" : error.detail);
  }
  const std::string moved = expected.text_or("new_recipient", "");
  if (!moved.empty() && moved != error.new_recipient) {
    verdict.differ("new_recipient", moved, error.new_recipient);
  }
  if (expected.has("retry_after_s")) {
    const double want = expected["retry_after_s"].real;
    const double got =
        error.retry_after ? static_cast<double>(error.retry_after->count()) / 1000 : -1;
    // Waiting up to a second longer is right, shorter is not.
    if (got < want - 0.001 || got > want + 1) {
      verdict.differ("retry_after_s", std::to_string(want), std::to_string(got));
    }
  }
}

// A peer whose test wants no id of what was sent keeps none; receipts that name it are lost on it.
bool keeps_no_ids(const Case& one, const Ending& ending) {
  return one.root.text_or("derivation", "").starts_with("verbatim from peer test") &&
         ending.result == "sent" && one.root["expected"]["external_ids"].items.empty();
}

void match_sent(const Case& one, const Ending& ending, std::size_t inexpressible,
                Verdict& verdict) {
  const Json& expected = one.root["expected"];
  if (expected["external_ids"].is_array() && !keeps_no_ids(one, ending)) {
    Json got = json_array();
    for (const auto& id : ending.sent.external_ids) got.items.push_back(json_text(id));
    match(expected["external_ids"], got, "external_ids", verdict);
  }
  // What could not be shown must be reported, never lost in silence.
  const std::size_t dropped = expected["peer_log_errors"].items.size();
  if (ending.result == "sent" && ending.sent.degraded.size() + inexpressible < dropped) {
    verdict.differ("degraded", std::to_string(dropped) + " reports",
                   std::to_string(ending.sent.degraded.size()));
  }
  for (const auto& part : expected["http_response_contains"].items) {
    if (ending.reply.find(part.text) == std::string::npos) {
      verdict.differ("response", "to contain " + part.text, ending.reply);
    }
  }
}

}  // namespace

Verdict run_outbound_case(const Case& one, const connectors::Entry& entry) {
  Verdict verdict;
  const CaseSend made = send_of(one);
  OutboundRun run(one, entry, verdict);
  const Ending ending = run.run(made.send);
  const Json& expected = one.root["expected"];
  match_result(expected, ending, verdict);
  match_error(expected, ending, verdict);
  match_sent(one, ending, made.inexpressible, verdict);
  const Json& requests = one.root.has("expected_requests") ? one.root["expected_requests"]
                                                           : expected["expected_requests"];
  // An empty list beside scripted answers: the requests that get them were not written down.
  const bool untold = requests.items.empty() && !one.root["mock_responses"].members.empty();
  if (!untold) match_requests(requests, run.asked(), verdict);
  static const std::set<std::string> kKnown = {
      "result",          "result_any_of",          "external_ids",  "error_code",
      "error_message",   "new_recipient",          "retry_after_s", "peer_error",
      "peer_log_errors", "http_response_contains", "note",          "expected_requests"};
  for (const auto& member : expected.members) {
    if (!kKnown.contains(member.name)) verdict.not_compared.insert(member.name);
  }
  return verdict;
}

}  // namespace parley::gateway::cli
