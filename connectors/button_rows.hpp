// connectors/button_rows.hpp
// Buttons in rows as a phone shows them: all in one row while their titles fit beside each other, a
// row each while there are few, else rows filled up in turn.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::connectors {

struct RowLimits {
  std::size_t buttons = 8;   // in a row
  std::size_t chars = 30;    // of titles in a row, with padding
  std::size_t padding = 4;   // a button's own
  std::size_t row_each = 5;  // with so many buttons or fewer, each may have a row
};

// How many buttons stand in each row, in order.
std::vector<std::size_t> rows_of_buttons(const std::vector<std::string>& titles,
                                         const RowLimits& limits);

}  // namespace parley::connectors
