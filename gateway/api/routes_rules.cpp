// Rules put to the test: experiments that run, and history under other rules.
#include <boost/asio/use_awaitable.hpp>

#include <set>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/body.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/reads.hpp"
#include "gateway/pipeline/recorded.hpp"
#include "routing/experiment.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kTrialsPage = 500;
constexpr std::size_t kTrialsReadMax = 200'000;  // of one experiment; later ones are not counted
constexpr std::size_t kRulesBytesMax = 256 * 1024;
constexpr std::int64_t kConversationsMax = 10'000;
constexpr std::int64_t kConversationsUsual = 1'000;
constexpr std::int64_t kExamplesUsual = 20;

std::set<std::string> experiments_of(const routing::Policy& policy) {
  std::set<std::string> out;
  for (const auto& rule : policy.rules) {
    if (!rule.experiment.empty()) out.insert(rule.experiment);
  }
  return out;
}

// Experiments lie together in the order of their names.
Result<routing::ExperimentCount> count_blocking(storage::Store& store, const TenantId& tenant,
                                                const std::string& experiment,
                                                routing::ExperimentCount count) {
  const std::string prefix = experiment + "/";
  std::string cursor = prefix;
  for (std::size_t read = 0; read < kTrialsReadMax;) {
    auto page = store.rows_blocking(tenant, RowKind::trial, cursor, kTrialsPage);
    if (!page) return page.error();
    for (const auto& row : page->rows) {
      if (!row.id.starts_with(prefix)) return count;
      auto trial = from_stored<Trial>(row.body);
      if (!trial) return Error{.code = Errc::unavailable, .detail = "a trial cannot be read"};
      count.add(*trial);
    }
    read += page->rows.size();
    if (page->next.empty()) break;
    cursor = std::move(page->next);
  }
  return count;
}

net::awaitable<http::Response> get_experiments(Call& call) {
  JsonWriter out;
  out.begin_object().key("experiments").begin_array();
  for (const auto& name : experiments_of(*call.tenant->policy)) out.value(name);
  out.end_array().end_object();
  co_return json(out.take());
}

net::awaitable<http::Response> get_experiment(Call& call) {
  const std::string name = call.ids[0];
  const auto& policy = *call.tenant->policy;
  const routing::ExperimentCount empty(call.service.clock().now(), policy.episode_idle);
  const auto count = co_await call.service.read<Result<routing::ExperimentCount>>(
      [tenant = call.tenant_id(), name, empty](storage::Store& store) {
        return count_blocking(store, tenant, name, empty);
      });
  if (!count) co_return problem_of(count.error());
  const auto arms = count->results();
  // One that no rule runs any more is still there for its results.
  if (arms.empty() && !experiments_of(policy).contains(name)) co_return no_such("experiment");
  co_return json(routing::to_json(name, arms));
}

struct Asked {
  std::shared_ptr<const routing::Policy> other;
  std::size_t conversations = 0;
  routing::ReplayOptions options = {};
};

Result<std::string> replay_blocking(storage::Store& store, const Tenant& tenant,
                                    const Asked& asked) {
  routing::Replay replay(*tenant.policy, *asked.other, asked.options);
  auto more = replay_all_blocking(store, tenant.id, asked.conversations, replay, {});
  if (!more) return more.error();
  std::string out = "{\"more\":";
  out += *more ? "true" : "false";
  return out + "," + routing::to_json(replay.report()).substr(1);
}

net::awaitable<http::Response> post_replay(Call& call) {
  Body body(call.request.body);
  const auto rules = body.text("rules", kRulesBytesMax);
  const auto conversations = body.whole("conversations", 1, kConversationsMax);
  const auto examples = body.whole("examples", 0, routing::kReplayExamplesMax);
  const auto judge = body.flag("judge_again");
  if (const auto wrong = body.wrong(); !wrong.empty()) co_return bad_request(wrong);
  Asked asked{
      .other = call.tenant->policy,
      .conversations = static_cast<std::size_t>(conversations.value_or(kConversationsUsual))};
  if (rules) {
    auto other = call.service.what_if(call.tenant_id(), *rules);
    if (!other) {
      if (other.error().code == Errc::misconfigured) co_return bad_request(other.error().detail);
      co_return problem_of(other.error());
    }
    asked.other = std::move(*other);
  }
  const bool other_threshold =
      asked.other->negative_threshold != call.tenant->policy->negative_threshold;
  if (judge.value_or(other_threshold)) asked.options.analyzer = analyzer_of(call);
  asked.options.examples_max = static_cast<std::size_t>(examples.value_or(kExamplesUsual));
  const auto report = co_await call.service.read<Result<std::string>>(
      [tenant = call.tenant, asked](storage::Store& store) {
        return replay_blocking(store, *tenant, asked);
      });
  if (!report) co_return problem_of(report.error());
  co_return json(*report);
}

}  // namespace

std::vector<Route> rule_routes() {
  const std::vector<std::string_view> read = {"read"}, admin = {"admin"};
  return {
      {"GET", "/v1/experiments", read, get_experiments},
      {"GET", "/v1/experiments/{id}", read, get_experiment},
      {"POST", "/v1/decisions/replay", admin, post_replay},
  };
}

}  // namespace parley::gateway::api
