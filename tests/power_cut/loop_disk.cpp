#include "tests/power_cut/loop_disk.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace parley::test {
namespace {

namespace fs = std::filesystem;

// EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN: the same number; 2: without a flush of the journal.
const unsigned long kShutdown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t kWithoutFlush = 2;
constexpr unsigned kLoopMajor = 7;
constexpr int kTriesMax = 50;  // others may take the free device we were told of

bool own_mounts = false;

const char* type_of(FileSystem kind) { return kind == FileSystem::ext4 ? "ext4" : "xfs"; }

std::string maker_of(FileSystem kind) {
  for (const std::string folder : {"/usr/sbin/", "/sbin/", "/usr/bin/"}) {
    auto path = folder + "mkfs." + type_of(kind);
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

// A loop device over `image`, open; -1 with errno.
int attach_loop(int image, std::string& path) {
  const int control = ::open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return -1;
  int device = -1;
  for (int tries = 0; tries < kTriesMax && device < 0; ++tries) {
    const int number = ::ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) break;
    path = "/dev/loop" + std::to_string(number);
    if (::access(path.c_str(), F_OK) != 0) {  // nobody makes the nodes here
      ::mknod(path.c_str(), S_IFBLK | 0600, makedev(kLoopMajor, static_cast<unsigned>(number)));
    }
    device = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (device < 0) break;
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(image);
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (::ioctl(device, LOOP_CONFIGURE, &config) == 0) break;
    const int why = errno;
    ::close(device);
    device = -1;
    errno = why;
    if (why != EBUSY) break;
  }
  const int why = errno;
  ::close(control);
  errno = why;
  return device;
}

int make_image(std::uint64_t bytes) {
  const int image = ::memfd_create("disk", MFD_CLOEXEC);
  EXPECT_GE(image, 0);
  EXPECT_EQ(::ftruncate(image, static_cast<off_t>(bytes)), 0);
  return image;
}

}  // namespace

void enter_own_mounts() {
  own_mounts = ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

std::string why_not(FileSystem kind) {
  if (::geteuid() != 0) return "not root";
  if (!own_mounts) return "may not mount (no CAP_SYS_ADMIN)";
  if (maker_of(kind).empty()) return std::string("there is no mkfs.") + type_of(kind);
  std::string path;
  const int image = make_image(1 << 20);
  const int device = attach_loop(image, path);
  const int why = errno;
  if (device >= 0) ::close(device);
  ::close(image);
  return device >= 0 ? "" : std::string("no loop device: ") + std::strerror(why);
}

LoopDisk::LoopDisk(FileSystem kind, std::uint64_t bytes) : kind_(kind), image_(make_image(bytes)) {
  auto name = (fs::temp_directory_path() / "parley-disk-XXXXXX").string();
  mount_ = ::mkdtemp(name.data());
  attach();
  const std::string quiet = kind == FileSystem::ext4 ? " -q -F " : " -q -f ";
  EXPECT_EQ(std::system((maker_of(kind) + quiet + device_path_ + " >/dev/null 2>&1").c_str()), 0);
  mount();
}

LoopDisk::~LoopDisk() {
  unmount();
  ::close(image_);
  ::rmdir(mount_.c_str());
}

void LoopDisk::attach() {
  device_ = attach_loop(image_, device_path_);
  EXPECT_GE(device_, 0) << "no loop device: " << std::strerror(errno);
}

void LoopDisk::mount() {
  EXPECT_EQ(::mount(device_path_.c_str(), mount_.c_str(), type_of(kind_), MS_NOATIME, nullptr), 0)
      << "mount: " << std::strerror(errno);
}

// And off the device, so that nothing of it stays in any cache.
void LoopDisk::unmount() {
  if (::umount2(mount_.c_str(), 0) != 0) {
    ADD_FAILURE() << "umount: " << std::strerror(errno);
    ::umount2(mount_.c_str(), MNT_DETACH);
  }
  ::close(device_);
}

void LoopDisk::cut() {
  const int root = ::open(mount_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  auto how = kWithoutFlush;
  EXPECT_EQ(::ioctl(root, kShutdown, &how), 0) << "shutdown: " << std::strerror(errno);
  ::close(root);
}

void LoopDisk::remount() {
  unmount();
  attach();
  mount();
}

}  // namespace parley::test
