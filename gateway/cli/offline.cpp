// The sub-commands that work on files without serving: check, backup, verify, replay.
#include <iostream>

#include "config/config.hpp"
#include "conversation/codec.hpp"
#include "gateway/cli/commands.hpp"
#include "routing/decide.hpp"
#include "storage/store.hpp"

namespace parley::gateway {
namespace {

constexpr int kExitFound = 1;
constexpr int kExitConfig = 2;
constexpr std::size_t kPage = 500;
constexpr std::size_t kDifferencesShown = 20;

int refuse(const Error& error) {
  std::cerr << error.detail << '\n';
  return kExitConfig;
}

void print_report(const storage::VerifyReport& report) {
  for (const auto& head : report.audit_heads) std::cout << "audit " << head << '\n';
  for (const auto& problem : report.problems) std::cout << problem << '\n';
  std::cout << report.conversations << " conversations, " << report.events << " events, "
            << report.rows << " other rows: "
            << (report.problems.empty() ? "sound"
                                        : std::to_string(report.problems.size()) + " problems")
            << '\n';
}

}  // namespace

int run_check(const std::string& config) {
  const auto report = config::check(config);
  (report.ok ? std::cout : std::cerr) << report.text;
  return report.ok ? 0 : kExitConfig;
}

int run_verify(const std::string& path) {
  auto report = storage::verify_rocks_store(path);
  if (!report) return refuse(report.error());
  print_report(*report);
  return report->problems.empty() ? 0 : kExitFound;
}

int run_backup(const std::string& config, const std::string& to) {
  auto process = config::load_process(config);
  if (!process) return refuse(process.error());
  const SystemClock clock;
  auto store = storage::open_rocks_store(process->storage, clock);
  if (!store) {
    std::cerr << store.error().detail
              << "\n(a running gateway takes its own backup: send it SIGUSR1)\n";
    return kExitConfig;
  }
  auto done = storage::backup_rocks_store(**store, to);
  (*store)->close();
  if (!done) return refuse(done.error());
  std::cout << "backup in " << to << ", verifying\n";
  return run_verify(to);
}

int run_replay(const std::string& config, const std::string& tenant) {
  auto process = config::load_process(config);
  if (!process) return refuse(process.error());
  auto tenants = config::load_tenants(*process);
  if (!tenants) return refuse(tenants.error());
  const SystemClock clock;
  auto store = storage::open_rocks_store(process->storage, clock);
  if (!store) return refuse(store.error());
  std::size_t same = 0, other = 0, other_policy = 0;
  for (const auto& [id, owner] : *tenants) {
    if (!tenant.empty() && id.value != tenant) continue;
    std::string cursor;
    do {
      auto page = (*store)->rows_blocking(id, RowKind::decision, cursor, kPage);
      if (!page) return refuse(page.error());
      for (const auto& row : page->rows) {
        const auto decision = from_stored<Decision>(row.body);
        if (!decision) return refuse(decision.error());
        if (decision->policy_version != owner->policy->version) ++other_policy;
        const Holder now = routing::decide_again(*decision, *owner->policy, nullptr);
        if (now == decision->outcome) {
          ++same;
          continue;
        }
        if (++other <= kDifferencesShown) {
          std::cout << row.id << ": was " << to_string(decision->outcome.kind) << ':'
                    << decision->outcome.id << ", now " << to_string(now.kind) << ':' << now.id
                    << '\n';
        }
      }
      cursor = std::move(page->next);
    } while (!cursor.empty());
  }
  (*store)->close();
  std::cout << same << " decisions the same, " << other << " different (" << other_policy
            << " were made under another policy)\n";
  return other == 0 ? 0 : kExitFound;
}

}  // namespace parley::gateway
