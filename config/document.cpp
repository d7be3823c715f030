#include "config/document.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace parley::config {
namespace {

Error at(const std::string& file, Place place, std::string_view what) {
  return Error{.code = Errc::misconfigured,
               .detail = file + ":" + std::to_string(place.line) + ":" +
                         std::to_string(place.column) + ": " + std::string(what)};
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::text:
      return "a text";
    case Kind::integer:
      return "a whole number";
    case Kind::number:
      return "a number";
    case Kind::flag:
      return "true or false";
    case Kind::list:
      return "a list";
    case Kind::table:
      return "a table";
    case Kind::date:
      return "a date";
  }
  return "?";
}

Result<Node> parse_document(std::string_view bytes, const std::string& file) {
  auto root = read_toml(bytes);
  if (!root) return at(file, root.error().at, root.error().what);
  return *std::move(root);
}

Result<std::string> read_file_blocking(const std::string& path, std::size_t bytes_max) {
  const auto fail = [&](const std::string& what) {
    return Error{.code = Errc::misconfigured, .detail = path + ": " + what};
  };
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(std::string("cannot be opened: ") + std::strerror(errno ? errno : EIO));
  std::string bytes(bytes_max + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad() || (in.fail() && !in.eof())) return fail("cannot be read; expected a file");
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > bytes_max) {
    return fail("is larger than " + std::to_string(bytes_max) + " bytes");
  }
  return bytes;
}

}  // namespace parley::config
