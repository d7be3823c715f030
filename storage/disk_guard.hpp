// storage/disk_guard.hpp
// Keeps the database away from a full disk: it may abort the process there, and what it could not
// write it would take for damage. Below the watermark commits are refused, and taken again by
// itself once there is room.
//
// Limits   the disk is looked at no more than every 100 ms of the given clock.
// Threads  any. writable() does not block; tend_ballast_blocking() is for one chore thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace parley::storage {

// What the file system of `path` still gives to this user.
std::uint64_t free_bytes_of(const std::string& path);

class DiskGuard {
 public:
  using FreeBytes = std::function<std::uint64_t(const std::string& path)>;
  struct Limits {
    std::uint64_t free_bytes_min = 0;
    std::uint64_t ballast_bytes = 0;
  };
  DiskGuard(std::string path, Limits limits, const Clock& clock, FreeBytes free_bytes);

  // Before the database is opened: misconfigured with both numbers.
  Result<void> check_at_open() const;
  bool writable();
  std::uint64_t free_bytes() const noexcept { return free_bytes_.load(); }
  std::string reason() const;
  // True when the ballast ought to be let go or put back.
  bool wants_tending() const noexcept;
  void tend_ballast_blocking();

 private:
  std::string ballast_path() const { return path_ + "/ballast"; }

  const std::string path_;
  const Limits limits_;
  const Clock& clock_;
  const FreeBytes look_;
  std::atomic<std::int64_t> next_look_ms_{0};
  std::atomic<std::uint64_t> free_bytes_;
  std::atomic<bool> writable_{true};
  std::atomic<bool> ballast_held_{false};
};

}  // namespace parley::storage
