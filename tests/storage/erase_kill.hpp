// tests/storage/erase_kill.hpp
// The test program as the process that dies in the middle of an erasure: its arguments are
// "--crash-eraser DIRECTORY N".
#pragma once

#include <string>

namespace parley::storage {

int run_crash_eraser(const std::string& directory, const std::string& last);

}  // namespace parley::storage
