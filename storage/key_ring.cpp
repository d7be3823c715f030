#include "storage/key_ring.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/aes_gcm.hpp"
#include "base/crypto.hpp"
#include "storage/keys.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kOwnerBytes = 16, kIdBytes = 8, kCheckBytes = 8;
constexpr std::size_t kEntryBytes = kOwnerBytes + kIdBytes + kGcmKeyBytes + kCheckBytes;
static_assert(kEntryBytes == 64, "an entry lies within one sector");
constexpr std::string_view kName = "parley key ring\n";

std::string entry_of(std::string_view owner, std::uint64_t id, std::string_view key) {
  std::string out(owner);
  append_u64(out, id);
  out += key;
  append_u64(out, xxh3_64(out));
  return out;
}

std::string first_entry() { return entry_of(kName, 1, std::string(kGcmKeyBytes, '\0')); }

bool is_destroyed(std::string_view entry) { return entry.find_first_not_of('\0') == entry.npos; }

bool is_whole(std::string_view entry) {
  return KeyReader(entry.substr(kEntryBytes - kCheckBytes)).u64() ==
         xxh3_64(entry.substr(0, kEntryBytes - kCheckBytes));
}

std::string digest_of(std::string_view owner) { return sha256(owner).substr(0, kOwnerBytes); }

Error misconfigured(std::string detail) {
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

}  // namespace

Result<std::unique_ptr<KeyRing>> KeyRing::open(const std::string& path, Missing missing) {
  const bool fresh = !path_exists(path);
  if (fresh && missing == Missing::refuse) {
    return misconfigured(path + " is not there: without its keys no sealed backup can be read");
  }
  if (fresh) {
    const auto parent = std::filesystem::absolute(path).parent_path().string();
    if (auto made = make_directory_durably(parent); !made) return made.error();
    if (auto made = write_file_durably(path, first_entry()); !made) return made.error();
  }
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) return file_error("open", path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return misconfigured(path + " is in use by another process");
  }
  std::unique_ptr<KeyRing> ring(new KeyRing(path, std::move(file)));
  if (auto loaded = ring->load(); !loaded) return loaded.error();
  return ring;
}

Result<void> KeyRing::load() {
  const auto bytes = read_file(path_);
  if (!bytes) return bytes.error();
  const std::string_view all = *bytes ? std::string_view(**bytes) : std::string_view();
  if (!all.starts_with(first_entry())) return misconfigured(path_ + " is not a key ring of ours");
  std::uint64_t torn = 0;
  for (end_ = kEntryBytes; all.size() - end_ >= kEntryBytes; end_ += kEntryBytes) {
    const auto entry = all.substr(end_, kEntryBytes);
    if (is_destroyed(entry)) continue;
    if (!is_whole(entry)) {
      if (torn == 0) torn = end_;
      continue;
    }
    if (torn != 0) {
      return misconfigured(
          fmt::format("{} is damaged at byte {}: put the copy of it in its place", path_, torn));
    }
    add(std::string(entry.substr(0, kOwnerBytes)),
        {.id = KeyReader(entry.substr(kOwnerBytes)).u64(),
         .bytes = std::string(entry.substr(kOwnerBytes + kIdBytes, kGcmKeyBytes))},
        end_);
  }
  if (torn != 0) end_ = torn;
  if (end_ != all.size() && ::ftruncate(file_.get(), static_cast<off_t>(end_)) != 0) {
    return file_error("cut", path_, errno);
  }
  return {};
}

void KeyRing::add(std::string digest, RingKey key, std::uint64_t place) {
  auto& slot = by_owner_[std::move(digest)];
  slot = {.key = std::move(key), .place = place};
  by_id_[slot.key.id] = &slot.key;
}

const RingKey& KeyRing::key_for(std::string_view owner) {
  auto digest = digest_of(owner);
  if (const auto found = by_owner_.find(digest); found != by_owner_.end()) return found->second.key;
  RingKey key{.id = KeyReader(random_bytes(kIdBytes)).u64(), .bytes = random_bytes(kGcmKeyBytes)};
  appended_ += entry_of(digest, key.id, key.bytes);
  add(digest, std::move(key), end_ + appended_.size() - kEntryBytes);
  return by_owner_.find(digest)->second.key;
}

const RingKey* KeyRing::find(std::uint64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Result<void> KeyRing::write(std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const auto put = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return file_error("write", path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    at += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<void> KeyRing::sync() {
  if (auto written = write(appended_, end_); !written) return written;
  end_ += appended_.size();
  appended_.clear();
  if (::fsync(file_.get()) != 0) return file_error("sync", path_, errno);
  return {};
}

Result<void> KeyRing::destroy(std::span<const std::string> owners) {
  if (auto synced = sync(); !synced) return synced;  // or a place below might not exist
  for (const auto& owner : owners) {
    const auto found = by_owner_.find(digest_of(owner));
    if (found == by_owner_.end()) continue;
    if (auto gone = write(std::string(kEntryBytes, '\0'), found->second.place); !gone) return gone;
    by_id_.erase(found->second.key.id);
    by_owner_.erase(found);
  }
  return sync();
}

}  // namespace parley::storage
