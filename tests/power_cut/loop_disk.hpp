// tests/power_cut/loop_disk.hpp
// A disk of our own whose power can be cut: a real file system on a loop device over memory.
//
// Cut      by the file system's own shutdown call, without a flush of its journal: from then on
//          nothing reaches the device, and what was not synced is gone with the page cache. What
//          had reached the device stays, synced or not: a disk's own cache is not played here.
// Left     nothing, on whatever path the program ends: the mounts are in a name space of the
//          program's own, the device frees itself with its last user, the image never had a name.
// Needs    root with CAP_SYS_ADMIN, a loop device, mkfs.ext4 or mkfs.xfs: else why_not() says what.
#pragma once

#include <cstdint>
#include <string>

namespace parley::test {

enum class FileSystem : std::uint8_t { ext4, xfs };

// Once, before the program has threads.
void enter_own_mounts();
// "" when a disk of this kind can be made here, else the reason.
std::string why_not(FileSystem kind);

class LoopDisk {
 public:
  LoopDisk(FileSystem kind, std::uint64_t bytes);
  ~LoopDisk();
  LoopDisk(const LoopDisk&) = delete;
  LoopDisk& operator=(const LoopDisk&) = delete;

  const std::string& path() const { return mount_; }  // where it is mounted
  std::string operator/(const std::string& name) const { return mount_ + "/" + name; }
  void cut();
  // The power is back: the journal is replayed. Nobody may use the disk any more.
  void remount();

 private:
  void attach();
  void mount();
  void unmount();

  const FileSystem kind_;
  int image_ = -1, device_ = -1;
  std::string mount_, device_path_;
};

}  // namespace parley::test
