// connectors/step_ids.hpp
// The ids of what went out so far, kept in a send's step_data between its calls.
//
// Limits   step_data holds 4 KiB; ids past it are dropped, the message still goes out whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::connectors {

inline constexpr std::size_t kStepDataBytesMax = 4096;

// An id with a line break in it is none of ours to keep.
inline std::string with_step_id(std::string_view step_data, std::string_view id) {
  std::string out(step_data);
  const bool fits = out.size() + id.size() + 1 <= kStepDataBytesMax;
  if (id.empty() || !fits || id.find('\n') != std::string_view::npos) return out;
  if (!out.empty()) out += '\n';
  return out.append(id);
}

inline std::vector<std::string> step_ids(std::string_view step_data) {
  std::vector<std::string> out;
  while (!step_data.empty()) {
    const auto end = step_data.find('\n');
    out.emplace_back(step_data.substr(0, end));
    step_data.remove_prefix(end == std::string_view::npos ? step_data.size() : end + 1);
  }
  return out;
}

}  // namespace parley::connectors
