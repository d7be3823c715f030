// routing/text/rows.hpp
// "left<TAB>right" files, line by line, with errors that name the file and the line.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::routing {

struct Row {
  std::string_view left, right;
  std::size_t line = 0;
};

// Calls `take` for each row that is not empty; stops at the first error. `what` says what a right
// line looks like ("label<TAB>text").
Result<void> read_rows(const std::string& path, std::string_view what,
                       const std::function<Result<void>(const Row&)>& take);

Error row_error(const std::string& path, std::size_t line, std::string_view why);

// One line without its end ("\n" or "\r\n"); false at the end of the stream. A line past
// kLineBytesMax is cut there and the rest is skipped.
bool read_line(std::istream& in, std::string& line, bool* too_long = nullptr);

}  // namespace parley::routing
