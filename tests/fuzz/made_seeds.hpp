// tests/fuzz/made_seeds.hpp
// Seeds that are made when they are asked for: one for every platform there is, say, so that a new
// one is fuzzed from its first day. Beside the files of seeds/, in the tests only: libFuzzer finds
// its way from those.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parley::fuzz {

using MakeSeeds = std::vector<std::string> (*)();

struct MadeSeeds {
  MadeSeeds(std::string_view target, MakeSeeds make);
};
std::vector<std::string> made_seeds_of(std::string_view target);

}  // namespace parley::fuzz
