// The sub-commands that work on files without serving: check, backup, restore, verify.
#include <iostream>

#include "config/config.hpp"
#include "gateway/cli/commands.hpp"
#include "storage/sealed_backup.hpp"
#include "storage/store.hpp"

namespace parley::gateway {
namespace {

constexpr int kExitFound = 1;
constexpr int kExitConfig = 2;

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

void print_report(const storage::SealedReport& report) {
  std::cout << report.rows << " rows and " << report.media << " files can be read";
  if (report.lost > 0) {
    std::cout << ", " << report.lost << " not: their keys were destroyed by erasures since";
  }
  std::cout << '\n';
}

int verify_sealed(const std::string& path, const std::string& keys) {
  auto report = storage::verify_sealed_backup(path, keys);
  if (!report) return refuse(report.error());
  print_report(*report);
  return 0;
}

}  // namespace

int run_check(const std::string& config) {
  const auto report = config::check(config);
  (report.ok ? std::cout : std::cerr) << report.text;
  return report.ok ? 0 : kExitConfig;
}

int run_verify(const std::string& path, const std::string& keys) {
  if (storage::is_sealed_backup(path)) return verify_sealed(path, keys);
  auto report = storage::verify_rocks_store(path);
  if (!report) return refuse(report.error());
  print_report(*report);
  return report->problems.empty() ? 0 : kExitFound;
}

int run_backup(const std::string& config, const std::string& to) {
  auto process = config::load_process(config);
  if (!process) return refuse(process.error());
  const SystemClock clock;
  auto store = storage::open_rocks_store(process->storage, clock, process->backup_keys);
  if (!store) {
    std::cerr << store.error().detail
              << "\n(a running gateway takes its own backup: send it SIGUSR1)\n";
    return kExitConfig;
  }
  auto done = storage::backup_rocks_store(**store, to);
  (*store)->close();
  if (!done) return refuse(done.error());
  std::cout << "backup in " << to << ", verifying\n";
  return run_verify(to, process->backup_keys);
}

int run_restore(const std::string& config, const std::string& from) {
  auto process = config::load_process(config);
  if (!process) return refuse(process.error());
  auto done = storage::restore_rocks_store(process->storage, process->backup_keys, from);
  if (!done) return refuse(done.error());
  if (storage::is_sealed_backup(from)) print_report(*done);
  std::cout << "restored into " << process->storage.path << ", verifying\n";
  return run_verify(process->storage.path, {});
}

}  // namespace parley::gateway
