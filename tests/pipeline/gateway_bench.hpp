// tests/pipeline/gateway_bench.hpp
// A real Gateway over a memory store, its events as they are committed, and a platform that answers
// as it is told and remembers when it was asked.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "conversation/codec.hpp"
#include "gateway/pipeline/gateway.hpp"
#include "storage/memory_store.hpp"
#include "tests/pipeline/bench.hpp"
#include "tests/pipeline/shop.hpp"
#include "tests/support/plain_http.hpp"

namespace parley::gateway {

class Platform {
 public:
  using Answerer = std::function<test::Answer(const test::Asked&)>;
  struct Call {
    std::string user, text, key, token, reply;
    std::chrono::steady_clock::time_point at;
  };
  explicit Platform(Answerer answer = [](const test::Asked&) { return ok(); })
      : answer_(std::move(answer)),
        server_([this](const test::Asked& asked) { return hear(asked); }) {}

  static test::Answer ok() { return {200, "ext", {}}; }
  std::uint16_t port() const { return server_.port(); }
  // The sends that came, in order.
  std::vector<Call> calls() const { return calls_.get(); }
  std::vector<std::string> texts(const std::string& user) const {
    std::vector<std::string> out;
    for (const auto& call : calls()) {
      if (call.user == user) out.push_back(call.text);
    }
    return out;
  }
  bool wait_for(std::size_t count) const {
    return calls_.wait_for([&](const auto& calls) { return calls.size() >= count; });
  }

 private:
  test::Answer hear(const test::Asked& asked) {
    constexpr std::string_view kSend = "/send/";
    if (asked.target.starts_with(kSend)) {
      Call call{.user = asked.target.substr(kSend.size()),
                .text = asked.body,
                .key = {},
                .token = {},
                .reply = {},
                .at = std::chrono::steady_clock::now()};
      for (const auto& [name, value] : asked.headers) {
        if (name == "x-key") call.key = value;
        if (name == "x-token") call.token = value;
        if (name == "x-reply") call.reply = value;
      }
      calls_.change([&](auto& calls) { calls.push_back(std::move(call)); });
    }
    return answer_(asked);
  }

  Answerer answer_;
  Watched<std::vector<Call>> calls_;
  test::LittleServer server_;
};

// Retries in milliseconds, and no circuit unless a test wants one.
inline PipelineOptions quick_options() {
  PipelineOptions options;
  options.sends.retry_base = Milliseconds(20);
  options.sends.retry_max = Milliseconds(100);
  options.bots.circuit_failures = 1'000;
  return options;
}

// One life of the process: built over a store, recovered, running.
class Life {
 public:
  Life(storage::MemoryStore& store, const std::shared_ptr<const Tenant>& tenant,
       PipelineOptions options = quick_options())
      : store_(store), analyzer_(routing::make_plain_analyzer()) {
    gateway = std::make_unique<Gateway>(
        GatewayParts{.store = store,
                     .clock = clock,
                     .analyzer = *analyzer_,
                     .cores = bench.cores,
                     .tasks = bench.tasks,
                     .client = *bench.client,
                     .metrics = bench.metrics,
                     .options = options,
                     .on_fatal = [this](std::string why) {
                       fatal.change([&](auto& list) { list.push_back(std::move(why)); });
                     }});
    set_tenant(tenant);
    listening_ =
        gateway->subscribe(kShop, std::nullopt, bench.cores.context(0).get_executor(),
                           [this](const StreamEvent& told) {
                             auto event = from_json<Event>(*told.json);
                             ASSERT_TRUE(event) << event.error().detail;
                             events.change([&](auto& list) { list.push_back(std::move(*event)); });
                           });
    const auto recovered = gateway->recover_blocking();
    EXPECT_TRUE(recovered) << recovered.error().detail;
  }
  ~Life() {
    listening_.reset();
    bench.tasks.close();
    bench.tasks.cancel_all();
    EXPECT_TRUE(bench.tasks.wait_blocking(kPatience));
    store_.close();  // its callbacks use the shards
    bench.stop();
    gateway.reset();
  }

  void set_tenant(const std::shared_ptr<const Tenant>& tenant) {
    gateway->set_tenants({{tenant->id, tenant}});
  }
  std::future<Result<Outcome>> start(const std::string& user, routing::Command command) {
    return bench.start(execute(*gateway, person_of_user(user), std::move(command)));
  }
  Outcome must(const std::string& user, routing::Command command) {
    auto outcome = get_soon(start(user, std::move(command)));
    if (outcome) return std::move(*outcome);
    ADD_FAILURE() << to_string(outcome.error().code) << ": " << outcome.error().detail;
    return {};
  }
  void meet(const std::string& user) { must(user, says(user, "hi")); }
  // A system's message on its way to the customer.
  SendId send(const std::string& user, const std::string& text) {
    auto outcome =
        must(user, routing::SystemSays{.actor = "api:key", .message = text_message(text)});
    return outcome.sends.empty() ? SendId{} : outcome.sends.front();
  }
  http::Response webhook(const std::string& body) { return bench.run(deliver(*gateway, body)); }
  // So many deliveries of this person have come to `state`.
  bool wait_for_state(const std::string& user, DeliveryState state, std::size_t count = 1) const {
    const auto person = person_of_user(user);
    return events.wait_for(
        [&](const std::vector<Event>& list) { return count_of(list, person, state) >= count; });
  }
  std::size_t count(const std::string& user, DeliveryState state) const {
    return count_of(events.get(), person_of_user(user), state);
  }
  template <class T>
  std::vector<T> rows(RowKind kind) const {
    std::vector<T> out;
    const auto page = store_.rows_blocking(kShop, kind, "", 1'000);
    for (const auto& row : page->rows) {
      auto value = from_stored<T>(row.body);
      EXPECT_TRUE(value) << value.error().detail;
      if (value) out.push_back(std::move(*value));
    }
    return out;
  }

  Bench bench;
  SystemClock clock;
  Watched<std::vector<Event>> events;
  Watched<std::vector<std::string>> fatal;
  std::unique_ptr<Gateway> gateway;

 private:
  static net::awaitable<Result<Outcome>> execute(Gateway& gateway, PersonId person,
                                                 routing::Command command) {
    const TenantId tenant = kShop;
    auto work = gateway.execute(tenant, person, std::move(command), {}, true);
    co_return co_await std::move(work);
  }
  static net::awaitable<http::Response> deliver(Gateway& gateway, std::string body) {
    http::Request request;
    request.method = "POST";
    request.body = std::move(body);
    const TenantId tenant = kShop;
    const ChannelId channel = kChannel;
    auto work = gateway.webhook(tenant, channel, std::move(request));
    co_return co_await std::move(work);
  }
  static std::size_t count_of(const std::vector<Event>& list, const PersonId& person,
                              DeliveryState state) {
    std::size_t out = 0;
    for (const auto& event : list) {
      out += event.person == person && event.delivery && event.delivery->status.state == state;
    }
    return out;
  }

  storage::MemoryStore& store_;
  std::unique_ptr<routing::Analyzer> analyzer_;
  std::shared_ptr<Subscription> listening_;
};

}  // namespace parley::gateway
