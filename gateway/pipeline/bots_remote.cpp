// A bot that is somebody else's program: asked by its adapter's dialogue, one call at a time,
// inside the call's deadline.
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>

#include "conversation/codec.hpp"
#include "gateway/pipeline/bots.hpp"
#include "gateway/pipeline/calls.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kAnswerBytesMax = 256 * 1024;
constexpr std::size_t kStreamBytesMax = 4 << 20;
// Of the log, for one message of the window: each turn also leaves decisions and deliveries there.
constexpr std::size_t kEventsPerMessage = 6;
constexpr std::size_t kEventsReadMax = 300;
constexpr Milliseconds kTypingEvery{4'500}, kTypingMax{60'000};
constexpr Milliseconds kRestUnsaid{5'000};  // after a 429 that names no time

std::string session_row(const BotCall& call) { return call.bot.value + "/" + call.person.value; }

// Seconds, as every model's server writes it; a date is not worth a parser.
std::optional<Milliseconds> retry_after(const http::ClientAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "retry-after") continue;
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && seconds <= 86'400) return std::chrono::seconds(seconds);
  }
  return std::nullopt;
}

routing::BotFailed failure_of(const BotCall& call, std::string reason) {
  return {.call = call.id, .epoch = call.epoch, .reason = std::move(reason)};
}

bool says_not_now(int status) noexcept { return status == 429 || status == 503; }

net::awaitable<bool> wait_for(Milliseconds time) {
  Timer timer(co_await net::this_coro::executor, time);
  co_return co_await timer.wait();
}

}  // namespace

std::string_view Bots::enter(const Asking& asking) {
  const std::lock_guard lock(mutex_);
  return circuits_[asking.key].enter(service_.clock().steady(),
                                     asking.bot->remote->calls_in_flight_max);
}

// A refusal (4xx) speaks of this call, not of the bot's health; our own limits of neither.
void Bots::left(const Asking& asking, const Result<bots::Reply>& reply) {
  const std::lock_guard lock(mutex_);
  bots::Circuit& circuit = circuits_[asking.key];
  if (reply) return circuit.leave_well();
  switch (reply.error().code) {
    case Errc::rejected:
    case Errc::throttled:
    case Errc::overloaded:
    case Errc::shutting_down:
      return circuit.leave();
    default:
      return circuit.leave_badly(service_.clock().steady(), circuit_options_);
  }
}

void Bots::rest(const Asking& asking, Milliseconds time) {
  const std::lock_guard lock(mutex_);
  circuits_[asking.key].rest(service_.clock().steady(), time, circuit_options_);
}

Labels Bots::labels_of(const Asking& asking) {
  const std::lock_guard lock(mutex_);
  const bool known = labelled_.contains(asking.key);
  if (!known && labelled_.size() >= kLabelledBotsMax) {
    return {{"tenant", "other"}, {"bot", "other"}, {"kind", "other"}};
  }
  if (!known) labelled_.insert(asking.key);
  return {{"tenant", asking.tenant->id.value},
          {"bot", asking.bot->id.value},
          {"kind", std::string(bots::to_string(asking.bot->remote->kind))}};
}

void Bots::count(const Asking& asking, const bots::Usage& usage) {
  Labels labels = labels_of(asking);
  Metrics& metrics = service_.metrics();
  metrics.counter("parley_bot_dialogues_total", "calls of remote bots", labels).add();
  const auto tokens = [&](const char* direction, std::uint64_t count) {
    if (count == 0) return;
    labels["direction"] = direction;
    metrics.counter("parley_bot_tokens_total", "tokens remote bots were paid for", labels)
        .add(static_cast<double>(count));
  };
  tokens("in", usage.tokens_in);
  tokens("out", usage.tokens_out);
}

net::awaitable<Bots::Answered> Bots::ask_remote(Asking asking) {
  if (const auto why = enter(asking); !why.empty()) {
    co_return Answered{failure_of(asking.call, std::string(why))};
  }
  std::shared_ptr<Thinking> thinking;
  if (shows_typing(asking)) {
    const auto core = co_await net::this_coro::executor;
    thinking = std::make_shared<Thinking>(core);
    tasks_.spawn(core, "bot typing", type_while(asking, thinking));
  }
  bots::Turn turn = co_await read_turn(asking);
  const auto dialogue = bots::open(*asking.bot->remote, std::move(turn));
  auto reply = co_await converse(asking, *dialogue);
  if (thinking) thinking->end();
  left(asking, reply);
  count(asking, dialogue->usage());
  if (!reply) {
    const Error& error = reply.error();
    co_return Answered{
        failure_of(asking.call, std::string(to_string(error.code)) + ": " + error.detail)};
  }
  routing::BotAnswered answered;
  answered.call = asking.call.id;
  answered.epoch = asking.call.epoch;
  answered.messages = std::move(reply->messages);
  answered.hand_over = reply->hand_over;
  answered.reason = std::move(reply->reason);
  std::vector<Row> rows;
  if (!reply->session.empty()) {
    rows.push_back({.kind = RowKind::bot_session,
                    .id = session_row(asking.call),
                    .body = asking.turn->episode.value + "\n" + reply->session});
  }
  co_return Answered{std::move(answered), std::move(rows)};
}

net::awaitable<Result<bots::Reply>> Bots::converse(const Asking& asking, bots::Dialogue& dialogue) {
  auto step = dialogue.start();
  for (int asked = 0; asked < bots::kStepsMax; ++asked) {
    if (auto* error = std::get_if<Error>(&step)) co_return std::move(*error);
    if (auto* reply = std::get_if<bots::Reply>(&step)) co_return std::move(*reply);
    const bots::Ask ask = std::get<bots::Ask>(std::move(step));
    if (asking.call.deadline <= service_.clock().now()) {
      co_return Error{.code = Errc::unavailable, .detail = "deadline passed"};
    }
    auto answer = co_await ask_once(asking, ask, dialogue);
    if (ask.peer == bots::Peer::tool) {
      // A tool that fails is told to the bot; the customer need not wait for a person over it.
      const http::ClientAnswer heard = answer ? std::move(*answer) : http::ClientAnswer{};
      const AnswerView view(heard);  // looks into `heard`
      step = dialogue.resume(view.get());
      continue;
    }
    if (!answer) co_return std::move(answer.error());
    const AnswerView view(*answer);
    if (answer->status / 100 == 2) {
      step = dialogue.resume(view.get());
    } else if (auto again = dialogue.refused(view.get())) {
      step = std::move(*again);
    } else {
      const bool broken = answer->status >= 500;
      co_return Error{.code = says_not_now(answer->status) ? Errc::throttled
                              : broken                     ? Errc::unavailable
                                                           : Errc::rejected,
                      .detail = "status " + std::to_string(answer->status)};
    }
  }
  co_return Error{.code = Errc::malformed, .detail = "the dialogue found no end"};
}

net::awaitable<Result<http::ClientAnswer>> Bots::ask_once(const Asking& asking,
                                                          const bots::Ask& ask,
                                                          bots::Dialogue& dialogue) {
  for (bool again = false;; again = true) {
    http::ClientRequest request = to_request(ask.call);
    const Milliseconds left = asking.left(service_.clock().now());
    request.timeout = ask.timeout ? std::min(*ask.timeout, left) : left;
    request.first_byte_timeout = request.timeout;  // a model may think for most of it
    request.answer_bytes_max = ask.in_pieces ? kStreamBytesMax : kAnswerBytesMax;
    Result<void> taken;
    if (ask.in_pieces) {
      request.piece_timeout = options_.piece_timeout;
      request.on_piece = [&](std::string_view bytes) {
        taken = dialogue.piece(bytes);
        return taken.has_value();
      };
    }
    auto answer = co_await client_.call(std::move(request));
    if (!taken) co_return std::move(taken.error());
    std::optional<Milliseconds> wait;
    if (!answer && answer.error().delivery == Delivery::not_sent &&
        answer.error().code == Errc::unavailable) {
      wait = Milliseconds(100);
    } else if (answer && says_not_now(answer->status)) {
      const auto asked_for = retry_after(*answer);
      if (ask.repeatable && asked_for) wait = asked_for;
      if (ask.peer == bots::Peer::bot) {
        const bool fits = !again && wait && *wait * 2 < asking.left(service_.clock().now());
        if (!fits) rest(asking, asked_for.value_or(kRestUnsaid));
      }
    }
    const bool fits = wait && *wait * 2 < asking.left(service_.clock().now());
    if (again || !fits || !co_await wait_for(*wait)) co_return answer;
  }
}

net::awaitable<bots::Turn> Bots::read_turn(const Asking& asking) {
  const BotCall& call = asking.call;
  const bots::Settings& settings = *asking.bot->remote;
  bots::Turn turn{.call = call,
                  .event = asking.turn,
                  .history = {},
                  .language = asking.language,
                  .session = {},
                  .now = service_.clock().now()};
  const std::size_t events =
      std::min(settings.history_messages * kEventsPerMessage, kEventsReadMax);
  const std::uint64_t after = call.turn_seq > events ? call.turn_seq - events - 1 : 0;
  const bool keeps_session = settings.kind == bots::Kind::dify;
  struct Read {
    std::vector<storage::StoredEvent> events;
    std::string session;
  };
  const auto count =
      static_cast<std::size_t>(call.turn_seq - 1 - std::min(after, call.turn_seq - 1));
  auto read =
      co_await service_.read<Read>([call, after, count, keeps_session](storage::Store& store) {
        Read out;
        if (count > 0) {
          auto history = store.history_blocking(call.tenant, call.person, after, count);
          if (history) out.events = std::move(*history);
        }
        if (!keeps_session) return out;
        auto row = store.row_blocking(call.tenant, RowKind::bot_session, session_row(call));
        if (row && *row) out.session = std::move(**row);
        return out;
      });
  for (const auto& item : read.events) {
    if (stored_json(item.body).find("\"message.created\"") == std::string_view::npos) continue;
    auto event = from_stored<Event>(item.body);
    // Another case's messages are none of this one's business, notes and drafts none of a bot's.
    if (event && event->message && event->message->direction != Direction::internal &&
        event->episode == asking.turn->episode) {
      turn.history.push_back(std::move(*event));
    }
  }
  const std::string episode = asking.turn->episode.value + "\n";
  if (read.session.starts_with(episode)) turn.session = read.session.substr(episode.size());
  co_return turn;
}

bool Bots::shows_typing(const Asking& asking) const {
  if (!asking.turn->channel) return false;
  const auto entry = asking.tenant->entries.find(asking.turn->channel->id);
  return entry != asking.tenant->entries.end() &&
         (entry->second->typing || entry->second->chat_sessions);
}

net::awaitable<void> Bots::type_while(Asking asking, std::shared_ptr<Thinking> thinking) {
  const TenantId& tenant = asking.tenant->id;
  bool shown = false;
  Milliseconds next = options_.typing_after, waited{0};
  while (waited < kTypingMax && !thinking->ended) {
    thinking->next.expires_after(next);
    if (!co_await thinking->next.wait() || thinking->ended) break;
    waited += next;
    next = kTypingEvery;
    shown = true;
    ignore_error(co_await service_.show_typing(tenant, asking.call.person, true),
                 "typing is a courtesy");
  }
  if (!shown) co_return;
  ignore_error(co_await service_.show_typing(tenant, asking.call.person, false),
               "typing is a courtesy");
}

}  // namespace parley::gateway
