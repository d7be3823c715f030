// The test program is its own victim: "--crash-writer" makes it the process that crashes.
#include "tests/storage/crash_rig.hpp"

int main(int argc, char** argv) { return parley::storage::crash_rig_main(argc, argv); }
