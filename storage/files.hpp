// storage/files.hpp
// The few file operations whose order on disk matters, each synced before it returns.
//
// Errors   unavailable with the path and the system's reason; an absent file is nullopt.
// Threads  any; all of it may block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace parley::storage {

// Closes when destroyed.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const noexcept { return fd_; }
  bool valid() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

Error file_error(std::string_view doing, const std::string& path, int error_number);
Result<void> sync_path(const std::string& path);  // a file or a directory
// Writes beside it, syncs, renames over it, syncs the directory: old or new, never half.
Result<void> write_file_durably(const std::string& path, std::string_view bytes);
Result<std::optional<std::string>> read_file(const std::string& path);
// Zeros over the bytes, synced, then no bytes and no name. Whoever has another name for the same
// file finds it empty.
Result<void> shred_file(const std::string& path);
// Makes the directory if it is missing, and its entry in the parent durable.
Result<void> make_directory_durably(const std::string& path);
// Every file and directory below, and the directory itself.
Result<void> sync_tree(const std::string& path);
// False only where there is nothing for certain: what may not be looked at exists.
bool path_exists(const std::string& path);

// Held for as long as it lives; another process (or another Store of this one) cannot get it.
class DirectoryLock {
 public:
  static Result<DirectoryLock> take(const std::string& directory);

 private:
  explicit DirectoryLock(FileDescriptor fd) : fd_(std::move(fd)) {}
  FileDescriptor fd_;
};

}  // namespace parley::storage
