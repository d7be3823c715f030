// storage/media_files.hpp
// Media bytes as files: <store>/media/<hash of the tenant>/<media id>.
//
// Promise  put: the bytes and the name are synced when it returns; a reader sees all or nothing.
// Errors   malformed id (see is_media_id); unavailable from the file system.
// Threads  any; all block.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "conversation/ids.hpp"

namespace parley::storage {

// <hash of the tenant>/<id>: where a file is below the directory, and its name in sealed backups.
std::string media_file_name(const TenantId& tenant, std::string_view id);

class MediaFiles {
 public:
  explicit MediaFiles(std::string directory) : directory_(std::move(directory)) {}
  Result<void> put_blocking(const TenantId& tenant, const MediaId& id, std::string_view bytes);
  Result<std::optional<std::string>> get_blocking(const TenantId& tenant, const MediaId& id) const;
  // Overwrites the bytes first: a backup on the same file system shares them.
  Result<void> drop_blocking(const TenantId& tenant, const MediaId& id);
  const std::string& directory() const noexcept { return directory_; }

 private:
  std::string directory_of(const TenantId& tenant) const;
  std::string directory_;
};

}  // namespace parley::storage
