#include "storage/sealed_backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/aes_gcm.hpp"
#include "base/crypto.hpp"
#include "storage/backup_rules.hpp"
#include "storage/keys.hpp"

namespace parley::storage {
namespace {

constexpr std::string_view kMagic = "PARLEYSB";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHeadBytes = 8 + 4 + kSaltBytes;
constexpr std::size_t kOwnersMax = 4'096;
constexpr std::size_t kSealedMax = 1u << 30;
constexpr std::size_t kBufferBytes = 1 << 20;

std::string sealed_path(const std::string& directory) { return directory + "/sealed"; }

Error damaged(const std::string& path, std::uint64_t record) {
  return Error{.code = Errc::misconfigured,
               .detail = fmt::format("{}: record {} is damaged: use another backup", path, record)};
}

std::string nonce_of(std::uint64_t record) {
  std::string out(kGcmNonceBytes - 8, '\0');
  append_u64(out, record);
  return out;
}

// What stands before the sealed bytes, and is bound to them together with the record's number.
std::string front_of(Sealed kind, std::span<const RingKey* const> keys) {
  std::string out(1, static_cast<char>(kind));
  append_u16(out, static_cast<std::uint16_t>(keys.size()));
  for (const auto* key : keys) append_u64(out, key->id);
  return out;
}

std::string record_key(std::span<const RingKey* const> keys, std::string_view salt) {
  std::string all;
  for (const auto* key : keys) all += key->bytes;
  return hmac_sha256(all, "parley sealed backup" + std::string(salt));
}

}  // namespace

struct SealedWriter::Parts {
  std::string directory, temporary, salt, buffer;
  KeyRing& ring;
  FileDescriptor file;
  std::uint64_t records = 0, rows = 0, media = 0;

  Result<void> flush() {
    std::string_view left = buffer;
    while (!left.empty()) {
      const auto put = ::write(file.get(), left.data(), left.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return file_error("write", temporary, errno);
      left.remove_prefix(static_cast<std::size_t>(put));
    }
    buffer.clear();
    return {};
  }
};

SealedWriter::SealedWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SealedWriter::~SealedWriter() = default;

Result<std::unique_ptr<SealedWriter>> SealedWriter::create(const std::string& directory,
                                                           KeyRing& ring) {
  const auto temporary = sealed_path(directory) + ".tmp";
  FileDescriptor file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.valid()) return file_error("create", temporary, errno);
  auto parts = std::make_unique<Parts>(Parts{.directory = directory,
                                             .temporary = temporary,
                                             .salt = random_bytes(kSaltBytes),
                                             .buffer = std::string(kMagic),
                                             .ring = ring,
                                             .file = std::move(file)});
  append_u32(parts->buffer, kVersion);
  parts->buffer += parts->salt;
  return std::unique_ptr<SealedWriter>(new SealedWriter(std::move(parts)));
}

Result<void> SealedWriter::put(Sealed kind, std::span<const std::string> owners,
                               std::string_view name, std::string_view bytes) {
  auto& parts = *parts_;
  if (owners.size() > kOwnersMax) {
    return Error{.code = Errc::misconfigured,
                 .detail = fmt::format("a row names more than {} persons", kOwnersMax)};
  }
  std::vector<const RingKey*> keys;
  for (const auto& owner : owners) keys.push_back(&parts.ring.key_for(owner));
  auto front = front_of(kind, keys);
  std::string plain;
  append_u32(plain, static_cast<std::uint32_t>(name.size()));
  plain += name;
  plain += bytes;
  const auto sealed =
      aes256_gcm_seal(record_key(keys, parts.salt), nonce_of(parts.records), front, plain);
  if (!sealed || sealed->size() > kSealedMax) {
    return Error{.code = Errc::unavailable, .detail = "a row could not be sealed"};
  }
  ++parts.records;
  (kind == Sealed::media ? parts.media : parts.rows) += 1;
  parts.buffer += front;
  append_u32(parts.buffer, static_cast<std::uint32_t>(sealed->size()));
  parts.buffer += *sealed;
  return parts.buffer.size() < kBufferBytes ? Result<void>() : parts.flush();
}

Result<void> SealedWriter::finish(const std::string& instance, std::uint64_t position) {
  auto& parts = *parts_;
  std::string last;
  append_u64(last, position);
  append_u64(last, parts.records);
  last += instance;
  const std::string common(kCommonOwner);
  if (auto put_last = put(Sealed::end, {&common, 1}, "", last); !put_last) return put_last;
  if (auto flushed = parts.flush(); !flushed) return flushed;
  if (::fsync(parts.file.get()) != 0) return file_error("sync", parts.temporary, errno);
  // The keys before the name: a backup without its keys is none.
  if (auto synced = parts.ring.sync(); !synced) return synced;
  const auto path = sealed_path(parts.directory);
  if (std::rename(parts.temporary.c_str(), path.c_str()) != 0) {
    return file_error("rename to", path, errno);
  }
  return sync_path(parts.directory);
}

bool is_sealed_backup(const std::string& directory) { return path_exists(sealed_path(directory)); }

namespace {

class Reader {
 public:
  Reader(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  Result<SealedReport> run(const KeyRing& ring, const SealedSink& sink) {
    const auto head = take(kHeadBytes);
    if (!head) return head.error();
    KeyReader version(std::string_view(*head).substr(kMagic.size()));
    if (!head->starts_with(kMagic) || version.u32() != kVersion) {
      return Error{.code = Errc::misconfigured,
                   .detail = path_ + " is no sealed backup this version can read"};
    }
    salt_ = version.rest();
    for (;; ++record_) {
      auto ended = read_record(ring, sink);
      if (!ended) return ended.error();
      if (*ended) return std::move(report_);
    }
  }

 private:
  Result<std::string> take(std::size_t count) {
    while (buffer_.size() - at_ < count) {
      buffer_.erase(0, std::exchange(at_, 0));
      const auto before = buffer_.size();
      buffer_.resize(before + std::max(count, kBufferBytes));
      const auto got = ::read(file_.get(), buffer_.data() + before, buffer_.size() - before);
      buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return file_error("read", path_, errno);
      if (got == 0) return damaged(path_, record_);
    }
    auto out = buffer_.substr(at_, count);
    at_ += count;
    return out;
  }

  // True: that was the last.
  Result<bool> read_record(const KeyRing& ring, const SealedSink& sink) {
    auto front = take(3);
    if (!front) return front.error();
    KeyReader begin(*front);
    const auto kind = static_cast<Sealed>(begin.u8());
    const std::size_t count = begin.u16();
    if (count == 0 || count > kOwnersMax) return damaged(path_, record_);
    const auto ids = take(count * 8 + 4);
    if (!ids) return ids.error();
    KeyReader in(*ids);
    std::vector<const RingKey*> keys;
    bool lost = false;
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(ring.find(in.u64()));
      lost = lost || keys.back() == nullptr;
    }
    const std::size_t size = in.u32();
    if (size > kSealedMax) return damaged(path_, record_);
    const auto sealed = take(size);
    if (!sealed) return sealed.error();
    if (lost && kind == Sealed::end) {
      return Error{.code = Errc::misconfigured,
                   .detail = path_ + " was made with the keys of another ring"};
    }
    if (lost) {
      ++report_.lost;
      return false;
    }
    const auto plain =
        aes256_gcm_open(record_key(keys, salt_), nonce_of(record_), front_of(kind, keys), *sealed);
    if (!plain) return damaged(path_, record_);
    return give(kind, *plain, sink);
  }

  Result<bool> give(Sealed kind, std::string_view plain, const SealedSink& sink) {
    KeyReader in(plain);
    const std::size_t name = in.u32();
    const auto rest = in.rest();
    if (name > rest.size()) return damaged(path_, record_);
    if (kind == Sealed::end) {
      KeyReader last(rest);
      report_.position = last.u64();
      const auto records = last.u64();
      report_.instance = last.rest();
      if (records != record_ || report_.instance.empty()) return damaged(path_, record_);
      return true;
    }
    (kind == Sealed::media ? report_.media : report_.rows) += 1;
    if (auto given = sink(kind, rest.substr(0, name), rest.substr(name)); !given) {
      return given.error();
    }
    return false;
  }

  const std::string path_;
  const FileDescriptor file_;
  std::string salt_, buffer_;
  std::size_t at_ = 0;
  std::uint64_t record_ = 0;
  SealedReport report_;
};

}  // namespace

Result<SealedReport> read_sealed_backup(const std::string& directory, const KeyRing& ring,
                                        const SealedSink& sink) {
  const auto path = sealed_path(directory);
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return file_error("open", path, errno);
  return Reader(path, std::move(file)).run(ring, sink);
}

Result<SealedReport> verify_sealed_backup(const std::string& directory, const std::string& keys) {
  const auto ring = KeyRing::open(keys, KeyRing::Missing::refuse);
  if (!ring) return ring.error();
  return read_sealed_backup(directory, **ring, [](auto, auto, auto) -> Result<void> { return {}; });
}

}  // namespace parley::storage
