#include "storage/media_files.hpp"

#include "base/crypto.hpp"
#include "storage/commit_check.hpp"
#include "storage/files.hpp"

namespace parley::storage {

namespace {

// A hash and not the name: a directory name then has one spelling on any file system.
std::string tenant_directory(const TenantId& tenant) {
  return to_hex(sha256(tenant.value).substr(0, 16));
}

}  // namespace

std::string media_file_name(const TenantId& tenant, std::string_view id) {
  return tenant_directory(tenant) + "/" + std::string(id);
}

std::string MediaFiles::directory_of(const TenantId& tenant) const {
  return directory_ + "/" + tenant_directory(tenant);
}

Result<void> MediaFiles::put_blocking(const TenantId& tenant, const MediaId& id,
                                      std::string_view bytes) {
  if (!is_media_id(id)) return Error{.code = Errc::malformed, .detail = "not a media id"};
  const auto directory = directory_of(tenant);
  if (auto made = make_directory_durably(directory); !made) return made;
  return write_file_durably(directory + "/" + id.value, bytes);
}

Result<std::optional<std::string>> MediaFiles::get_blocking(const TenantId& tenant,
                                                            const MediaId& id) const {
  if (!is_media_id(id)) return std::optional<std::string>();
  return read_file(directory_of(tenant) + "/" + id.value);
}

Result<void> MediaFiles::drop_blocking(const TenantId& tenant, const MediaId& id) {
  if (!is_media_id(id)) return {};
  const auto directory = directory_of(tenant);
  const auto path = directory + "/" + id.value;
  if (!path_exists(path)) return {};
  if (auto shredded = shred_file(path); !shredded) return shredded;
  return sync_path(directory);
}

}  // namespace parley::storage
