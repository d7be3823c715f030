// Every target over mutations of its seeds, without instruments: 15 million executions in all, in
// parts that run beside each other, the same ones for the same PARLEY_FUZZ_SEED.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/mutator.hpp"
#include "tests/fuzz/seeds.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/fuzz/watch.hpp"

namespace parley::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kExecutions = 15'000'000;
constexpr std::uint64_t kSeed = 20'251'125;
constexpr std::uint64_t kBatch = 256;  // executions between two looks at the clock

// What an execution costs decides how many a target gets. In thousands of the default run; more or
// fewer in all are shared out alike.
struct Share {
  std::string_view target;
  std::uint64_t thousands;
};
constexpr Share kShares[] = {
    {"api_fuzz", 700},          {"bots_fuzz", 1'000},    {"calendar_fuzz", 400},
    {"chunked_fuzz", 400},      {"codec_fuzz", 1'000},   {"config_fuzz", 500},
    {"connectors_fuzz", 2'000}, {"http_head_fuzz", 800}, {"knowledge_fuzz", 600},
    {"mapping_fuzz", 500},      {"mime_fuzz", 1'500},    {"model_fuzz", 400},
    {"rows_fuzz", 500},         {"send_fuzz", 1'500},    {"signed_webhook_fuzz", 600},
    {"smtp_fuzz", 500},         {"text_fuzz", 700},      {"toml_fuzz", 700},
    {"url_fuzz", 500},          {"wire_fuzz", 500},      {"xml_fuzz", 500},
};

constexpr std::uint64_t sum_of_shares() {
  std::uint64_t sum = 0;
  for (const auto& share : kShares) sum += share.thousands;
  return sum;
}
static_assert(sum_of_shares() * 1'000 >= kExecutions);

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

std::uint64_t executions_in_all() { return number_from("PARLEY_FUZZ_RUNS", kExecutions); }

struct Part {
  std::uint64_t number = number_from("PARLEY_FUZZ_PART", 1);  // from 1
  std::uint64_t count = std::max<std::uint64_t>(1, number_from("PARLEY_FUZZ_PARTS", 1));
};

// Rounded up, so that the parts together are never fewer than asked for.
std::uint64_t executions_of(const Share& share, const Part& part) {
  const auto whole =
      (executions_in_all() * share.thousands + sum_of_shares() - 1) / sum_of_shares();
  return (whole + part.count - 1) / part.count;
}

std::uint64_t run(const Target& target, std::uint64_t seed, std::uint64_t executions) {
  static const auto kWords = read_words(bytes_of(dictionary()));
  const auto seeds = seeds_of(target.name);
  Mutator mutator(seed, seeds, kWords);
  std::uint64_t done = 0;
  for (; done < executions; ++done) {
    if (done % kBatch == 0) still_alive();
    const auto input = mutator.next();
    watch(target.name, input);
    target.run(input);
  }
  return done;
}

fs::path counts_of(std::uint64_t part) {
  const char* directory = std::getenv("PARLEY_FUZZ_COUNTS");
  if (directory == nullptr) return {};
  return fs::path(directory) / ("part-" + std::to_string(part));
}

TEST(Campaign, RunsItsPart) {
  const Part part;
  const auto seed = number_from("PARLEY_FUZZ_SEED", kSeed);
  std::printf("PARLEY_FUZZ_SEED=%llu, part %llu of %llu\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(part.number),
              static_cast<unsigned long long>(part.count));
  std::error_code ignored;
  fs::remove(counts_of(part.number), ignored);
  std::uint64_t sum = 0;
  const char* only = std::getenv("PARLEY_FUZZ_TARGET");
  for (const auto& share : kShares) {
    if (only != nullptr && share.target != only) continue;
    const auto target = std::ranges::find(targets(), share.target, &Target::name);
    ASSERT_NE(target, targets().end()) << share.target;
    const std::clock_t start = std::clock();
    const auto done = run(*target, seed ^ (part.number << 56), executions_of(share, part));
    const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("%-24s %10llu executions %8.1f s of CPU %9.0f/s\n", target->name.c_str(),
                static_cast<unsigned long long>(done), took, static_cast<double>(done) / took);
    std::fflush(stdout);
    sum += done;
  }
  std::printf("%-24s %10llu executions\n", "together", static_cast<unsigned long long>(sum));
  if (only == nullptr) EXPECT_GE(sum, executions_in_all() / part.count);
  if (const auto path = counts_of(part.number); !path.empty()) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << sum << '\n';
  }
}

// After the parts, where they left their counts.
TEST(CampaignSum, IsWhatWasAskedFor) {
  if (counts_of(1).empty()) {
    std::puts("PARLEY_FUZZ_COUNTS names no directory: nothing to add up");
    return;
  }
  const Part part;
  std::uint64_t sum = 0;
  for (std::uint64_t i = 1; i <= part.count; ++i) {
    std::uint64_t count = 0;
    std::ifstream(counts_of(i)) >> count;
    EXPECT_GT(count, 0U) << "part " << i << " did not end";
    sum += count;
  }
  std::printf("%llu executions in all, %llu asked for\n", static_cast<unsigned long long>(sum),
              static_cast<unsigned long long>(executions_in_all()));
  EXPECT_GE(sum, executions_in_all());
}

TEST(Campaign, HasAShareForEveryTarget) {
  for (const auto& target : targets()) {
    EXPECT_TRUE(std::ranges::find(kShares, target.name, &Share::target) != std::end(kShares))
        << target.name;
  }
}

}  // namespace
}  // namespace parley::fuzz
