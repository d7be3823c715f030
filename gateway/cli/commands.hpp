// gateway/cli/commands.hpp
// The sub-commands of `parley`. Each gives the process's exit status: 0 done, 1 a check found
// something, 2 wrong use or configuration, 70 the store failed.
#pragma once

#include <cstddef>
#include <string>

namespace parley::gateway {

int run_command_line(int argc, char** argv);

struct ServeOptions {
  std::string config = "config/parley.toml";
  std::string backup_dir;  // where SIGUSR1 puts a backup; "" is <storage>/../backups
};
int run_serve(const ServeOptions& options);
int run_check(const std::string& config);
int run_backup(const std::string& config, const std::string& to);
int run_restore(const std::string& config, const std::string& from);
// `keys`: the ring of a sealed backup.
int run_verify(const std::string& path, const std::string& keys);

struct ReplayCommand {
  std::string config = "config/parley.toml";
  std::string tenant;  // "": all
  std::string rules;   // a file of rules to replay under; "" is today's policy
  bool json = false;
  bool judge_again = false;  // texts anew, by today's model
  std::size_t examples = 20;
  std::size_t conversations = 0;  // the latest ones; 0 is all
};
// 1 when a turn would come out otherwise today; with other rules that is no finding.
int run_replay(const ReplayCommand& asked);

struct DeadLetterOptions {
  std::string verb;  // "list", "show", "replay"
  std::string id;
  std::string url = "http://127.0.0.1:8080";
  std::string key;  // "env:NAME", "file:PATH" or the key
};
int run_dead_letters(const DeadLetterOptions& options);

struct CorrectionsOptions {
  std::string task;  // "sentiment", "intent"
  std::string out;   // "" is the standard output
  std::string url = "http://127.0.0.1:8080";
  std::string key;  // "env:NAME", "file:PATH" or the key
};
int run_corrections(const CorrectionsOptions& options);

struct PersonsOptions {
  std::string file;
  std::string id_column = "external_user";
  bool empty_erases = false;  // an empty cell takes the attribute away; else it says nothing
  std::string url = "http://127.0.0.1:8080";
  std::string key;
};
// 1 also when some rows were refused; the others are done.
int run_persons_import(const PersonsOptions& options);

}  // namespace parley::gateway
