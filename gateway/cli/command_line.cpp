#include <CLI/CLI.hpp>

#include <iostream>
#include <vector>

#include "gateway/cli/cases/cases.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/simulate/simulate.hpp"
#include "routing/text/tools.hpp"

namespace parley::gateway {
namespace {

// Tools with flags of their own get their arguments as they stand.
struct Passed {
  CLI::App* app = nullptr;
  std::vector<std::string> rest;
};

void add_passed(CLI::App& root, Passed& passed, const char* name, const char* what) {
  passed.app = root.add_subcommand(name, what);
  passed.app->prefix_command();
  passed.app->set_help_flag();
}

// For commands that ask a running gateway.
void add_gateway(CLI::App& app, std::string& url, std::string& key) {
  app.add_option("--url", url, "of the gateway")->capture_default_str();
  app.add_option("--key", key, "API key: env:NAME, file:PATH or the key");
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App root("Parley: an omnichannel messaging gateway and router for customer service");
  root.require_subcommand(1);
  int status = 0;

  ServeOptions serve;
  auto* serve_app = root.add_subcommand("serve", "run the gateway");
  serve_app->add_option("--config", serve.config, "process file")->capture_default_str();
  serve_app->add_option("--backup-dir", serve.backup_dir, "where SIGUSR1 puts a backup");
  serve_app->callback([&] { status = run_serve(serve); });

  std::string config = "config/parley.toml";
  auto* check_app = root.add_subcommand("check", "check the configuration and say what it means");
  check_app->add_option("--config", config, "process file")->capture_default_str();
  check_app->callback([&] { status = run_check(config); });

  std::string backup_to;
  auto* backup_app = root.add_subcommand("backup", "copy the store of a stopped gateway");
  backup_app->add_option("--config", config, "process file")->capture_default_str();
  backup_app->add_option("--to", backup_to, "a directory that does not exist yet")->required();
  backup_app->callback([&] { status = run_backup(config, backup_to); });

  std::string restore_from;
  auto* restore_app = root.add_subcommand("restore", "make a store of a backup");
  restore_app->add_option("--config", config, "process file")->capture_default_str();
  restore_app->add_option("--from", restore_from, "the backup's directory")->required();
  restore_app->callback([&] { status = run_restore(config, restore_from); });

  std::string verify_path, verify_keys;
  auto* verify_app = root.add_subcommand("verify", "read every row of a closed store or a backup");
  verify_app->add_option("path", verify_path, "the store's directory")->required();
  verify_app->add_option("--keys", verify_keys, "the key ring of a sealed backup");
  verify_app->callback([&] { status = run_verify(verify_path, verify_keys); });

  ReplayCommand replay;
  auto* replay_app = root.add_subcommand(
      "replay", "decide the recorded turns of a stopped gateway (or a backup) again");
  replay_app->add_option("--config", replay.config, "process file")->capture_default_str();
  replay_app->add_option("--tenant", replay.tenant, "this tenant only");
  replay_app->add_option("--rules", replay.rules,
                         "under these rules instead of today's: a what-if");
  replay_app->add_option("--conversations", replay.conversations, "the latest ones; 0 is all");
  replay_app->add_option("--examples", replay.examples, "of changed turns")->capture_default_str();
  replay_app->add_flag("--judge-again", replay.judge_again, "texts anew, by today's model");
  replay_app->add_flag("--json", replay.json, "one JSON object a tenant");
  replay_app->callback([&] { status = run_replay(replay); });

  DeadLetterOptions letters;
  auto* letters_app = root.add_subcommand("dead-letters", "what could not be sent");
  letters_app->add_option("verb", letters.verb, "list, show or replay")
      ->required()
      ->check(CLI::IsMember({"list", "show", "replay"}));
  letters_app->add_option("id", letters.id, "of the dead letter");
  add_gateway(*letters_app, letters.url, letters.key);
  letters_app->callback([&] { status = run_dead_letters(letters); });

  CorrectionsOptions corrections;
  auto* corrections_app =
      root.add_subcommand("corrections", "what people said turns meant, for `train`");
  corrections_app->require_subcommand(1);
  auto* corrections_export = corrections_app->add_subcommand("export", "label<TAB>text a line");
  corrections_export->add_option("--task", corrections.task, "sentiment or intent")
      ->required()
      ->check(CLI::IsMember({"sentiment", "intent"}));
  corrections_export->add_option("-o", corrections.out, "a file instead of the standard output");
  add_gateway(*corrections_export, corrections.url, corrections.key);
  corrections_export->callback([&] { status = run_corrections(corrections); });

  PersonsOptions persons;
  auto* persons_app = root.add_subcommand("persons", "customers, many at a time");
  persons_app->require_subcommand(1);
  auto* persons_import = persons_app->add_subcommand("import", "profiles from a CSV file");
  persons_import->add_option("file", persons.file, "UTF-8, RFC 4180, first line names the columns")
      ->required();
  persons_import->add_option("--id-column", persons.id_column, "holds your own id of the customer")
      ->capture_default_str();
  persons_import->add_flag("--empty-erases", persons.empty_erases,
                           "an empty cell takes the attribute away");
  add_gateway(*persons_import, persons.url, persons.key);
  persons_import->callback([&] { status = run_persons_import(persons); });

  std::vector<std::string> case_paths;
  std::string platform;
  auto* cases_app = root.add_subcommand("cases", "run connector case files");
  cases_app->add_option("paths", case_paths, "files or directories")->required();
  cases_app->add_option("--platform", platform, "this platform only");
  cases_app->callback([&] { status = run_cases(case_paths, platform, std::cout); });

  Passed simulate, classify, train, retrieve;
  add_passed(root, simulate, "simulate", "act as a platform: sign, send, redeliver, receive");
  add_passed(root, classify, "classify", "label one text a line");
  add_passed(root, train, "train", "train a text model");
  add_passed(root, retrieve, "retrieve", "find the best documents for one query a line");

  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? 0 : 2;
  }
  if (simulate.app->parsed()) return run_simulate(simulate.app->remaining());
  if (classify.app->parsed()) {
    return routing::run_classify(classify.app->remaining(), std::cin, std::cout, std::cerr);
  }
  if (train.app->parsed())
    return routing::run_train(train.app->remaining(), std::cin, std::cout, std::cerr);
  if (retrieve.app->parsed()) {
    return routing::run_retrieve(retrieve.app->remaining(), std::cin, std::cout, std::cerr);
  }
  return status;
}

}  // namespace parley::gateway
