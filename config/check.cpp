// What `parley check` prints.
#include "config/config.hpp"

namespace parley::config {
namespace {

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string holder_text(const Holder& holder) {
  if (holder.kind == HolderKind::none) return "nobody";
  return std::string(to_string(holder.kind)) + ":" + holder.id;
}

void describe(const gateway::Tenant& tenant, std::string& out) {
  const auto& policy = *tenant.policy;
  out += "tenant " + tenant.id.value + " (" + tenant.name + "), policy " +
         policy.version.substr(0, 12) + "\n";
  for (const auto& [id, channel] : tenant.channels) {
    out += "  channel " + id.value + ": " + channel.platform + ", webhook /webhooks/" +
           tenant.id.value + "/" + id.value + "\n";
  }
  out += "  " + counted(policy.queues.size(), "queue") + ", " +
         counted(policy.segments.size(), "segment") + ", " + counted(policy.rules.size(), "rule") +
         ", " + counted(policy.agents.size(), "agent") + ", " + counted(policy.bots.size(), "bot") +
         ", " + counted(tenant.api_keys.size(), "API key") + "; otherwise " +
         holder_text(policy.default_outcome) + "\n";
}

}  // namespace

CheckReport check(const std::string& process_path, const connectors::Registry& registry) {
  const auto process = load_process(process_path);
  if (!process) return {.ok = false, .text = process.error().detail + "\n"};
  Warnings warnings;
  const auto tenants = load_tenants(*process, &warnings, registry);
  CheckReport report;
  for (const auto& warning : warnings) report.text += "warning: " + warning + "\n";
  if (!tenants) {
    report.text += tenants.error().detail + "\n";
    return report;
  }
  report.text += process_path + ": " + process->http.address + ":" +
                 std::to_string(process->http.port) + ", admin " + process->admin.address + ":" +
                 std::to_string(process->admin.port) + ", storage " + process->storage.path + "\n";
  for (const auto& [id, tenant] : *tenants) describe(*tenant, report.text);
  report.text += "ok\n";
  report.ok = true;
  return report;
}

}  // namespace parley::config
