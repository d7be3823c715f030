// tests/fuzz/seeds.hpp
// The kept inputs: seeds/TARGET/*, each once found or written for a reason.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace parley::fuzz {

std::filesystem::path seeds_directory();
std::filesystem::path dictionary();
std::string bytes_of(const std::filesystem::path& file);
// In the order of their files' names.
std::vector<std::filesystem::path> seed_files(const std::string& target);
// Those files, then what made_seeds.hpp adds.
std::vector<std::string> seeds_of(const std::string& target);

}  // namespace parley::fuzz
