#include "gateway/pipeline/keep_media.hpp"

#include <boost/asio/use_awaitable.hpp>

#include "base/crypto.hpp"
#include "conversation/codec.hpp"
#include "gateway/pipeline/media_type.hpp"
#include "gateway/pipeline/service_read.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kIdDigits = 32;

MediaKind kind_of(std::string_view mime) {
  if (mime.starts_with("image/")) return MediaKind::image;
  if (mime.starts_with("audio/")) return MediaKind::audio;
  if (mime.starts_with("video/")) return MediaKind::video;
  return MediaKind::file;
}

// The description row: a message with this one part, so that one codec serves.
std::string describe(const Media& media) {
  Message message;
  message.content.push_back(media);
  return to_stored(message);
}

// The same for every delivery of the same message.
MediaId id_of(const ChannelId& channel, const std::string& dedup_key, std::size_t part) {
  const std::string place = channel.value + '\n' + dedup_key + '\n' + std::to_string(part);
  return {"med_" + to_hex(sha256(place)).substr(0, kIdDigits)};
}

// The part a file belongs to; null if there is none that waits for bytes.
Media* place_of(connectors::Parsed& parsed, const connectors::InlineFile& file) {
  if (file.event >= parsed.events.size()) return nullptr;
  auto* said = std::get_if<connectors::MessageIn>(&parsed.events[file.event].what);
  if (said == nullptr || file.part >= said->message.content.size()) return nullptr;
  auto* media = std::get_if<Media>(&said->message.content[file.part]);
  return media == nullptr || !media->media_id.empty() ? nullptr : media;
}

}  // namespace

std::optional<Media> described_media(std::string_view row) {
  auto message = from_stored<Message>(row);
  if (!message || message->content.size() != 1) return std::nullopt;
  const auto* media = std::get_if<Media>(&message->content.front());
  return media == nullptr ? std::nullopt : std::optional<Media>(*media);
}

net::awaitable<Result<Media>> keep_media(Service& service, const TenantId& tenant, FileToKeep file,
                                         std::uint64_t bytes_max) {
  if (file.bytes.empty() || file.bytes.size() > bytes_max) {
    co_return Error{.code = Errc::rejected,
                    .detail = "a file of " + std::to_string(file.bytes.size()) +
                              " bytes; between 1 and " + std::to_string(bytes_max) + " are taken"};
  }
  Media media;
  media.media_id = file.id.value;
  media.mime = media_type(file.bytes, file.declared_mime);
  media.kind = kind_of(media.mime);
  media.name = file.name.empty() ? std::string() : safe_file_name(file.name);
  media.size_bytes = file.bytes.size();
  auto written = co_await service.read<Result<void>>(
      [tenant, id = file.id, bytes = std::move(file.bytes)](storage::Store& store) {
        return store.put_media_blocking(tenant, id, bytes);
      });
  if (!written) co_return written.error();
  std::vector<Row> rows{{.kind = RowKind::media, .id = file.id.value, .body = describe(media)}};
  auto kept = co_await service.put_rows(tenant, std::move(rows));
  if (!kept) co_return kept.error();
  co_return media;
}

net::awaitable<Result<void>> keep_inline_files(Service& service, const TenantId& tenant,
                                               WebhookFiles from, std::uint64_t bytes_max,
                                               connectors::Parsed& parsed) {
  for (auto& file : from.source.files(from.request, from.channel)) {
    Media* media = place_of(parsed, file);
    if (media == nullptr) continue;
    const auto id = id_of(from.channel.id, parsed.events[file.event].dedup_key, file.part);
    auto kept = co_await keep_media(
        service, tenant, {id, std::move(file.bytes), media->mime, media->name}, bytes_max);
    if (!kept && kept.error().code == Errc::rejected) continue;
    if (!kept) co_return std::move(kept.error());
    media->media_id = kept->media_id;
    media->mime = kept->mime;
    media->size_bytes = kept->size_bytes;
  }
  co_return Result<void>();
}

}  // namespace parley::gateway
