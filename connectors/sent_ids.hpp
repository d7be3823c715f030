// connectors/sent_ids.hpp
// The platform's ids of what a send has brought out so far, carried from step to step as
// "133,134". An id that holds a comma or does not fit any more is left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::connectors {

struct SentIds {
  static constexpr std::size_t kBytesMax = 4000;  // a step remembers 4 KiB
  std::string text = {};

  void add(std::string_view id) {
    if (id.empty() || id.find(',') != std::string_view::npos) return;
    if (text.size() + id.size() + 1 > kBytesMax) return;
    if (!text.empty()) text += ',';
    text += id;
  }
  std::vector<std::string> list() const {
    std::vector<std::string> out;
    for (std::string_view rest = text; !rest.empty();) {
      const auto comma = rest.find(',');
      out.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return out;
  }
};

}  // namespace parley::connectors
