#include "gateway/pipeline/classifier.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/standard_webhook.hpp"
#include "gateway/pipeline/utf8_cut.hpp"
#include "gateway/runtime/log.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {
namespace {

std::string_view kind_of(const Tenant& tenant, const ChannelId& channel) {
  const auto found = tenant.policy->channels.find(channel);
  if (found == tenant.policy->channels.end() || !found->second.capabilities) return "cs";
  return found->second.capabilities->text_kind;
}

std::string body_of(const Tenant& tenant, const std::vector<routing::CustomerSays*>& turns) {
  JsonWriter body;
  body.begin_object();
  body.member("type", "texts.classify");
  body.member("tenant_id", tenant.id.value);
  body.key("texts").begin_array();
  for (const auto* turn : turns) {
    const std::string text = plain_text(turn->message);
    body.begin_object();
    body.member("text", utf8_cut(text, Classifier::kTextBytesMax));
    body.member("kind", kind_of(tenant, turn->channel.id));
    body.end_object();
  }
  body.end_array().end_object();
  return body.take();
}

}  // namespace

// Shared by who waits and who calls: the one may leave before the other.
struct Classifier::Call {
  Call(const net::any_io_executor& executor, Milliseconds deadline) : timer(executor, deadline) {}
  Timer timer;
  std::shared_ptr<const Tenant> tenant;
  std::string body;
  std::size_t count = 0;
  bool done = false;
  std::string failed;
  std::vector<routing::Reading> readings;
};

Classifier::Classifier(Service& service, http::Transport& client, TaskGroup& tasks,
                       const BotOptions& options)
    : service_(service),
      client_(client),
      tasks_(tasks),
      options_(options),
      answered_(service.metrics().counter("parley_classifier_calls_total",
                                          "calls of tenants' classifiers by outcome",
                                          {{"outcome", "answered"}})),
      failed_(service.metrics().counter("parley_classifier_calls_total",
                                        "calls of tenants' classifiers by outcome",
                                        {{"outcome", "failed"}})) {}

net::awaitable<void> Classifier::ask(std::shared_ptr<const Tenant> tenant,
                                     std::vector<routing::CustomerSays*> turns) {
  if (!tenant->classifier) co_return;
  std::erase_if(turns, [](const auto* turn) { return plain_text(turn->message).empty(); });
  if (turns.size() > kTextsMax) turns.resize(kTextsMax);  // the rest is our model's
  if (turns.empty()) co_return;

  const auto executor = co_await net::this_coro::executor;
  auto call = std::make_shared<Call>(executor, tenant->classifier->deadline);
  call->tenant = tenant;
  call->count = turns.size();
  if (resting(tenant->id)) {
    call->failed = "circuit open after repeated failures";
  } else if (in_flight_.load() >= options_.calls_in_flight_max) {
    call->failed = "too many calls at once";
  } else {
    call->body = body_of(*tenant, turns);
    if (!tasks_.spawn(executor, "classifier call", run(call))) {
      call->failed = "shutting down";
    } else if (!call->done) {
      // Both run on this executor: the call cannot end between the look and the wait.
      co_await call->timer.wait();
      if (!call->done) call->failed = "no answer within its deadline";
    }
  }
  const bool well = call->failed.empty() && call->readings.size() == turns.size();
  (well ? answered_ : failed_).add();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    routing::Reading reading;
    if (well) {
      reading = call->readings[i];
    } else {
      reading.failed = call->failed;
    }
    turns[i]->reading = std::move(reading);
  }
  if (!well) {
    log(LogLevel::warn, "classifier.failed", {{"tenant", tenant->id}, {"why", call->failed}});
  }
}

// What comes too late counts for the circuit alone: `done` is set, and nobody looks any more.
net::awaitable<void> Classifier::run(std::shared_ptr<Call> call) {
  ++in_flight_;
  std::vector<routing::Reading> readings(call->count);
  std::string failed = co_await answer_to(*call->tenant, std::move(call->body), readings);
  --in_flight_;
  heard(call->tenant->id, failed.empty());
  call->failed = std::move(failed);
  call->readings = std::move(readings);
  call->done = true;
  call->timer.cancel();
}

// "" when `out` is filled, else why not.
net::awaitable<std::string> Classifier::answer_to(const Tenant& tenant, std::string body,
                                                  std::vector<routing::Reading>& out) {
  const ClassifierSettings& settings = *tenant.classifier;
  http::ClientRequest request;
  request.method = "POST";
  request.url = settings.url;
  request.body = std::move(body);
  request.answer_bytes_max = kAnswerBytesMax;
  request.timeout = settings.deadline;
  request.headers = connectors::webhook_headers(settings.secret, "cls_" + random_hex(12),
                                                service_.clock().now(), request.body);
  request.headers.emplace_back("content-type", "application/json");
  const auto answer = co_await client_.call(std::move(request));
  if (!answer) co_return std::string(to_string(answer.error().code));
  if (answer->status != 200) co_return "status " + std::to_string(answer->status);
  auto readings = parse_readings(answer->body, out.size());
  if (!readings) co_return "bad answer: " + readings.error().detail;
  out = std::move(*readings);
  co_return std::string();
}

bool Classifier::resting(const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  return service_.clock().steady() < circuits_[tenant].open_until;
}

void Classifier::heard(const TenantId& tenant, bool well) {
  const std::lock_guard lock(mutex_);
  Circuit& circuit = circuits_[tenant];
  if (well) {
    circuit = {};
  } else if (++circuit.failures >= options_.circuit_failures) {
    // One probe after the rest decides: a single further failure opens it again.
    circuit.failures = options_.circuit_failures - 1;
    circuit.open_until = service_.clock().steady() + options_.circuit_open;
  }
}

}  // namespace parley::gateway
