// tests/storage/crash_rig.hpp
// The other side of crash_writer.hpp: starts the writer, notes what it says was acknowledged, ends
// it, and holds the store against that. The test program's main() must know "--crash-writer".
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "storage/store.hpp"
#include "tests/storage/crash_writer.hpp"

namespace parley::storage {

unsigned from_environment(const char* name, unsigned otherwise);
// main() of a test program whose writers are itself: its argument is "--crash-writer PATH HOW".
int crash_rig_main(int argc, char** argv);

class CrashRig {
 public:
  CrashRig(std::string path, std::string how) : path_(std::move(path)), how_(std::move(how)) {}
  ~CrashRig();
  CrashRig(const CrashRig&) = delete;
  CrashRig& operator=(const CrashRig&) = delete;

  void start();
  // Reads until `acks` more were acknowledged; false: the writer ended by itself.
  bool await_acks(std::uint64_t acks);
  void await_start_or(int milliseconds);  // whichever comes first: its first word or the time
  // SIGKILL; what was said before it counts.
  void kill();
  // What has been said by now was acknowledged, what is said from here on was not: a sync under
  // way while its disk goes may be told that it was done, and no machine says so after its power
  // went. Then `cut`, then SIGKILL, unless it has failed by itself.
  void power_goes(const std::function<void()>& cut);

  // All that was acknowledged is there, once, in order, without a gap, with its rows and its key;
  // verify finds nothing. From then on what is stored counts as acknowledged.
  void check();
  // How much of what was acknowledged is not there: of a store that is known to have lost some.
  std::uint64_t missing();

  std::uint64_t stored() const;
  std::uint64_t unacked() const { return unacked_; }  // stored without having been acknowledged

 private:
  using Counts = std::array<std::uint64_t, kCrashPersons>;
  bool read_some();
  int end();  // its status
  void take_lines();
  void check_person(Store& store, int number);

  const std::string path_, how_;
  pid_t pid_ = 0;
  int acks_ = -1;  // the reading end
  std::string text_;
  std::uint64_t lines_ = 0, unacked_ = 0;
  Counts acked_{}, stored_{};
};

}  // namespace parley::storage
