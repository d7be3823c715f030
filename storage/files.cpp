#include "storage/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0600;  // customers' words: for the gateway's own user only

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return file_error("write", path, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const auto parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Error file_error(std::string_view doing, const std::string& path, int error_number) {
  return Error{.code = Errc::unavailable,
               .detail = fmt::format("cannot {} {}: {}", doing, path,
                                     std::generic_category().message(error_number))};
}

Result<void> sync_path(const std::string& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return file_error("open", path, errno);
  if (::fsync(fd.get()) != 0) return file_error("sync", path, errno);
  return {};
}

Result<void> write_file_durably(const std::string& path, std::string_view bytes) {
  // Two writers of one path must not share the temporary file.
  static std::atomic<std::uint64_t> counter{0};
  const auto temporary = fmt::format("{}.{}.{}.tmp", path, ::getpid(), ++counter);
  {
    const FileDescriptor fd(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode));
    if (!fd.valid()) return file_error("create", temporary, errno);
    auto written = write_all(fd.get(), bytes, temporary);
    if (written && ::fsync(fd.get()) != 0) written = file_error("sync", temporary, errno);
    if (!written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(temporary.c_str());
    return file_error("rename to", path, error_number);
  }
  return sync_path(parent_of(path));
}

Result<std::optional<std::string>> read_file(const std::string& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return file_error("open", path, errno);
  }
  std::string out;
  std::array<char, 64 * 1024> chunk;
  for (;;) {
    const auto got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("read", path, errno);
    if (got == 0) return std::optional(std::move(out));
    out.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

Result<void> shred_file(const std::string& path) {
  const FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return file_error("open", path, errno);
  struct stat found;
  if (::fstat(fd.get(), &found) != 0) return file_error("look at", path, errno);
  const std::string zeros(64 * 1024, '\0');
  for (off_t left = found.st_size; left > 0; left -= static_cast<off_t>(zeros.size())) {
    const auto count = std::min(zeros.size(), static_cast<std::size_t>(left));
    if (auto done = write_all(fd.get(), std::string_view(zeros).substr(0, count), path); !done) {
      return done;
    }
  }
  if (::fsync(fd.get()) != 0) return file_error("sync", path, errno);
  if (::ftruncate(fd.get(), 0) != 0) return file_error("cut", path, errno);
  if (::unlink(path.c_str()) != 0) return file_error("remove", path, errno);
  return {};
}

Result<void> make_directory_durably(const std::string& path) {
  if (path_exists(path)) return {};
  if (const auto parent = parent_of(path); !path_exists(parent)) {
    if (auto made = make_directory_durably(parent); !made) return made;
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return file_error("create", path, errno);
  return sync_path(parent_of(path));
}

Result<void> sync_tree(const std::string& path) {
  std::error_code failed;
  fs::recursive_directory_iterator it(path, failed), end;
  while (!failed && it != end) {
    if (auto synced = sync_path(it->path().string()); !synced) return synced;
    it.increment(failed);
  }
  if (failed) return file_error("list", path, failed.value());
  return sync_path(path);
}

bool path_exists(const std::string& path) {
  struct stat found;
  return ::stat(path.c_str(), &found) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

Result<DirectoryLock> DirectoryLock::take(const std::string& directory) {
  const auto path = directory + "/lock";
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
  if (!fd.valid()) return file_error("open", path, errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_error("lock", path, errno);
    const auto holder = read_file(path);
    return Error{.code = Errc::misconfigured,
                 .detail = fmt::format("{} is in use by another process ({}): stop it first, or "
                                       "give this one a storage path of its own",
                                       directory, holder && *holder ? **holder : "unknown")};
  }
  // Only for the message above: the lock is the flock, not what the file says.
  const auto name = fmt::format("pid {}", ::getpid());
  if (::ftruncate(fd.get(), 0) == 0) {
    ignore_error(write_all(fd.get(), name, path), "the name is a courtesy");
  }
  return DirectoryLock(std::move(fd));
}

}  // namespace parley::storage
