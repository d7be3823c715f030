// storage/key_ring.hpp
// The keys that sealed backups are made with: one for each person, file and the like. It is kept
// outside the store and outside the backups. Destroying a key makes what it sealed unreadable in
// every backup there is, wherever its copies are.
//
// Format   entries of 64 bytes, the first names the file: owner (16, a digest), id (8), key (32),
//          XXH3-64 of those (8). A destroyed one is zeros, written over the key in place.
// Promise  after sync() the keys given out are durable; after destroy() the bytes are overwritten
//          and synced. Nothing but the file's own blocks ever held them: a copy you make of the
//          file keeps what was in it.
// Limits   one process at a time (locked); 64 bytes a person, read whole when opened.
// Errors   misconfigured: locked, or damaged in the middle (a torn end is an unfinished append);
//          unavailable from the file system.
// Threads  one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "storage/files.hpp"

namespace parley::storage {

struct RingKey {
  std::uint64_t id = 0;
  std::string bytes;
};

class KeyRing {
 public:
  enum class Missing : std::uint8_t { make, refuse };
  static Result<std::unique_ptr<KeyRing>> open(const std::string& path, Missing missing);

  // The owner's key, made if there is none. Not durable before sync().
  const RingKey& key_for(std::string_view owner);
  const RingKey* find(std::uint64_t id) const;  // null: destroyed, or of another ring
  Result<void> sync();
  // Owners without a key are fine.
  Result<void> destroy(std::span<const std::string> owners);
  std::size_t size() const noexcept { return by_owner_.size(); }

 private:
  KeyRing(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> load();
  Result<void> write(std::string_view bytes, std::uint64_t at);
  void add(std::string digest, RingKey key, std::uint64_t place);

  struct Slot {
    RingKey key;
    std::uint64_t place = 0;
  };
  const std::string path_;
  const FileDescriptor file_;
  std::unordered_map<std::string, Slot> by_owner_;  // by digest
  std::unordered_map<std::uint64_t, const RingKey*> by_id_;
  std::string appended_;  // not yet written
  std::uint64_t end_ = 0;
};

}  // namespace parley::storage
