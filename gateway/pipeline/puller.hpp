// gateway/pipeline/puller.hpp
// Events that must be fetched: a line per stream of a channel asks page after page from a cursor,
// when a bell rings or when it is time to look.
//
// Promise  a page's events are committed before its cursor is stored and before the next page is
//          asked for, so a crash anywhere loses none; a page that comes twice is harmless, for
//          events have dedup keys. A bell is good (ring() succeeds) once its stream is known on
//          disk: whatever crashes then, the next start pulls it.
// Order    one pull at a time per stream; streams are independent.
// Errors   a failed pull is tried again after a doubling pause, sooner if a bell rings, never
//          before the platform's own Retry-After; a bell's token that is refused is left out.
// Limits   PullOptions: lines, streams of a channel, bytes of an answer, age of what a stream held
//          before we ever pulled it.
// Threads  ring(), follow() and stop() from any thread; a line lives on one core.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "gateway/http/client.hpp"
#include "gateway/pipeline/options.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/pipeline/tokens.hpp"
#include "gateway/runtime/cores.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {

struct PullerContext {
  Service& service;
  http::Transport& client;
  Tokens& tokens;
  TaskGroup& tasks;
  Cores& cores;
  const PullOptions& options;
  // Commits a page's events: one outcome each, in order.
  std::function<net::awaitable<std::vector<Result<Outcome>>>(
      std::shared_ptr<const Tenant>, ChannelId, std::vector<connectors::Incoming>)>
      accept;
};

class Puller {
 public:
  explicit Puller(PullerContext context);
  ~Puller();
  Puller(const Puller&) = delete;
  Puller& operator=(const Puller&) = delete;

  // A stored cursor found at the start, before follow().
  void remember(const storage::RowItem& row);
  // Lines for every stream these tenants have; those of channels that are gone end by themselves.
  void follow(const Tenants& tenants);
  net::awaitable<Result<void>> ring(std::shared_ptr<const Tenant> tenant, ChannelId channel,
                                    std::vector<connectors::Bell> bells);
  // A drain: calls and waits end at once; what was pulled and not yet stored comes again.
  void stop();
  std::size_t lines() const;

 private:
  struct Line;
  enum class Step : std::uint8_t { more, done, failed };

  // `ring` is said to the line before it does anything, so that a bell's token is not too late.
  using Ring = std::function<void(const std::shared_ptr<Line>&)>;
  std::shared_ptr<Line> ensure_line(const TenantId& tenant, const ChannelId& channel,
                                    const std::string& stream, const Ring& ring = nullptr);
  net::awaitable<Result<void>> make_known(TenantId tenant, ChannelId channel, std::string stream);
  bool end_if_gone(const std::shared_ptr<Line>& line);
  net::awaitable<void> run(std::shared_ptr<Line> line);
  net::awaitable<void> pause(std::shared_ptr<Line> line, Milliseconds every);
  net::awaitable<bool> pull_all(std::shared_ptr<Line> line, std::shared_ptr<const Tenant> tenant);
  net::awaitable<Step> pull_page(std::shared_ptr<Line> line, std::shared_ptr<const Tenant> tenant);
  net::awaitable<connectors::EventSource::Read> ask(std::shared_ptr<Line> line,
                                                    std::shared_ptr<const Tenant> tenant);
  net::awaitable<bool> store(std::shared_ptr<Line> line, std::shared_ptr<const Tenant> tenant,
                             connectors::EventSource::Page page);
  net::awaitable<Result<http::ClientAnswer>> call(std::shared_ptr<Line> line,
                                                  connectors::HttpCall call, Milliseconds within);
  net::awaitable<Result<void>> load_position(std::shared_ptr<Line> line);
  void fail(Line& line, const Error& error);

  PullerContext context_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Line>> lines_;  // guarded by mutex_, like the next three
  std::map<std::string, std::set<std::string>> known_;  // streams on disk, by tenant and channel
  std::set<std::string> being_made_known_;
  bool stopped_ = false;
  Counter pages_, failures_, events_, skipped_;
};

}  // namespace parley::gateway
