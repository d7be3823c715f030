// gateway/cli/cases/cases.hpp
// Runs connector case files: what a platform sends and what must come of it, what we mean to send
// and the requests that must go out. In process, with the real connectors, a clock that stands at
// the case's time and an HTTP transport that follows the case's script.
//
// Promise  a field named in `expected` is compared, or counted as not compared and named in the
//          summary; a file that cannot be read is a failing case, not a skipped one.
// Limits   kCaseBytesMax a file, kCasesMax files.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace parley::gateway {

inline constexpr std::size_t kCaseBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kCasesMax = 100'000;

// `paths` are files or folders (searched for *.json, `vectors` folders left out). `platform` ""
// runs all; platforms this build has no connector for are counted, and fail only when named.
// 0 only when at least one case ran and none failed.
int run_cases(const std::vector<std::string>& paths, const std::string& platform,
              std::ostream& out);

}  // namespace parley::gateway
