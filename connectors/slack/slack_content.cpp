#include "connectors/slack/slack_content.hpp"

#include <simdjson.h>

#include "connectors/json_in.hpp"
#include "connectors/slack/slack_markup.hpp"

namespace parley::connectors::slack {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

MediaKind kind_of(const object& file, std::string_view mime) {
  if (text_in(file, "subtype") == "slack_audio") return MediaKind::voice;
  if (mime.starts_with("image/")) return MediaKind::image;
  if (mime.starts_with("audio/")) return MediaKind::audio;
  if (mime.starts_with("video/")) return MediaKind::video;
  return MediaKind::file;
}

// The addresses need our token; permalink_public would show the file to everybody.
Media read_file(const object& file) {
  Media media;
  media.mime = text_in(file, "mimetype");
  media.kind = kind_of(file, media.mime);
  media.platform_id = id_in(file, "id");
  media.name = text_in(file, "name");
  media.size_bytes = count_in(file, "size");
  media.width = small_count_in(file, "original_w");
  media.height = small_count_in(file, "original_h");
  media.duration_ms = small_count_in(file, "duration_ms");
  media.alt = text_in(file, "alt_txt");
  media.url = text_in(file, "url_private_download");
  if (media.url.empty()) media.url = text_in(file, "url_private");
  return media;
}

void add_files(const object& message, std::vector<Part>& parts) {
  array files;
  if (message["files"].get(files) != SUCCESS) return;
  for (const element one : files) {
    object file;
    if (parts.size() == kPartsMax || one.get(file) != SUCCESS) continue;
    const std::string mode = text_in(file, "mode");
    if (mode == "tombstone" || mode == "hidden_by_limit") {
      parts.emplace_back(
          Unsupported{.provider_type = "file " + mode, .raw_ref = id_in(file, "id")});
      continue;
    }
    Media media = read_file(file);
    if (!media.platform_id.empty()) parts.emplace_back(std::move(media));
  }
}

}  // namespace

Result<std::vector<Part>> read_content(const object& message, std::string_view own_user) {
  std::vector<Part> parts;
  element value;
  if (message["text"].get(value) == SUCCESS && !value.is_null()) {
    std::string_view text;
    if (value.get(text) != SUCCESS) {
      return Error{.code = Errc::malformed, .detail = "event.text is not a string"};
    }
    std::string words = to_plain(text, own_user);
    if (words.size() > kTextBytesMax) {
      return Error{.code = Errc::malformed, .detail = "event.text is too long"};
    }
    if (!words.empty()) parts.emplace_back(Text{.text = std::move(words)});
  }
  add_files(message, parts);
  if (parts.empty()) {
    std::string type = text_in(message, "subtype");
    if (type.empty()) type = has_in(message, "blocks") ? "blocks" : "empty";
    parts.emplace_back(Unsupported{.provider_type = std::move(type), .raw_ref = ""});
  }
  return parts;
}

}  // namespace parley::connectors::slack
