// storage/sealed_backup.hpp
// A backup in which every row is sealed with the keys of whoever it is about (backup_rules.hpp,
// key_ring.hpp), as one file, "sealed", in a directory of its own; and making a store of a backup.
//
// Format   "PARLEYSB", version (4 bytes), salt (16); then records: kind (1), count (2) and ids (8
//          each) of keys, size (4), AES-256-GCM of a length-prefixed name and the bytes. A record's
//          key is an HMAC of its owners' keys over the salt, its nonce its number; number, kind and
//          owners are bound to it. The last record says how many there are.
// Promise  write: the file has its name only once it is whole, synced, and its keys are durable.
//          read: every record that has its keys is as it was written, none is missing or moved.
// Errors   misconfigured: no such backup, another ring, damage; unavailable from the file system.
// Threads  each object one at a time; all of it blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "storage/key_ring.hpp"
#include "storage/store.hpp"

namespace parley::storage {

struct SealedReport {
  std::string instance;
  std::uint64_t position = 0;
  std::uint64_t rows = 0, media = 0;
  std::uint64_t lost = 0;  // records whose keys are destroyed: of persons erased since
};

enum class Sealed : std::uint8_t { row = 1, media = 2, end = 3 };

class SealedWriter {
 public:
  static Result<std::unique_ptr<SealedWriter>> create(const std::string& directory, KeyRing& ring);
  ~SealedWriter();
  Result<void> put(Sealed kind, std::span<const std::string> owners, std::string_view name,
                   std::string_view bytes);
  Result<void> finish(const std::string& instance, std::uint64_t position);

 private:
  struct Parts;
  explicit SealedWriter(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

bool is_sealed_backup(const std::string& directory);
using SealedSink =
    std::function<Result<void>(Sealed kind, std::string_view name, std::string_view bytes)>;
Result<SealedReport> read_sealed_backup(const std::string& directory, const KeyRing& ring,
                                        const SealedSink& sink);
// Opens every record and keeps none.
Result<SealedReport> verify_sealed_backup(const std::string& directory, const std::string& keys);

// A store whose backups are sealed with the keys in the file `keys`, and whose erasures destroy
// them; where it is "", backups are plain copies, and the call is open_rocks_store() of store.hpp.
Result<std::unique_ptr<Store>> open_rocks_store(const Options& options, const Clock& clock,
                                                const std::string& keys);
// Makes a store at options.path, which must not exist or be empty, of a backup, sealed or plain.
// It appears there whole or not at all. The backup is only read.
Result<SealedReport> restore_rocks_store(const Options& options, const std::string& keys,
                                         const std::string& from);

}  // namespace parley::storage
