#include "gateway/pipeline/media_type.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "gateway/pipeline/utf8_cut.hpp"

namespace parley::gateway {
namespace {

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view type;
};

using namespace std::string_view_literals;

constexpr std::array kMagics{
    Magic{0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    Magic{0, "\xff\xd8\xff"sv, "image/jpeg"},
    Magic{0, "GIF87a"sv, "image/gif"},
    Magic{0, "GIF89a"sv, "image/gif"},
    Magic{8, "WEBP"sv, "image/webp"},
    Magic{0, "%PDF-"sv, "application/pdf"},
    Magic{0, "#!AMR"sv, "audio/amr"},
    Magic{0, "OggS"sv, "audio/ogg"},
    Magic{0, "ID3"sv, "audio/mpeg"},
    Magic{0, "\xff\xfb"sv, "audio/mpeg"},
    Magic{8, "WAVE"sv, "audio/wav"},
    Magic{0, "#!SILK"sv, "audio/silk"},
    Magic{4, "ftypM4A"sv, "audio/mp4"},
    Magic{4, "ftyp"sv, "video/mp4"},
    Magic{0, "\x1a\x45\xdf\xa3"sv, "video/webm"},
    Magic{0, "PK\x03\x04"sv, "application/zip"},
};

// Declared types that are kept when the bytes say nothing against them.
constexpr std::array kHarmless{
    "text/plain"sv,
    "text/csv"sv,
    "application/json"sv,
    "application/zip"sv,
    "application/vnd.ms-excel"sv,
    "application/msword"sv,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"sv,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document"sv,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation"sv,
};

}  // namespace

std::string media_type(std::string_view bytes, std::string_view declared) {
  declared = declared.substr(0, declared.find(';'));
  const bool office = declared.starts_with("application/vnd.openxmlformats-");
  for (const Magic& magic : kMagics) {
    if (bytes.size() < magic.at + magic.bytes.size() ||
        bytes.substr(magic.at, magic.bytes.size()) != magic.bytes) {
      continue;
    }
    if (magic.type == "application/zip" && office) break;  // those are zips inside
    return std::string(magic.type);
  }
  const bool harmless = std::find(kHarmless.begin(), kHarmless.end(), declared) != kHarmless.end();
  return harmless ? std::string(declared) : "application/octet-stream";
}

std::string safe_file_name(std::string_view name) {
  constexpr std::size_t kMax = 120;
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string out;
  for (const char c : name) {
    const auto b = static_cast<unsigned char>(c);
    if (b < 0x20 || b == 0x7f || c == '"') continue;
    out += c;
  }
  out.resize(utf8_cut(out, kMax).size());
  if (!simdjson::validate_utf8(out.data(), out.size())) {
    // In a charset nobody told us of. Stored as it is, its row could never be read again.
    for (char& c : out) c = static_cast<unsigned char>(c) < 0x80 ? c : '_';
  }
  return out.empty() || out == "." || out == ".." ? "file" : out;
}

}  // namespace parley::gateway
