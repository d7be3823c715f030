// The test program is its own victim: "--crash-writer DIR" makes it the process that is killed.
#include <gtest/gtest.h>

#include <string_view>

#include "tests/storage/crash_writer.hpp"

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--crash-writer") {
    return parley::storage::run_crash_writer(argv[2]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
