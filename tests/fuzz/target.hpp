// tests/fuzz/target.hpp
// One parser, fed any bytes. A target is a file NAME_fuzz.cpp with one PARLEY_FUZZ_TARGET(NAME): it
// returns when all is well and calls fail() when a promise does not hold. ./dev fuzz makes a
// program of each; fuzz_tests runs all of them over their seeds (seeds/NAME_fuzz).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::fuzz {

using Run = void (*)(std::string_view bytes);

struct Target {
  std::string name;  // of its file: "xml_fuzz"
  Run run = nullptr;
};
const std::vector<Target>& targets();

struct Registrar {
  Registrar(const char* name, Run run);
};

// Says what did not hold, and of what, and ends the process.
[[noreturn]] void fail(const char* what, std::string_view about);
inline void expect(bool holds, const char* what, std::string_view about) {
  if (!holds) fail(what, about);
}
void expect_utf8(std::string_view text, const char* what);

// The bytes as decisions: some choose, the rest is what is parsed.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  std::size_t below(std::size_t count);  // 0 when the bytes are used up
  bool flag() { return below(2) != 0; }
  std::string_view line();  // up to the next zero byte
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace parley::fuzz

#define PARLEY_FUZZ_TARGET(name)                                                      \
  static void run_##name(std::string_view bytes);                                     \
  static const parley::fuzz::Registrar kRegistrar_##name(#name "_fuzz", &run_##name); \
  static void run_##name(std::string_view bytes)
