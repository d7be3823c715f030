#include "connectors/vk/vk_content.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/json_in.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::vk {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::uint32_t kStickerWidth = 128;  // as large as a chat shows it
constexpr std::size_t kForwardedMax = 20;
// Copies of a photo from small to large, for answers that do not say their measures.
constexpr std::string_view kPhotoSizes = "smopqrxyzw";

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::uint32_t seconds_as_ms(const object& from) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count_in(from, "duration"), 4'000'000) *
                                    1000);
}

std::string owned_id(const object& from) {
  const std::string owner = id_in(from, "owner_id"), id = id_in(from, "id");
  return owner.empty() || id.empty() ? std::string() : owner + "_" + id;
}

std::string page_of(std::string_view kind, const object& from) {
  const std::string id = owned_id(from);
  return id.empty() ? std::string() : "https://vk.com/" + std::string(kind) + id;
}

std::optional<Part> read_photo(const object& photo) {
  Media best;
  std::uint64_t best_rank = 0;
  const auto offer = [&](const object& size) {
    const std::uint32_t width = small_count_in(size, "width"),
                        height = small_count_in(size, "height");
    const std::string type = text_in(size, "type");
    const auto letter = type.empty() ? std::string_view::npos : kPhotoSizes.find(type.front());
    const std::uint64_t rank =
        std::uint64_t{width} * height + 1 + (letter == std::string_view::npos ? 0 : letter);
    std::string url = text_in(size, "url");
    if (url.empty() || rank < best_rank) return;
    best_rank = rank;
    best.url = std::move(url);
    best.width = width;
    best.height = height;
  };
  object original;
  array sizes;
  if (object_in(photo, "orig_photo", original)) offer(original);
  if (photo["sizes"].get(sizes) == SUCCESS) {
    for (const element one : sizes) {
      object size;
      if (one.get(size) == SUCCESS) offer(size);
    }
  }
  if (best.url.empty()) return std::nullopt;
  best.kind = MediaKind::image;
  best.platform_id = owned_id(photo);
  best.alt = text_in(photo, "text");
  return Part(std::move(best));
}

// The smallest picture that is large enough, or the largest.
std::optional<Part> read_sticker(const object& sticker) {
  Media best;
  array images;
  if (sticker["images"].get(images) != SUCCESS) return std::nullopt;
  for (const element one : images) {
    object image;
    if (one.get(image) != SUCCESS) continue;
    std::string url = text_in(image, "url");
    const std::uint32_t width = small_count_in(image, "width");
    const bool better = best.url.empty() ||
                        (best.width < kStickerWidth ? width > best.width
                                                    : width >= kStickerWidth && width < best.width);
    if (url.empty() || !better) continue;
    best.url = std::move(url);
    best.width = width;
    best.height = small_count_in(image, "height");
  }
  if (best.url.empty()) return std::nullopt;
  best.kind = MediaKind::sticker;
  best.platform_id = id_in(sticker, "sticker_id");
  return Part(std::move(best));
}

std::optional<Part> read_file(const object& from, MediaKind kind,
                              std::initializer_list<std::string_view> urls) {
  Media media;
  media.kind = kind;
  for (const auto key : urls) {
    if (media.url.empty()) media.url = text_in(from, key);
  }
  if (media.url.empty()) return std::nullopt;
  media.platform_id = owned_id(from);
  media.name = joined({text_in(from, "artist"), text_in(from, "title")}, " - ");
  media.size_bytes = count_in(from, "size");
  media.width = small_count_in(from, "width");
  media.height = small_count_in(from, "height");
  media.duration_ms = seconds_as_ms(from);
  media.transcript = text_in(from, "transcript");
  return Part(std::move(media));
}

std::optional<Part> read_link(const object& from, std::string url) {
  if (url.empty()) return std::nullopt;
  Link link;
  link.url = std::move(url);
  link.title = text_in(from, "title");
  link.description = text_in(from, "description");
  return Part(std::move(link));
}

std::optional<Part> read_goods(const object& from) {
  Goods goods;
  goods.id = owned_id(from);
  goods.title = text_in(from, "title");
  goods.url = page_of("product", from);
  object price;
  if (object_in(from, "price", price)) goods.price = text_in(price, "text");
  goods.image_url = text_in(from, "thumb_photo");
  if (goods.title.empty()) return std::nullopt;
  return Part(std::move(goods));
}

std::optional<Part> read_known(const std::string& type, const object& from) {
  if (type == "photo") return read_photo(from);
  if (type == "sticker") return read_sticker(from);
  if (type == "audio_message") return read_file(from, MediaKind::voice, {"link_mp3", "link_ogg"});
  if (type == "audio") return read_file(from, MediaKind::audio, {"url"});
  if (type == "graffiti") return read_file(from, MediaKind::image, {"url"});
  if (type == "doc") return read_file(from, MediaKind::file, {"url"});
  if (type == "video") return read_link(from, page_of("video", from));
  if (type == "link") return read_link(from, text_in(from, "url"));
  if (type == "wall") return read_link(from, page_of("wall", from));
  if (type == "market") return read_goods(from);
  return std::nullopt;
}

void add_attachments(const object& message, std::vector<Part>& parts) {
  array attachments;
  if (message["attachments"].get(attachments) != SUCCESS) return;
  for (const element one : attachments) {
    object attachment, body;
    if (parts.size() == kPartsMax || one.get(attachment) != SUCCESS) continue;
    const std::string type = text_in(attachment, "type");
    std::optional<Part> part;
    if (object_in(attachment, type, body)) part = read_known(type, body);
    if (!part) part = Unsupported{.provider_type = type.empty() ? "unnamed" : type, .raw_ref = ""};
    parts.push_back(*std::move(part));
  }
}

void add_place(const object& message, std::vector<Part>& parts) {
  object geo, coordinates, place;
  if (!object_in(message, "geo", geo) || !object_in(geo, "coordinates", coordinates)) return;
  const auto latitude = number_in(coordinates, "latitude");
  const auto longitude = number_in(coordinates, "longitude");
  if (!latitude || !longitude) return;
  Location out;
  out.latitude = *latitude;
  out.longitude = *longitude;
  if (object_in(geo, "place", place)) out.name = text_in(place, "title");
  parts.emplace_back(std::move(out));
}

// What somebody else said, passed on.
void add_forwarded(const object& message, std::vector<Part>& parts) {
  array forwarded;
  if (message["fwd_messages"].get(forwarded) != SUCCESS) return;
  std::size_t count = 0;
  for (const element one : forwarded) {
    object quoted;
    if (one.get(quoted) != SUCCESS || count++ == kForwardedMax) continue;
    const std::string words = text_in(quoted, "text");
    const bool fits = parts.size() < kPartsMax && words.size() < kTextBytesMax;
    if (!words.empty() && fits) parts.emplace_back(Text{.text = "> " + words});
    add_attachments(quoted, parts);
  }
}

}  // namespace

Result<std::vector<Part>> read_content(const object& message) {
  std::vector<Part> parts;
  element value;
  if (message["text"].get(value) == SUCCESS && !value.is_null()) {
    std::string_view words;
    if (value.get(words) != SUCCESS) return malformed("text is not a string");
    if (words.size() > kTextBytesMax) return malformed("text is too long");
    if (!words.empty()) parts.emplace_back(Text{.text = std::string(words)});
  }
  add_attachments(message, parts);
  add_place(message, parts);
  add_forwarded(message, parts);
  if (parts.empty()) return malformed("neither words nor attachments");
  return parts;
}

}  // namespace parley::connectors::vk
