#include "tests/conversation/values.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace parley::test {

std::uint64_t RandomSource::number() {
  static constexpr std::uint64_t kEdges[] = {0,
                                             1,
                                             0x7fff'ffff,
                                             0x8000'0000,
                                             0xffff'ffff,
                                             (1ull << 53) + 1,
                                             std::numeric_limits<std::int64_t>::max(),
                                             1ull << 63,
                                             std::numeric_limits<std::uint64_t>::max()};
  return pick(2) == 0 ? kEdges[pick(std::size(kEdges))] : random_() >> pick(64);
}

double RandomSource::real() {
  static constexpr double kEdges[] = {0.0,
                                      -0.0,
                                      0.1,
                                      -1.0,
                                      1e15,
                                      999'999'999'999'999.0,
                                      9'007'199'254'740'993.0,
                                      9.3e18,
                                      18'446'744'073'709'551'616.0,
                                      1e22,
                                      std::numeric_limits<double>::max(),
                                      std::numeric_limits<double>::min(),
                                      std::numeric_limits<double>::denorm_min()};
  if (pick(2) == 0) return kEdges[pick(std::size(kEdges))];
  const double any = std::bit_cast<double>(random_());
  return std::isfinite(any) ? any : 0.25;
}

std::string RandomSource::text() {
  static const std::string kPieces[] = {"",           "a",
                                        "hello ",     "\"",
                                        "\\",         "\n",
                                        "\t",         "\x01",
                                        "\x7f",       "/",
                                        "null",       "{\"a\":1}",
                                        "],",         std::string(1, '\0'),
                                        "\u00e9",     "\u4f60\u597d",
                                        "\u2028",     "\ufeff",
                                        "\U0001f600", "\U0010ffff",
                                        "\uffff"};
  std::string out;
  for (std::size_t left = pick(5); left > 0; --left) out += kPieces[pick(std::size(kPieces))];
  return out;
}

std::string RandomSource::raw_json() {
  static const std::string kValues[] = {"null",
                                        "true",
                                        "0",
                                        "-1",
                                        "18446744073709551615",
                                        "0.1",
                                        "\"\"",
                                        "\"\u4f60\\n\"",
                                        "[]",
                                        "{}",
                                        R"({"type":"text","deep":[[[[{"a":null}]]]]})",
                                        R"([1,2.5,"x",{"later":false}])"};
  return kValues[pick(std::size(kValues))];
}

TimePoint RandomSource::time() {
  using std::chrono::sys_days, std::chrono::year;
  static constexpr TimePoint kFirst = sys_days(year{0} / 1 / 1);
  static constexpr TimePoint kEnd = sys_days(year{10000} / 1 / 1);
  switch (pick(5)) {
    case 0:
      return kFirst;
    case 1:
      return kEnd - Milliseconds(1);
    case 2:
      return TimePoint{};
    default:
      return kFirst + Milliseconds(random_() % static_cast<std::uint64_t>((kEnd - kFirst).count()));
  }
}

std::uint64_t run_seed() {
  static const std::uint64_t kSeed = [] {
    const char* given = std::getenv("PARLEY_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  }();
  return kSeed;
}

}  // namespace parley::test
