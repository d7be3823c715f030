#include "gateway/pipeline/puller.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include "conversation/codec.hpp"
#include "gateway/pipeline/calls.hpp"
#include "gateway/pipeline/insist.hpp"
#include "gateway/runtime/log.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {
namespace {

using connectors::EventSource;

constexpr char kBetween = '/';  // in a row's id; no channel's name holds one
constexpr auto kNever = std::chrono::steady_clock::time_point::max();

std::string channel_key(const TenantId& tenant, const ChannelId& channel) {
  return tenant.value + '\0' + channel.value;
}
std::string line_key(const TenantId& tenant, const ChannelId& channel, std::string_view stream) {
  return channel_key(tenant, channel) + '\0' + std::string(stream);
}

// What is known of a stream: since when, and how far it was pulled; "" is not at all.
struct Position {
  TimePoint since{};
  std::string cursor;
};

std::string stored(const Position& position) {
  std::string body(1, kStoredVersion);
  body += std::to_string(position.since.time_since_epoch().count());
  body += ' ';
  body += position.cursor;
  return body;
}

Result<Position> position_from(std::string_view body) {
  const Error unreadable{.code = Errc::misconfigured,
                         .detail = "the stored cursor was written by a newer version"};
  if (body.empty() || body.front() != kStoredVersion) return unreadable;
  body.remove_prefix(1);
  std::int64_t since = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), since);
  if (error != std::errc{} || end == body.data() + body.size() || *end != ' ') return unreadable;
  const auto cursor = body.substr(static_cast<std::size_t>(end - body.data()) + 1);
  return Position{.since = TimePoint{Milliseconds{since}}, .cursor = std::string(cursor)};
}

double random_draw() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.5, 1)(engine);
}

// Null: the channel is gone, or its events are pushed.
const EventSource* source_of(const Tenant& tenant, const ChannelId& channel) {
  const auto entry = tenant.entries.find(channel);
  if (entry == tenant.entries.end()) return nullptr;
  return entry->second->event_source.get();
}

std::optional<EventSource::Plan> plan_of(const std::shared_ptr<const Tenant>& tenant,
                                         const ChannelId& channel) {
  const auto* source = tenant ? source_of(*tenant, channel) : nullptr;
  if (source == nullptr) return std::nullopt;
  return source->plan(tenant->channels.at(channel));
}

}  // namespace

// Everything but the ids is touched on its own core only.
struct Puller::Line {
  Line(TenantId t, ChannelId c, std::string s, net::any_io_executor core)
      : tenant(std::move(t)), channel(std::move(c)), stream(std::move(s)), wake(core), stop(core) {
    stop.expires_at(kNever);
  }
  std::string key() const { return line_key(tenant, channel, stream); }
  std::string row_id() const { return channel.value + kBetween + stream; }
  net::any_io_executor executor() { return wake.get_executor(); }

  const TenantId tenant;
  const ChannelId channel;
  const std::string stream;
  Timer wake;              // ends a pause
  net::steady_timer stop;  // ends a call
  bool rung = false, stopped = false;
  std::string bell_token;
  SteadyPoint bell_until{};
  std::optional<Position> position;  // nullopt: not read yet
  std::uint32_t failures = 0;        // in a row
  SteadyPoint not_before{};          // the platform asked for peace until then
};

Puller::Puller(PullerContext context)
    : context_(std::move(context)),
      pages_(context_.service.metrics().counter("parley_pulls_total", "pulls of events by outcome",
                                                {{"outcome", "page"}})),
      failures_(context_.service.metrics().counter(
          "parley_pulls_total", "pulls of events by outcome", {{"outcome", "failed"}})),
      events_(context_.service.metrics().counter("parley_pulled_events_total", "events fetched")),
      skipped_(context_.service.metrics().counter(
          "parley_pull_skipped_total", "fetched entries that could not be read or were too old")) {}

Puller::~Puller() = default;

void Puller::remember(const storage::RowItem& row) {
  const auto between = row.id.find(kBetween);
  if (between == std::string::npos) return;
  const std::lock_guard lock(mutex_);
  known_[channel_key(row.tenant, {row.id.substr(0, between)})].insert(row.id.substr(between + 1));
}

void Puller::follow(const Tenants& tenants) {
  for (const auto& [id, tenant] : tenants) {
    for (const auto& [channel, settings] : tenant->channels) {
      const auto plan = plan_of(tenant, channel);
      if (!plan) continue;
      std::set<std::string> streams(plan->streams.begin(), plan->streams.end());
      {
        const std::lock_guard lock(mutex_);
        const auto& known = known_[channel_key(id, channel)];
        streams.insert(known.begin(), known.end());
      }
      for (const auto& stream : streams) ensure_line(id, channel, stream);
    }
  }
  // Whatever changed, every line looks at its channel again.
  const std::lock_guard lock(mutex_);
  for (const auto& [key, line] : lines_) {
    net::post(line->executor(), [line] {
      line->rung = true;
      line->wake.cancel();
    });
  }
}

std::shared_ptr<Puller::Line> Puller::ensure_line(const TenantId& tenant, const ChannelId& channel,
                                                  const std::string& stream, const Ring& ring) {
  const auto key = line_key(tenant, channel, stream);
  std::shared_ptr<Line> line;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return nullptr;
    if (const auto found = lines_.find(key); found != lines_.end()) {
      if (ring) ring(found->second);
      return found->second;
    }
    if (lines_.size() >= context_.options.lines_max) {
      log(LogLevel::error, "pull.too_many_streams", {{"tenant", tenant}, {"channel", channel}});
      return nullptr;
    }
    const auto core = std::hash<std::string>{}(key) % context_.cores.size();
    line = std::make_shared<Line>(tenant, channel, stream,
                                  context_.cores.context(core).get_executor());
    lines_.emplace(key, line);
  }
  if (ring) ring(line);
  context_.tasks.spawn(line->executor(), "pull", run(line));
  return line;
}

net::awaitable<Result<void>> Puller::ring(std::shared_ptr<const Tenant> tenant, ChannelId channel,
                                          std::vector<connectors::Bell> bells) {
  for (auto& bell : bells) {
    auto known = co_await make_known(tenant->id, channel, bell.stream);
    if (!known) co_return known;
    const auto until = context_.service.clock().steady() + bell.token_lifetime;
    const auto line =
        ensure_line(tenant->id, channel, bell.stream,
                    [token = std::move(bell.token), until](const std::shared_ptr<Line>& rung) {
                      net::post(rung->executor(), [rung, token, until] {
                        rung->rung = true;
                        if (!token.empty()) {
                          rung->bell_token = token;
                          rung->bell_until = until;
                        }
                        rung->wake.cancel();
                      });
                    });
    if (!line) co_return Error{.code = Errc::overloaded, .detail = "too many streams"};
  }
  co_return Result<void>();
}

// Its row is written once, with no cursor in it; a line alone writes to it from then on.
net::awaitable<Result<void>> Puller::make_known(TenantId tenant, ChannelId channel,
                                                std::string stream) {
  const auto owner = channel_key(tenant, channel), key = line_key(tenant, channel, stream);
  {
    const std::lock_guard lock(mutex_);
    auto& streams = known_[owner];
    if (streams.contains(stream)) co_return Result<void>();
    if (streams.size() >= context_.options.streams_per_channel_max) {
      co_return Error{.code = Errc::overloaded, .detail = "the channel has too many streams"};
    }
    if (!being_made_known_.insert(key).second) {
      co_return Error{.code = Errc::overloaded, .detail = "the stream is just being stored"};
    }
  }
  std::vector<Row> rows{{.kind = RowKind::cursor,
                         .id = channel.value + kBetween + stream,
                         .body = stored({.since = context_.service.clock().now(), .cursor = {}})}};
  auto kept = co_await context_.service.put_rows(tenant, std::move(rows));
  const std::lock_guard lock(mutex_);
  being_made_known_.erase(key);
  if (kept) known_[owner].insert(stream);
  co_return kept;
}

void Puller::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& [key, line] : lines_) {
    net::post(line->executor(), [line] {
      line->stopped = true;
      line->wake.cancel();
      line->stop.cancel();
    });
  }
}

std::size_t Puller::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_.size();
}

// Under the lock, so that a reload that brings the channel back either is seen here or finds the
// line gone.
bool Puller::end_if_gone(const std::shared_ptr<Line>& line) {
  const std::lock_guard lock(mutex_);
  if (!line->stopped && plan_of(context_.service.tenant(line->tenant), line->channel)) return false;
  lines_.erase(line->key());
  return true;
}

net::awaitable<void> Puller::run(std::shared_ptr<Line> line) {
  while (!end_if_gone(line)) {
    const auto tenant = context_.service.tenant(line->tenant);
    const auto plan = plan_of(tenant, line->channel);
    if (!plan) continue;  // gone just now
    line->rung = false;
    const bool fine = co_await pull_all(line, tenant);
    if (fine) line->failures = 0;
    co_await pause(line, plan->every);
  }
}

// Until it is time to look again, or a bell rings; a failure waits longer each time.
net::awaitable<void> Puller::pause(std::shared_ptr<Line> line, Milliseconds every) {
  const auto& options = context_.options;
  Milliseconds wait = every;
  if (line->failures > 0) {
    const Milliseconds doubled = options.retry_base * (1LL << std::min(line->failures - 1, 20u));
    wait = std::chrono::duration_cast<Milliseconds>(std::min(doubled, options.retry_max) *
                                                    random_draw());
  }
  const Clock& clock = context_.service.clock();
  while (!line->stopped) {
    const auto peace = line->not_before - clock.steady();
    if (line->rung && peace <= Milliseconds(0)) co_return;
    line->wake.expires_after(std::max<Milliseconds>(line->rung ? Milliseconds(0) : wait, peace));
    if (co_await line->wake.wait()) co_return;
  }
}

net::awaitable<bool> Puller::pull_all(std::shared_ptr<Line> line,
                                      std::shared_ptr<const Tenant> tenant) {
  if (!line->position) {
    if (auto loaded = co_await load_position(line); !loaded) {
      fail(*line, loaded.error());
      co_return false;
    }
  }
  for (;;) {
    if (line->stopped) co_return false;
    const auto step = co_await pull_page(line, tenant);
    if (step != Step::more) co_return step == Step::done;
    line->failures = 0;
    // A reload in between counts for the next page.
    tenant = context_.service.tenant(line->tenant);
    if (!plan_of(tenant, line->channel)) co_return true;
  }
}

net::awaitable<Puller::Step> Puller::pull_page(std::shared_ptr<Line> line,
                                               std::shared_ptr<const Tenant> tenant) {
  auto read = co_await ask(line, tenant);
  if (line->stopped) co_return Step::failed;
  auto* page = std::get_if<EventSource::Page>(&read);
  if (page == nullptr) {
    const auto* error = std::get_if<Error>(&read);
    const Error refused{.code = Errc::unavailable, .detail = "a new access token was refused"};
    fail(*line, error != nullptr ? *error : refused);
    co_return Step::failed;
  }
  pages_.add();
  const bool stuck = page->more && page->cursor == line->position->cursor;
  const bool more = page->more;
  const bool kept = co_await store(line, tenant, std::move(*page));
  if (!kept) co_return Step::failed;
  if (stuck) {
    fail(*line,
         {.code = Errc::unavailable, .detail = "there is more, but the cursor stands still"});
    co_return Step::failed;
  }
  co_return more ? Step::more : Step::done;
}

// One page, with a token of each kind renewed or left out once if it is refused.
net::awaitable<EventSource::Read> Puller::ask(std::shared_ptr<Line> line,
                                              std::shared_ptr<const Tenant> tenant) {
  const auto& source = *source_of(*tenant, line->channel);
  const auto& channel = tenant->channels.at(line->channel);
  const auto plan = source.plan(channel);
  if (!plan) co_return Error{.code = Errc::misconfigured, .detail = "its events are pushed"};
  bool renewed = false;
  std::string refused;
  for (;;) {
    auto token = co_await context_.tokens.get(tenant, line->channel, refused);
    if (!token) co_return token.error();
    line->rung = false;  // what rang before we ask is answered by what we ask
    const bool fresh = context_.service.clock().steady() < line->bell_until;
    if (!fresh) line->bell_token.clear();
    const std::string bell = line->bell_token, cursor = line->position->cursor;
    const EventSource::Pull pull{
        .stream = line->stream, .cursor = cursor, .bell_token = bell, .access_token = *token};
    auto wanted = source.pull(channel, pull);
    auto answer = co_await call(line, std::move(wanted), plan->answer_within);
    if (!answer) co_return answer.error();
    const AnswerView view(*answer);
    auto read = source.read(channel, pull, view.get());
    if (std::holds_alternative<connectors::RefreshToken>(read) && !renewed) {
      renewed = true;
      refused = *token;
      continue;
    }
    const auto* error = std::get_if<Error>(&read);
    if (error != nullptr && error->code == Errc::unauthenticated && !bell.empty()) {
      if (line->bell_token == bell) line->bell_token.clear();  // unless it rang again meanwhile
      continue;
    }
    co_return read;
  }
}

net::awaitable<Result<http::ClientAnswer>> Puller::call(std::shared_ptr<Line> line,
                                                        connectors::HttpCall call,
                                                        Milliseconds within) {
  using namespace net::experimental::awaitable_operators;  // NOLINT: how || is spelt
  if (line->stopped) co_return Error{.code = Errc::shutting_down, .detail = "draining"};
  http::ClientRequest request = to_request(call);
  request.timeout = within;
  request.first_byte_timeout = within;
  request.answer_bytes_max = context_.options.answer_bytes_max;
  auto done = co_await (context_.client.call(std::move(request)) ||
                        line->stop.async_wait(net::as_tuple(net::use_awaitable)));
  if (auto* answer = std::get_if<0>(&done)) co_return std::move(*answer);
  co_return Error{.code = Errc::shutting_down, .detail = "draining"};
}

// False: the same page is asked for again later.
net::awaitable<bool> Puller::store(std::shared_ptr<Line> line, std::shared_ptr<const Tenant> tenant,
                                   EventSource::Page page) {
  if (page.skipped > 0) {
    log(LogLevel::warn, "pull.skipped",
        {{"tenant", line->tenant}, {"channel", line->channel}, {"entries", page.skipped}});
    skipped_.add(static_cast<double>(page.skipped));
  }
  // What a stream held long before we knew of it was somebody else's to answer.
  const auto from = line->position->since - context_.options.first_age_max;
  skipped_.add(static_cast<double>(std::erase_if(page.events, [&](const auto& event) {
    return event.occurred_at && *event.occurred_at < from;
  })));
  events_.add(static_cast<double>(page.events.size()));
  const auto outcomes = co_await context_.accept(tenant, line->channel, std::move(page.events));
  for (const auto& outcome : outcomes) {
    if (outcome) continue;
    const Error& error = outcome.error();
    if (is_passing(error.code) || error.code == Errc::shutting_down) {
      fail(*line, error);
      co_return false;
    }
    log(LogLevel::warn, "event.refused",
        {{"tenant", line->tenant}, {"channel", line->channel}, {"why", error.detail}});
  }
  if (page.cursor == line->position->cursor) co_return true;
  const Position next{.since = line->position->since, .cursor = std::move(page.cursor)};
  std::vector<Row> rows{{.kind = RowKind::cursor, .id = line->row_id(), .body = stored(next)}};
  auto kept = co_await context_.service.put_rows(line->tenant, std::move(rows));
  if (!kept) {
    fail(*line, kept.error());
    co_return false;
  }
  line->position = next;
  co_return true;
}

net::awaitable<Result<void>> Puller::load_position(std::shared_ptr<Line> line) {
  using Body = Result<std::optional<std::string>>;
  auto row = co_await context_.service.read<Body>(
      [tenant = line->tenant, id = line->row_id()](storage::Store& store) -> Body {
        return store.row_blocking(tenant, RowKind::cursor, id);
      });
  if (!row) co_return row.error();
  if (!*row) {
    line->position = {.since = context_.service.clock().now(), .cursor = {}};
    co_return Result<void>();
  }
  auto position = position_from(**row);
  if (!position) co_return position.error();
  line->position = std::move(*position);
  co_return Result<void>();
}

void Puller::fail(Line& line, const Error& error) {
  if (error.code == Errc::shutting_down) return;
  ++line.failures;
  failures_.add();
  if (error.code == Errc::throttled) {
    const auto wait = error.retry_after.value_or(context_.options.retry_base);
    line.not_before =
        context_.service.clock().steady() + std::chrono::duration_cast<Milliseconds>(wait);
  }
  log(LogLevel::warn, "pull.failed",
      {{"tenant", line.tenant},
       {"channel", line.channel},
       {"failures", line.failures},
       {"why", error.detail}});
}

}  // namespace parley::gateway
