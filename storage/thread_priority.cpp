#include "storage/thread_priority.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace parley::storage {
namespace {

constexpr std::uint64_t kShortTurnNs = 100'000;  // the least the kernel takes; its default is 3 ms

// As in linux/sched/types.h, which cannot be included beside the C library's sched.h.
struct SchedulerWish {
  std::uint32_t size = sizeof(SchedulerWish);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0, deadline_ns = 0, period_ns = 0;
};

}  // namespace

void ask_for_short_turns() noexcept {
  SchedulerWish wish{.nice = ::getpriority(PRIO_PROCESS, 0), .runtime_ns = kShortTurnNs};
  ::syscall(SYS_sched_setattr, 0, &wish, 0U);
}

}  // namespace parley::storage
