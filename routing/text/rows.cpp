#include "routing/text/rows.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>

#include "routing/text/tools.hpp"

namespace parley::routing {

Error row_error(const std::string& path, std::size_t line, std::string_view why) {
  return Error{.code = Errc::malformed,
               .detail = path + ":" + std::to_string(line) + ": " + std::string(why)};
}

bool read_line(std::istream& in, std::string& line, bool* too_long) {
  line.clear();
  if (too_long != nullptr) *too_long = false;
  auto* bytes = in.rdbuf();
  using Traits = std::istream::traits_type;
  bool any = false;
  for (;;) {
    const auto c = bytes->sbumpc();
    if (Traits::eq_int_type(c, Traits::eof())) {
      in.setstate(std::ios::eofbit);
      break;
    }
    any = true;
    if (Traits::to_char_type(c) == '\n') break;
    if (line.size() < kLineBytesMax) {
      line.push_back(Traits::to_char_type(c));
    } else if (too_long != nullptr) {
      *too_long = true;
    }
  }
  if (line.ends_with('\r')) line.pop_back();
  return any;
}

Result<void> read_rows(const std::string& path, std::string_view what,
                       const std::function<Result<void>(const Row&)>& take) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    return Error{.code = Errc::rejected, .detail = path + ": a folder; a file is needed"};
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return Error{.code = Errc::not_found,
                 .detail = path + ": " + std::strerror(errno == 0 ? ENOENT : errno)};
  }
  std::string line;
  bool too_long = false;
  for (std::size_t number = 1; read_line(in, line, &too_long); ++number) {
    if (too_long) return row_error(path, number, "a line longer than 1 MiB");
    if (line.empty()) continue;
    const std::size_t tab = line.find('\t');
    if (tab == line.npos || tab == 0) {
      return row_error(path, number,
                       std::string(tab == 0 ? "nothing before the tab" : "no tab") +
                           "; a line is " + std::string(what));
    }
    const std::string_view all(line);
    auto taken = take({.left = all.substr(0, tab), .right = all.substr(tab + 1), .line = number});
    if (!taken) return taken;
  }
  return {};
}

}  // namespace parley::routing
