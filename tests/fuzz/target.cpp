#include "tests/fuzz/target.hpp"

#include <simdjson.h>

#include <cstdio>
#include <cstdlib>

namespace parley::fuzz {
namespace {

std::vector<Target>& all() {
  static std::vector<Target> targets;
  return targets;
}

}  // namespace

const std::vector<Target>& targets() { return all(); }

Registrar::Registrar(const char* name, Run run) { all().push_back({name, run}); }

void fail(const char* what, std::string_view about) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(about.size()), about.data());
  std::abort();
}

void expect_utf8(std::string_view text, const char* what) {
  expect(simdjson::validate_utf8(text.data(), text.size()), what, text);
}

std::size_t Choices::below(std::size_t count) {
  if (rest_.empty() || count == 0) return 0;
  const auto byte = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return byte % count;
}

std::string_view Choices::line() {
  const auto end = rest_.find('\0');
  const auto out = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  return out;
}

}  // namespace parley::fuzz
