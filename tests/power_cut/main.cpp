// Mounts of its own, and the writers whose power is cut are this program too.
#include "tests/power_cut/loop_disk.hpp"
#include "tests/storage/crash_rig.hpp"

int main(int argc, char** argv) {
  const bool is_writer = argc > 1 && argv[1][0] == '-' && argv[1][2] == 'c';
  if (!is_writer) parley::test::enter_own_mounts();
  return parley::storage::crash_rig_main(argc, argv);
}
