// The test program is its own victim: "--crash-writer" and "--crash-eraser" make it the process
// that crashes.
#include <string_view>

#include "tests/storage/crash_rig.hpp"
#include "tests/storage/erase_kill.hpp"

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--crash-eraser") {
    return parley::storage::run_crash_eraser(argv[2], argv[3]);
  }
  return parley::storage::crash_rig_main(argc, argv);
}
