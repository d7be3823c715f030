#include "storage/disk_guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <utility>

#include "storage/files.hpp"

namespace parley::storage {
namespace {

constexpr std::int64_t kLookEveryMs = 100;
// The ballast goes when a quarter of the margin is left: log files and compactions still grow.
constexpr std::uint64_t kBallastGoesAt = 4;

}  // namespace

std::uint64_t free_bytes_of(const std::string& path) {
  struct statvfs disk;
  if (::statvfs(path.c_str(), &disk) != 0) return 0;
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

DiskGuard::DiskGuard(std::string path, Limits limits, const Clock& clock, FreeBytes free_bytes)
    : path_(std::move(path)),
      limits_(limits),
      clock_(clock),
      look_(std::move(free_bytes)),
      free_bytes_(look_(path_)),
      ballast_held_(path_exists(ballast_path())) {}

Result<void> DiskGuard::check_at_open() const {
  if (free_bytes_ >= limits_.free_bytes_min) return {};
  return Error{.code = Errc::misconfigured,
               .detail = fmt::format("{}: only {} bytes are free, at least {} are needed to start: "
                                     "make room, or lower storage.free_bytes_min",
                                     path_, free_bytes_.load(), limits_.free_bytes_min)};
}

bool DiskGuard::writable() {
  const auto now = clock_.steady().time_since_epoch().count();
  auto due = next_look_ms_.load();
  // One caller in 100 ms looks, the others take its word.
  if (now >= due && next_look_ms_.compare_exchange_strong(due, now + kLookEveryMs)) {
    free_bytes_ = look_(path_);
    writable_ = free_bytes_ >= limits_.free_bytes_min;
  }
  return writable_;
}

std::string DiskGuard::reason() const {
  return fmt::format("disk: {} bytes free, commits need {}", free_bytes_.load(),
                     limits_.free_bytes_min);
}

bool DiskGuard::wants_tending() const noexcept {
  if (limits_.ballast_bytes == 0) return false;
  if (ballast_held_) return free_bytes_ < limits_.free_bytes_min / kBallastGoesAt;
  return free_bytes_ >= limits_.free_bytes_min + 2 * limits_.ballast_bytes;
}

void DiskGuard::tend_ballast_blocking() {
  if (!wants_tending()) return;
  if (ballast_held_) {
    if (::unlink(ballast_path().c_str()) == 0) ballast_held_ = false;
    return;
  }
  const FileDescriptor file(::open(ballast_path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return;
  // Where the file system cannot reserve there is no ballast: the watermark alone has to do.
  if (::fallocate(file.get(), 0, 0, static_cast<off_t>(limits_.ballast_bytes)) != 0) {
    ::unlink(ballast_path().c_str());
  }
  ballast_held_ = true;
}

}  // namespace parley::storage
