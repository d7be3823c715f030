// What libFuzzer calls: the one target of its program.
#include "tests/fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  parley::fuzz::targets().front().run({reinterpret_cast<const char*>(data), size});
  return 0;
}
