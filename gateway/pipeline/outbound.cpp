#include "gateway/pipeline/outbound.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/mutant.hpp"
#include "connectors/send_dialogue.hpp"
#include "gateway/pipeline/calls.hpp"
#include "gateway/runtime/log.hpp"
#include "gateway/runtime/timer.hpp"
#include "routing/error_codes.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kReportPause{500};

std::string key_of(const TenantId& tenant, const PersonId& person) {
  return tenant.value + '\0' + person.value;
}

DeliveryState state_of(const Send& send) {
  return send.message.delivery ? send.message.delivery->state : DeliveryState::queued;
}

routing::SendProgress progress_of(const Send& send, DeliveryState state) {
  routing::SendProgress progress;
  progress.send = send.id;
  progress.row = send;
  progress.state = state;
  progress.step = send.step;
  progress.step_data = send.step_data;
  return progress;
}

}  // namespace

Outbound::Outbound(OutboundContext context, net::io_context& core)
    : context_(std::move(context)),
      core_(core),
      sent_(context_.service.metrics().counter("parley_sends_total", "sends by outcome",
                                               {{"outcome", "sent"}})),
      failed_(context_.service.metrics().counter("parley_sends_total", "sends by outcome",
                                                 {{"outcome", "failed"}})),
      retried_(context_.service.metrics().counter("parley_sends_total", "sends by outcome",
                                                  {{"outcome", "retried"}})),
      uncertain_(context_.service.metrics().counter("parley_sends_total", "sends by outcome",
                                                    {{"outcome", "uncertain"}})) {}

Outbound::~Outbound() { *alive_ = false; }

void Outbound::put(const Send& send) {
  const std::string key = key_of(send.tenant, send.person);
  Line& line = lines_[key];
  // The wall clock may have been set back since the row was made: no retry is later than this, and
  // a longer pause that the platform asked for is the gate's.
  const Clock& clock = context_.service.clock();
  auto wait = std::min(send.not_before - clock.now(), context_.options.retry_max);
  if (MUTANT("timer_on_wall_clock")) wait = send.not_before - clock.now();
  Waiting waiting{.send = send, .due = clock.steady() + wait};
  const auto same = std::find_if(line.sends.begin(), line.sends.end(),
                                 [&](const Waiting& w) { return w.send.id == send.id; });
  if (same != line.sends.end()) {
    *same = std::move(waiting);
    return;  // run_line looks at it again when its step is done
  }
  if (MUTANT("no_order") && !line.sends.empty()) {
    line.sends.insert(line.sends.begin() + 1, std::move(waiting));
  } else {
    line.sends.push_back(std::move(waiting));
  }
  ++waiting_;
  if (const auto rank = line.rank.lock(); rank && !send.bulk) rank->hurry();
  if (!line.running) start(key, line);
}

void Outbound::erase(const TenantId& tenant, const PersonId& person, const SendId& id) {
  const auto found = lines_.find(key_of(tenant, person));
  if (found == lines_.end()) return;
  waiting_ -= std::erase_if(found->second.sends,
                            [&](const Waiting& waiting) { return waiting.send.id == id; });
}

void Outbound::start(const std::string& key, Line& line) {
  line.running = true;
  if (!context_.tasks.spawn(core_.get_executor(), "outbound line", run_line(key))) {
    line.running = false;  // draining: the rows wait for the next start
  }
}

net::awaitable<void> Outbound::run_line(std::string key) {
  const auto alive = alive_;
  SendId last;
  SteadyPoint head_since{};
  for (;;) {
    const auto found = lines_.find(key);
    if (found == lines_.end()) co_return;
    if (found->second.sends.empty()) {
      lines_.erase(found);
      co_return;
    }
    Waiting head = found->second.sends.front();
    const SendId id = head.send.id;
    if (id != last) head_since = context_.service.clock().steady();
    last = id;
    const Step step = co_await serve_head(std::move(head), head_since);
    if (!*alive || step == Step::stop) co_return;
    if (step == Step::again) continue;
    // Settled: the committed transition has erased or rewritten the row by now. A row the state no
    // longer knows goes too, so that the line cannot spin on it.
    const auto again = lines_.find(key);
    if (again == lines_.end()) co_return;
    auto& sends = again->second.sends;
    if (!sends.empty() && sends.front().send.id == id &&
        sends.front().due <= context_.service.clock().steady() &&
        state_of(sends.front().send) != DeliveryState::queued &&
        state_of(sends.front().send) != DeliveryState::throttled) {
      sends.pop_front();
      --waiting_;
    }
  }
}

// Sleeps on the core; false when the process is ending: the rows keep what is left to do.
net::awaitable<bool> Outbound::wait_for(Milliseconds time) {
  if (context_.service.draining()) co_return false;
  Timer timer(core_.get_executor(), time);
  struct Asleep {
    std::set<Timer*>& all;
    Timer* const me;
    const std::shared_ptr<bool> alive;
    ~Asleep() {
      if (*alive) all.erase(me);
    }
  };
  sleeping_.insert(&timer);
  const Asleep asleep{sleeping_, &timer, alive_};
  co_return co_await timer.wait() && !context_.service.draining();
}

void Outbound::drain() {
  net::post(core_, [this, alive = alive_] {
    if (!*alive) return;
    for (Timer* timer : sleeping_) timer->cancel();
  });
}

SteadyPoint Outbound::give_up_of(const Send& send) const {
  const Clock& clock = context_.service.clock();
  auto until = send.created_at + context_.options.age_max;
  if (send.expires_at) until = std::min(until, *send.expires_at);
  return clock.steady() + (until - clock.now());
}

// A message that is no bulk waits behind it in its conversation.
bool Outbound::holds_up_another(const Send& send) const {
  const auto line = lines_.find(key_of(send.tenant, send.person));
  return line != lines_.end() && std::ranges::any_of(line->second.sends, [](const Waiting& each) {
           return !each.send.bulk;
         });
}

net::awaitable<Outbound::Step> Outbound::serve_head(Waiting head, SteadyPoint head_since) {
  const Clock& clock = context_.service.clock();
  if (head.due > clock.steady()) {
    if (!co_await wait_for(head.due - clock.steady())) co_return Step::stop;
  }
  Send send = std::move(head.send);
  // Left over from a crash in the middle of a call: it may have arrived.
  const bool cut_off = state_of(send) == DeliveryState::submitting;
  send.unclear = send.unclear || cut_off;
  const auto tenant = context_.service.tenant(send.tenant);
  if (!tenant || !tenant->channels.contains(send.channel)) {
    auto progress = progress_of(send, DeliveryState::failed);
    progress.error_code = "misconfigured";
    progress.error = "channel " + send.channel.value + " is not configured any more";
    progress.dead_letter = true;
    co_return co_await report(std::move(progress));
  }
  if ((send.expires_at && *send.expires_at <= clock.now()) ||
      send.created_at + context_.options.age_max <= clock.now()) {
    auto progress = progress_of(send, DeliveryState::expired);
    progress.error_code = "expired";
    progress.error = "not sent in the time it was good for";
    co_return co_await report(std::move(progress));
  }
  const auto& entry = *tenant->entries.at(send.channel);
  if (entry.connector->capabilities().send_mode == SendMode::socket) {
    // The customer's own sockets read the log: committed is shown, now or when they come back.
    co_return co_await report(progress_of(send, DeliveryState::sent));
  }
  const auto gate = context_.gates.of(*tenant, send.channel);
  if (cut_off) {
    Error lost{.code = Errc::unavailable,
               .delivery = Delivery::unknown,
               .detail = "the process ended during the call"};
    co_return co_await settle(tenant, std::move(send), std::move(lost), {}, head_since);
  }
  const auto rank = std::make_shared<ChannelGate::Rank>(send.bulk && !holds_up_another(send));
  lines_[key_of(send.tenant, send.person)].rank = rank;
  auto place = co_await gate->enter(clock, core_.get_executor(), rank, give_up_of(send));
  // Not in its time: looked at again, and expired or late by a clock that was set.
  if (!place) co_return context_.service.draining() ? Step::stop : Step::again;
  auto submitting = progress_of(send, DeliveryState::submitting);
  // Once the webhook is gone nothing can go with its answer: the row says so before it begins.
  if (entry.passive_reply && !context_.passive.waits(send.reply_token)) {
    submitting.row.reply_token.clear();
  }
  const Step begun = co_await report(std::move(submitting));
  const Send* begins = begun == Step::settled ? under_way(send) : nullptr;
  if (begins == nullptr) co_return begun;  // fenced out, or the store refused
  send = *begins;
  if (MUTANT("fresh_key")) send.idempotency_key = random_hex(16);
  if (answer_passively(*tenant, send)) {
    place.reset();
    co_return co_await report(progress_of(send, DeliveryState::sent));
  }
  auto shared = std::make_shared<const Send>(send);
  auto step = co_await talk(tenant, shared);
  if (!step) co_return Step::settled;
  if (const Send* now = under_way(send)) send = *now;  // its step may have moved on
  co_return co_await settle(tenant, std::move(send), std::move(*step), {gate, std::move(place)},
                            head_since);
}

// The head of its line, if that is `send` and it may be called for.
const Send* Outbound::under_way(const Send& send) const {
  const auto line = lines_.find(key_of(send.tenant, send.person));
  if (line == lines_.end() || line->second.sends.empty()) return nullptr;
  const Send& head = line->second.sends.front().send;
  return head.id == send.id && state_of(head) == DeliveryState::submitting ? &head : nullptr;
}

bool Outbound::answer_passively(const Tenant& tenant, const Send& send) {
  if (send.reply_token.empty() || send.step != 0) return false;
  const auto& entry = *tenant.entries.at(send.channel);
  if (!entry.passive_reply) return false;
  const auto slot = context_.passive.take(send.reply_token);
  if (!slot) return false;
  const auto& channel = tenant.channels.at(send.channel);
  auto reply = entry.passive_reply->render(
      {.send = send, .channel = channel, .access_token = {}, .now = context_.service.clock().now()},
      slot->account, random_hex(8));
  const bool rendered = reply.has_value();
  return Passive::answer(slot, std::move(reply)) && rendered;
}

net::awaitable<Result<http::ClientAnswer>> Outbound::call(std::shared_ptr<const Tenant> tenant,
                                                          connectors::HttpCall call) {
  http::ClientRequest request;
  if (call.upload && call.upload->media.empty()) {
    auto bytes = co_await fetch(tenant, call.upload->url);
    if (!bytes) co_return bytes.error();
    request = to_upload_request(call, *bytes);
  } else if (call.upload) {
    auto media = co_await context_.service.load_media(tenant->id, call.upload->media);
    if (!media) co_return media.error();
    request = to_upload_request(call, media->second);
  } else {
    request = to_request(call);
  }
  request.timeout = context_.options.call_timeout;
  const bool only_looks = request.method == "GET" || request.method == "HEAD";
  auto answer = co_await context_.client.call(std::move(request));
  if (!answer && only_looks) answer.error().delivery = Delivery::not_sent;
  co_return answer;
}

// A file the tenant gave by its address. Whatever goes wrong, the platform has seen nothing yet.
net::awaitable<Result<std::string>> Outbound::fetch(std::shared_ptr<const Tenant> tenant,
                                                    std::string url) {
  http::ClientRequest request;
  request.method = "GET";
  request.url = std::move(url);
  request.timeout = context_.options.call_timeout;
  request.answer_bytes_max = static_cast<std::size_t>(tenant->media_bytes_max);
  auto answer = co_await context_.client.call(std::move(request));
  if (!answer) {
    Error error = std::move(answer.error());
    error.delivery = Delivery::not_sent;
    error.detail = "the file to send: " + error.detail;
    co_return error;
  }
  if (answer->status == 200) co_return std::move(answer->body);
  const bool later = answer->status == 429 || answer->status >= 500;
  co_return Error{
      .code = later ? Errc::unavailable : Errc::rejected,
      .detail = "the file to send: its address answered HTTP " + std::to_string(answer->status)};
}

// Carries out the dialogue of one send: tokens and calls, until the connector has a result. Nothing
// if a receipt settled it first: an earlier attempt, whose answer was lost, did arrive.
net::awaitable<std::optional<connectors::SendStep>> Outbound::talk(
    std::shared_ptr<const Tenant> tenant, std::shared_ptr<const Send> send) {
  const Clock& clock = context_.service.clock();
  const ChannelId channel = send->channel;
  connectors::SendDialogue dialogue(*tenant->entries.at(channel), tenant->channels.at(channel),
                                    *send);
  auto next = dialogue.begin(clock.now());
  for (;;) {
    if (auto* need = std::get_if<connectors::SendDialogue::NeedToken>(&next)) {
      auto token = co_await context_.tokens.get(tenant, channel, need->refused);
      if (!token) co_return connectors::SendStep(token.error());
      next = dialogue.give_token(std::move(*token), clock.now());
      continue;
    }
    auto* wanted = std::get_if<connectors::HttpCall>(&next);
    if (wanted == nullptr) break;
    if (dialogue.send().step != send->step) {
      // Remembered before the call, so that a restart goes on here instead of at the start.
      send = std::make_shared<const Send>(dialogue.send());
      if (co_await report(progress_of(*send, DeliveryState::submitting)) == Step::stop) {
        co_return connectors::SendStep(Error{.code = Errc::shutting_down, .detail = "draining"});
      }
    }
    if (under_way(*send) == nullptr) co_return std::nullopt;
    connectors::HttpCall now_wanted = std::move(*wanted);
    auto answer = co_await call(tenant, std::move(now_wanted));
    if (!answer) co_return connectors::SendStep(answer.error());
    const AnswerView view(*answer);
    next = dialogue.give_answer(view.get(), clock.now());
  }
  if (auto* sent = std::get_if<connectors::Sent>(&next)) {
    co_return connectors::SendStep(std::move(*sent));
  }
  if (auto* push = std::get_if<connectors::Push>(&next)) {
    co_return connectors::SendStep(std::move(*push));
  }
  co_return connectors::SendStep(std::get<Error>(std::move(next)));
}

// Others wait behind it, and not because the platform asked for it or is away.
bool Outbound::is_stuck(const Send& send, const Retry& retry, const ChannelGate* gate,
                        SteadyPoint head_since) const {
  if (retry.next != Next::again || retry.pause_channel) return false;
  if (gate != nullptr) {
    if (gate->resting()) return false;
    head_since = std::max(head_since, gate->working_since());
  }
  const auto line = lines_.find(key_of(send.tenant, send.person));
  if (line == lines_.end() || line->second.sends.size() < 2) return false;
  const Clock& clock = context_.service.clock();
  return clock.steady() + (retry.at - clock.now()) >=
         head_since + context_.options.head_blocked_max;
}

// What an attempt's outcome says of its channel.
void Outbound::note(ChannelGate& gate, const Send& send, const Error& error, const Retry& retry) {
  const Clock& clock = context_.service.clock();
  const auto tell = [&](std::string_view what) {
    log(LogLevel::warn, what,
        {{"tenant", send.tenant}, {"channel", send.channel}, {"why", error.detail}});
  };
  switch (error.code) {
    case Errc::unavailable:
      if (gate.failed(clock.steady(), context_.circuits.circuit_failures,
                      context_.circuits.circuit_open)) {
        tell("channel.resting");
      }
      return;
    case Errc::throttled:
      if (retry.pause_channel)
        gate.told_to_wait(clock.steady(), clock.steady() + (retry.at - clock.now()));
      return;
    case Errc::overloaded:
    case Errc::shutting_down:
    case Errc::conflict:
      return;  // ours
    default:
      if (gate.answered(clock.steady())) tell("channel.back");
      return;
  }
}

net::awaitable<Outbound::Step> Outbound::settle(std::shared_ptr<const Tenant> tenant, Send send,
                                                connectors::SendStep step, Turn turn,
                                                SteadyPoint head_since) {
  const Clock& clock = context_.service.clock();
  if (auto* done = std::get_if<connectors::Sent>(&step)) {
    if (turn.gate) turn.gate->answered(clock.steady());
    turn.place.reset();
    sent_.add();
    auto progress = progress_of(send, DeliveryState::sent);
    progress.external_ids = std::move(done->external_ids);
    progress.degraded = std::move(done->degraded);
    co_return co_await report(std::move(progress));
  }
  const Error error = std::holds_alternative<Error>(step)
                          ? std::get<Error>(step)
                          : Error{.code = Errc::misconfigured,
                                  .detail = "the connector gave no call for this channel"};
  const auto& capabilities = tenant->entries.at(send.channel)->connector->capabilities();
  const bool channels_fault = turn.gate && turn.gate->resting();
  auto retry = decide_retry(error, send, capabilities, context_.options, clock.now(),
                            context_.draw(), channels_fault);
  if (turn.gate) note(*turn.gate, send, error, retry);
  turn.place.reset();  // after the channel is told, so that nobody slips through before a rest
  routing::SendProgress progress = progress_of(send, DeliveryState::failed);
  progress.error_code =
      error.code_text.empty() ? std::string(to_string(error.code)) : error.code_text;
  progress.error = std::string(to_string(error.code)) +
                   (error.detail.empty() ? std::string() : ": " + error.detail);
  progress.recipient_gone = error.code == Errc::recipient_gone;
  progress.unclear = error.delivery == Delivery::unknown;
  progress.new_recipient = error.new_recipient;
  if (channels_fault && retry.next == Next::again) progress.error_code = routing::kChannelAway;
  if (is_stuck(send, retry, turn.gate.get(), head_since)) {
    retry.next = Next::fail;
    progress.error += "; gave up its place to those behind it";
  }
  switch (retry.next) {
    case Next::again:
      retried_.add();
      progress.state = retry.pause_channel ? DeliveryState::throttled : DeliveryState::queued;
      progress.retry_at = retry.at;
      break;
    case Next::uncertain:
      uncertain_.add();
      progress.state = DeliveryState::uncertain;
      progress.dead_letter = true;
      break;
    case Next::fail:
      failed_.add();
      progress.dead_letter = true;
      break;
  }
  co_return co_await report(std::move(progress));
}

// An attempt's outcome must not be lost: tried again until the store takes it or we end.
net::awaitable<Outbound::Step> Outbound::report(routing::SendProgress progress) {
  const TenantId tenant = progress.row.tenant;
  const PersonId person = progress.row.person;
  for (;;) {
    routing::SendProgress copy = progress;
    auto outcome = co_await context_.service.execute(tenant, person, std::move(copy));
    if (outcome) co_return Step::settled;
    switch (outcome.error().code) {
      case Errc::overloaded:
      case Errc::unavailable:
      case Errc::conflict:
        if (!co_await wait_for(kReportPause)) co_return Step::stop;
        continue;
      case Errc::shutting_down:
        co_return Step::stop;
      default:
        log(LogLevel::error, "send.outcome_refused",
            {{"send", progress.send}, {"why", outcome.error().detail}});
        erase(tenant, person, progress.send);
        co_return Step::settled;
    }
  }
}

}  // namespace parley::gateway
