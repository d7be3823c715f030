// env:NAME and file:PATH. What a secret says reaches no message, not even a wrong one.
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "config/table.hpp"

namespace parley::config {
namespace {

constexpr std::size_t kSecretBytesMax = 64 * 1024;

std::optional<Secret> from_file(Table& table, std::string_view key, const std::string& path) {
  auto bytes = read_file_blocking(path, kSecretBytesMax);
  if (!bytes) {
    table.problem(key, bytes.error().detail + "; expected a readable file with the secret");
    return std::nullopt;
  }
  while (!bytes->empty() && (bytes->back() == '\n' || bytes->back() == '\r')) bytes->pop_back();
  if (bytes->empty()) {
    table.problem(key, path + " is empty; expected the secret in it");
    return std::nullopt;
  }
  namespace fs = std::filesystem;
  std::error_code failed;
  const auto open_to_others = fs::status(path, failed).permissions() & fs::perms::others_read;
  if (!failed && open_to_others != fs::perms::none) {
    table.warning(key, path + " can be read by every user of this machine; chmod 600 it");
  }
  return Secret(std::move(*bytes));
}

}  // namespace

std::optional<Secret> read_secret(Table& table, std::string_view key, const SecretSource& source) {
  const Node* node = table.raw(key);
  if (!node) return std::nullopt;
  if (node->kind != Kind::text || node->text.empty()) {
    table.problem(key, "is not a secret; expected \"env:NAME\" or \"file:PATH\"");
    return std::nullopt;
  }
  const std::string_view text = node->text;
  if (text.starts_with("env:")) {
    const std::string variable(text.substr(4));
    const char* value = std::getenv(variable.c_str());
    if (value && *value) return Secret(value);
    table.problem(key, "environment variable " + variable + (value ? " is empty" : " is not set") +
                           "; expected the secret in it");
    return std::nullopt;
  }
  if (text.starts_with("file:")) {
    return from_file(table, key, resolve_path(source.directory, std::string(text.substr(5))));
  }
  if (!source.literals_allowed) {
    table.problem(key,
                  "a secret must not stand in the file itself; expected \"env:NAME\" or "
                  "\"file:PATH\"");
    return std::nullopt;
  }
  if (!source.warned) {
    table.warning(key, "secrets stand in the file itself; fit for a demo only");
  }
  source.warned = true;
  return Secret(node->text);
}

std::string directory_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

std::string resolve_path(const std::string& directory, const std::string& path) {
  if (path.empty() || directory.empty()) return path;
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

}  // namespace parley::config
