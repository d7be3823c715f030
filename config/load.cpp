// Files and directories -> configuration: reads bytes, has them judged, gives all or nothing.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/crypto.hpp"
#include "config/config.hpp"
#include "config/process_file.hpp"
#include "config/tenant_file.hpp"

namespace parley::config {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const gateway::Tenant> load_into(Problems& problems, const ProcessConfig& process,
                                                 const connectors::Registry& registry) {
  auto bytes = read_file_blocking(problems.file(), kFileBytesMax);
  if (!bytes) {
    problems.add_line(bytes.error().detail);
    return nullptr;
  }
  const auto root = parse_document(*bytes, problems.file());
  if (!root) {
    problems.add_line(root.error().detail);
    return nullptr;
  }
  TenantContext context{.process = process,
                        .registry = registry,
                        .problems = problems,
                        .secrets = {.directory = directory_of(problems.file())},
                        .files_read = std::move(*bytes)};
  auto tenant = read_tenant(*root, context);
  return problems.empty() ? std::move(tenant) : nullptr;
}

void give_warnings(const Problems& problems, Warnings* warnings) {
  if (!warnings) return;
  warnings->insert(warnings->end(), problems.warnings().begin(), problems.warnings().end());
}

Result<std::vector<std::string>> tenant_files(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator each(directory, failed), end; !failed && each != end;
       each.increment(failed)) {
    const auto name = each->path().filename().string();
    const bool is_tenant = name.ends_with(".toml") && !name.ends_with(".faq.toml");
    if (is_tenant && !name.starts_with('.')) out.push_back(each->path().string());
    if (out.size() > kTenantsMax) break;
  }
  if (failed) {
    return Error{.code = Errc::misconfigured,
                 .detail = directory + ": cannot be listed: " + failed.message() +
                           "; expected a directory of tenant files"};
  }
  if (out.empty() || out.size() > kTenantsMax) {
    return Error{.code = Errc::misconfigured,
                 .detail = directory + ": has " + (out.empty() ? "no" : "too many") +
                           " tenant files; expected 1 to " + std::to_string(kTenantsMax) +
                           " *.toml"};
  }
  std::ranges::sort(out);
  return out;
}

// One token must name one tenant: the tenant comes from the credential alone.
void check_tokens(const gateway::Tenants& tenants, Problems& all) {
  std::map<std::string, std::string> owners;
  for (const auto& [id, tenant] : tenants) {
    for (const auto& key : tenant->api_keys) {
      const auto name = "\"" + key.id + "\" of tenant \"" + id.value + "\"";
      const auto [owner, fresh] = owners.emplace(key.token_sha256, name);
      if (!fresh) {
        all.add_line(all.file() + ": the API keys " + owner->second + " and " + name +
                     " have the same token; expected one of its own for each");
      }
    }
  }
}

}  // namespace

Result<ProcessConfig> load_process(const std::string& path) {
  const auto bytes = read_file_blocking(path, kFileBytesMax);
  if (!bytes) return bytes.error();
  const auto root = parse_document(*bytes, path);
  if (!root) return root.error();
  Problems problems(path);
  auto process = read_process(*root, problems);
  if (!problems.empty()) return problems.error();
  return process;
}

Result<std::shared_ptr<const gateway::Tenant>> load_tenant(const std::string& path,
                                                           const ProcessConfig& process,
                                                           Warnings* warnings,
                                                           const connectors::Registry& registry) {
  Problems problems(path);
  auto tenant = load_into(problems, process, registry);
  give_warnings(problems, warnings);
  if (!tenant) return problems.error();
  return tenant;
}

Result<gateway::Tenants> load_tenants(const ProcessConfig& process, Warnings* warnings,
                                      const connectors::Registry& registry) {
  const auto files = tenant_files(process.tenants_directory);
  if (!files) return files.error();
  Problems all(process.tenants_directory);
  gateway::Tenants tenants;
  std::map<TenantId, std::string> file_of;
  for (const auto& path : *files) {
    Problems problems(path);
    auto tenant = load_into(problems, process, registry);
    give_warnings(problems, warnings);
    all.absorb(problems);
    if (!tenant) continue;
    const auto [first, fresh] = file_of.emplace(tenant->id, path);
    if (!fresh) {
      all.add_line(path + ": tenant.id: the tenant \"" + tenant->id.value + "\" stands in " +
                   first->second + " already; expected each once");
      continue;
    }
    tenants.emplace(tenant->id, std::move(tenant));
  }
  check_tokens(tenants, all);
  if (!all.empty()) return all.error();
  return tenants;
}

Result<std::shared_ptr<const routing::Policy>> what_if(const routing::Policy& base,
                                                       std::string_view toml,
                                                       const std::string& name) {
  if (toml.size() > kFileBytesMax) {
    return Error{.code = Errc::misconfigured,
                 .detail = name + ": is larger than " + std::to_string(kFileBytesMax) + " bytes"};
  }
  const auto root = parse_document(toml, name);
  if (!root) return root.error();
  Problems problems(name);
  const ProcessConfig process;
  const connectors::Registry none({});
  TenantContext context{
      .process = process, .registry = none, .problems = problems, .secrets = {}, .files_read = {}};
  routing::Policy policy = base;
  read_what_if(*root, context, policy);
  if (!problems.empty()) return problems.error();
  policy.version = to_hex(sha256(base.version + '\0' + std::string(toml)));
  auto compiled = routing::compile(std::move(policy));
  if (!compiled) {
    return Error{.code = Errc::misconfigured, .detail = name + ": " + compiled.error().detail};
  }
  return compiled;
}

}  // namespace parley::config
