// bench/preload.hpp
// A store with many messages in it, written through the Store's own door.
#pragma once

#include <cstdint>
#include <string>

namespace parley::bench {

void preload(const std::string& path, std::uint64_t messages);

}  // namespace parley::bench
