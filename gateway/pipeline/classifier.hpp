// gateway/pipeline/classifier.hpp
// A tenant's own classifier, asked over HTTP what the customers' texts mean before anything is
// decided on. Its answer becomes part of the command and so of the log: deciding stays pure, and a
// replay needs no classifier.
//
// Promise  ask() returns at its deadline at the latest; whatever went wrong until then, the turn is
//          judged by our own model, and the decision says which one spoke and why.
// Request  POST {"type":"texts.classify","tenant_id","texts":[{"text","kind"}]}, signed by Standard
//          Webhooks; one call for all messages of a webhook.
// Answer   {"model":"mood-v3","results":[{"sentiment","score","confidence","angry","intent",
//          "intent_confidence"}]}, one result a text in their order; a member left out leaves that
//          to our model.
// Limits   kTextsMax texts a call, each cut at kTextBytesMax; answers of kAnswerBytesMax;
//          bots.calls_in_flight_max calls at once; a circuit per tenant that rests as bots do.
// Order    turns of one customer wait for each other while one asks: profile_lookup.hpp.
// Threads  ask() on any core; nothing blocks.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/client.hpp"
#include "gateway/pipeline/options.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/pipeline/tenant.hpp"
#include "gateway/runtime/task_group.hpp"
#include "routing/decide.hpp"

namespace parley::gateway {

class Classifier {
 public:
  static constexpr std::size_t kTextsMax = 20, kTextBytesMax = 4 * 1024;
  static constexpr std::size_t kAnswerBytesMax = 64 * 1024;

  Classifier(Service& service, http::Transport& client, TaskGroup& tasks,
             const BotOptions& options);

  // Fills `reading` of each turn that has a text. Without a classifier: nothing happens.
  net::awaitable<void> ask(std::shared_ptr<const Tenant> tenant,
                           std::vector<routing::CustomerSays*> turns);

 private:
  struct Circuit {
    std::uint32_t failures = 0;
    SteadyPoint open_until{};
  };
  struct Call;

  net::awaitable<void> run(std::shared_ptr<Call> call);
  net::awaitable<std::string> answer_to(const Tenant& tenant, std::string body,
                                        std::vector<routing::Reading>& out);
  bool resting(const TenantId& tenant);
  void heard(const TenantId& tenant, bool well);

  Service& service_;
  http::Transport& client_;
  TaskGroup& tasks_;
  const BotOptions& options_;
  std::atomic<std::size_t> in_flight_{0};
  std::mutex mutex_;
  std::map<TenantId, Circuit> circuits_;  // guarded by mutex_
  Counter answered_, failed_;
};

// What a classifier's answer says of `count` texts; pure. Errors: malformed with what is wrong; no
// text of the answer is repeated in it.
Result<std::vector<routing::Reading>> parse_readings(std::string_view json, std::size_t count);

}  // namespace parley::gateway
