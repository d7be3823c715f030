// config/config.hpp
// The files an operator writes -> the Options structs of the modules, and tenants ready to serve.
// The only room that knows every other room's Options; no room knows it.
//
// Promise  all or nothing: a file with one mistake gives no configuration, so a bad file can never
//          replace a good one.
// Limits   kFileBytesMax bytes a file, kTenantsMax tenants, kProblemsMax mistakes reported at once.
// Errors   misconfigured; the detail has one line per mistake: "file:line:column: key: what is
//          wrong; what would be right". No line holds a secret.
// Threads  any; reads files and the environment, so never on an I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "connectors/registry.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/server.hpp"
#include "gateway/pipeline/options.hpp"
#include "gateway/pipeline/tenant.hpp"
#include "gateway/runtime/log.hpp"
#include "storage/store.hpp"

namespace parley::config {

inline constexpr std::size_t kFileBytesMax = 4 << 20;
inline constexpr std::size_t kTenantsMax = 10'000;
inline constexpr std::size_t kProblemsMax = 20;

struct AdminOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8081;
};

struct ProcessConfig {
  gateway::http::ServerOptions http;
  AdminOptions admin;
  storage::Options storage;
  gateway::http::ClientOptions client;
  gateway::LogOptions log;
  gateway::PipelineOptions pipeline;
  std::size_t cores = 0;          // 0: as many as the machine has
  std::string tenants_directory;  // ready to open; relative ones start at the process file
  std::string model_path;         // of the sentiment model; "" is none
  std::string intent_model_path;  // of the intent model; "" is none
  // Signs media URLs of tenants that name no key. Random when the file names none: then URLs end
  // with the process.
  Secret media_key;
  // File of the keys that backups are sealed with, and that erasing a person destroys
  // (storage/key_ring.hpp). "": backups are plain copies.
  std::string backup_keys;
};

Result<ProcessConfig> load_process(const std::string& path);

using Warnings = std::vector<std::string>;  // "file:line:column: key: text", like the errors

Result<std::shared_ptr<const gateway::Tenant>> load_tenant(
    const std::string& path, const ProcessConfig& process, Warnings* warnings = nullptr,
    const connectors::Registry& registry = connectors::builtin_registry());

// Every *.toml of the directory (not *.faq.toml), in the order of their names. Two tenants of one
// id, or two API keys with one token, are mistakes.
Result<gateway::Tenants> load_tenants(
    const ProcessConfig& process, Warnings* warnings = nullptr,
    const connectors::Registry& registry = connectors::builtin_registry());

// A policy as it would be with the tables that `toml` has ([tenant], [[calendar]], [[segment]],
// [[rule]], [[agent]]) in place of its own: for a what-if. Reads no other file and no secret.
// `name` stands for the file in messages.
Result<std::shared_ptr<const routing::Policy>> what_if(const routing::Policy& base,
                                                       std::string_view toml,
                                                       const std::string& name);

// `parley check`: what would be served, or what is wrong, for people.
struct CheckReport {
  bool ok = false;
  std::string text;
};
CheckReport check(const std::string& process_path,
                  const connectors::Registry& registry = connectors::builtin_registry());

}  // namespace parley::config
