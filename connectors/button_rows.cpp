#include "connectors/button_rows.hpp"

#include "connectors/text_split.hpp"

namespace parley::connectors {

std::vector<std::size_t> rows_of_buttons(const std::vector<std::string>& titles,
                                         const RowLimits& limits) {
  const auto width = [&](const std::string& title) {
    return text_length(title, TextUnit::code_points) + limits.padding;
  };
  std::size_t total = 0;
  for (const auto& title : titles) total += width(title);
  if (titles.empty()) return {};
  if (total <= limits.chars && titles.size() <= limits.buttons) return {titles.size()};
  if (titles.size() <= limits.row_each) return std::vector<std::size_t>(titles.size(), 1);
  std::vector<std::size_t> rows;
  std::size_t used = 0;
  for (const auto& title : titles) {
    const bool fits =
        !rows.empty() && rows.back() < limits.buttons && used + width(title) <= limits.chars;
    if (!fits) {
      rows.push_back(0);
      used = 0;
    }
    used += width(title);
    ++rows.back();
  }
  return rows;
}

}  // namespace parley::connectors
