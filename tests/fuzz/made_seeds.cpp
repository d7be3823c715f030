#include "tests/fuzz/made_seeds.hpp"

#include <map>

namespace parley::fuzz {
namespace {

std::map<std::string, MakeSeeds, std::less<>>& makers() {
  static std::map<std::string, MakeSeeds, std::less<>> all;
  return all;
}

}  // namespace

MadeSeeds::MadeSeeds(std::string_view target, MakeSeeds make) {
  makers().emplace(std::string(target), make);
}

std::vector<std::string> made_seeds_of(std::string_view target) {
  const auto maker = makers().find(target);
  return maker == makers().end() ? std::vector<std::string>() : maker->second();
}

}  // namespace parley::fuzz
