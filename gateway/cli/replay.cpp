// `parley replay`: recorded turns decided again, under today's rules or under others.
#include <iostream>
#include <limits>

#include "config/config.hpp"
#include "config/document.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/pipeline/recorded.hpp"
#include "routing/text/load.hpp"

namespace parley::gateway {
namespace {

constexpr int kExitFound = 1;
constexpr int kExitConfig = 2;
constexpr std::size_t kRulesBytesMax = 4 << 20;

int refuse(const Error& error) {
  std::cerr << error.detail << '\n';
  return kExitConfig;
}

Result<std::shared_ptr<const routing::Policy>> other_policy(const routing::Policy& today,
                                                            const std::string& rules) {
  const auto bytes = config::read_file_blocking(rules, kRulesBytesMax);
  if (!bytes) return bytes.error();
  return config::what_if(today, *bytes, rules);
}

// Null where nothing has to be judged again, or nothing could.
Result<std::unique_ptr<routing::Analyzer>> judge_of(const config::ProcessConfig& process) {
  if (process.model_path.empty()) return routing::make_plain_analyzer();
  return routing::load_analyzer(process.model_path, process.intent_model_path);
}

void print(const Tenant& tenant, const routing::ReplayReport& report, bool json, bool more) {
  if (json) {
    std::cout << "{\"tenant\":\"" << tenant.id.value << "\",\"more\":" << (more ? "true" : "false")
              << "," << routing::to_json(report).substr(1) << '\n';
    return;
  }
  std::cout << "tenant " << tenant.id.value << (more ? " (its latest conversations)" : "") << '\n'
            << routing::replay_text(report) << '\n';
}

// One tenant's history; true when a turn came out otherwise.
Result<bool> replay_tenant(storage::Store& store, const Tenant& tenant, const ReplayCommand& asked,
                           const routing::Analyzer& analyzer) {
  auto other = tenant.policy;
  if (!asked.rules.empty()) {
    auto read = other_policy(*tenant.policy, asked.rules);
    if (!read) return read.error();
    other = std::move(*read);
  }
  routing::ReplayOptions options{.examples_max = asked.examples};
  const bool other_threshold = other->negative_threshold != tenant.policy->negative_threshold;
  if (asked.judge_again || other_threshold) {
    options.analyzer = tenant.analyzer ? tenant.analyzer.get() : &analyzer;
  }
  routing::Replay replay(*tenant.policy, *other, options);
  const auto count_max =
      asked.conversations == 0 ? std::numeric_limits<std::size_t>::max() : asked.conversations;
  auto more = replay_all_blocking(store, tenant.id, count_max, replay, [](std::size_t done) {
    std::cerr << done << " conversations\r" << std::flush;
  });
  if (!more) return more.error();
  const auto report = replay.report();
  print(tenant, report, asked.json, *more);
  return report.equal != report.turns;
}

}  // namespace

int run_replay(const ReplayCommand& asked) {
  auto process = config::load_process(asked.config);
  if (!process) return refuse(process.error());
  auto tenants = config::load_tenants(*process);
  if (!tenants) return refuse(tenants.error());
  if (!asked.rules.empty() && asked.tenant.empty() && tenants->size() > 1) {
    std::cerr << "--rules is for one tenant; expected --tenant with it\n";
    return kExitConfig;
  }
  auto analyzer = judge_of(*process);
  if (!analyzer) return refuse(analyzer.error());
  const SystemClock clock;
  auto store = storage::open_rocks_store(process->storage, clock);
  if (!store) return refuse(store.error());
  bool otherwise = false;
  for (const auto& [id, tenant] : *tenants) {
    if (!asked.tenant.empty() && id.value != asked.tenant) continue;
    auto differs = replay_tenant(**store, *tenant, asked, **analyzer);
    if (!differs) {
      (*store)->close();
      return refuse(differs.error());
    }
    otherwise = otherwise || *differs;
  }
  (*store)->close();
  return otherwise && asked.rules.empty() ? kExitFound : 0;
}

}  // namespace parley::gateway
