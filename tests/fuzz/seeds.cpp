#include "tests/fuzz/seeds.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/fuzz/made_seeds.hpp"

namespace parley::fuzz {

namespace fs = std::filesystem;

fs::path seeds_directory() { return fs::path(PARLEY_SOURCE_DIR) / "tests/fuzz/seeds"; }
fs::path dictionary() { return fs::path(PARLEY_SOURCE_DIR) / "tests/fuzz/words.dict"; }

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<fs::path> seed_files(const std::string& target) {
  std::vector<fs::path> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(seeds_directory() / target, none)) {
    out.push_back(entry.path());
  }
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> seeds_of(const std::string& target) {
  std::vector<std::string> out;
  for (const auto& file : seed_files(target)) out.push_back(bytes_of(file));
  for (auto& made : made_seeds_of(target)) out.push_back(std::move(made));
  return out;
}

}  // namespace parley::fuzz
