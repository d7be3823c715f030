// Media on its way in and out: fetched once from the platform, checked, kept beside the store and
// shown only by short-lived signed URLs.
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "connectors/url.hpp"
#include "conversation/codec.hpp"
#include "gateway/pipeline/calls.hpp"
#include "gateway/pipeline/gateway.hpp"
#include "gateway/pipeline/insist.hpp"
#include "gateway/pipeline/keep_media.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr int kFetchStepsMax = 4;
constexpr std::size_t kTypingEventsMax = 20;  // looked through for the customer's latest message

// The customer's latest message on this channel, as the platform names it; "" if it is not among
// the last events.
std::string last_message(const std::vector<storage::StoredEvent>& events,
                         const ChannelId& channel) {
  for (auto it = events.rbegin(); it != events.rend(); ++it) {
    const auto event = from_stored<Event>(it->body);
    if (!event || !event->message || !event->channel || event->channel->id != channel) continue;
    const Message& message = *event->message;
    if (message.direction == Direction::inbound && !message.external_id.empty()) {
      return message.external_id;
    }
  }
  return {};
}

std::string signature(const Tenant& tenant, std::string_view id, std::string_view expires) {
  std::string text = tenant.id.value;
  text += '\n';
  text += id;
  text += '\n';
  text += expires;
  return to_base64url(hmac_sha256(tenant.media_key.reveal(), text));
}

}  // namespace

net::awaitable<Result<Media>> Gateway::store_media(const TenantId& tenant_id, std::string bytes,
                                                   std::string declared_mime, std::string name) {
  const auto owner = tenant(tenant_id);
  if (!owner) co_return Error{.code = Errc::not_found, .detail = "no such tenant"};
  const auto max = std::min(owner->media_bytes_max, parts_.options.media.bytes_max);
  const MediaId id{"med_" + random_hex(16)};
  co_return co_await keep_media(
      *this, tenant_id, {id, std::move(bytes), std::move(declared_mime), std::move(name)}, max);
}

net::awaitable<Result<std::pair<Media, std::string>>> Gateway::load_media(const TenantId& tenant_id,
                                                                          const MediaId& id) {
  using Loaded = Result<std::pair<Media, std::string>>;
  co_return co_await read<Loaded>([tenant_id, id](storage::Store& store) -> Loaded {
    auto row = store.row_blocking(tenant_id, RowKind::media, id.value);
    if (!row) return row.error();
    const auto media = *row ? described_media(**row) : std::nullopt;
    if (!media) return Error{.code = Errc::not_found, .detail = "no such media"};
    auto bytes = store.media_blocking(tenant_id, id);
    if (!bytes) return bytes.error();
    // None of ours is empty but one that was emptied by an erasure, through a link in a backup.
    if (!*bytes || (*bytes)->empty()) {
      return Error{.code = Errc::not_found, .detail = "no such media"};
    }
    return std::pair(*media, std::move(**bytes));
  });
}

std::string Gateway::media_url(const Tenant& owner, const MediaId& id,
                               Milliseconds lifetime) const {
  const auto until = parts_.clock.now() + lifetime;
  const std::string expires = std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(until.time_since_epoch()).count());
  return "/media/" + owner.id.value + '/' + id.value + "?exp=" + expires +
         "&sig=" + signature(owner, id.value, expires);
}

bool Gateway::check_media_url(const Tenant& owner, std::string_view id,
                              std::string_view query) const {
  const std::string expires = connectors::form_value(query, "exp");
  const std::string given = connectors::form_value(query, "sig");
  if (!equal_constant_time(given, signature(owner, id, expires))) return false;
  std::int64_t seconds = 0;
  const auto [end, error] =
      std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  return error == std::errc{} && end == expires.data() + expires.size() &&
         parts_.clock.now().time_since_epoch() < std::chrono::seconds(seconds);
}

net::awaitable<Result<void>> Gateway::show_typing(const TenantId& tenant_id, const PersonId& person,
                                                  bool on) {
  const auto owner = tenant(tenant_id);
  if (!owner) co_return Error{.code = Errc::not_found, .detail = "no such tenant"};
  auto row =
      co_await read<Result<std::optional<std::string>>>([tenant_id, person](storage::Store& store) {
        return store.state_blocking(tenant_id, person);
      });
  if (!row) co_return row.error();
  if (!*row) co_return Error{.code = Errc::not_found, .detail = "no such person"};
  auto state = from_stored<State>(**row);
  if (!state) co_return state.error();
  push_to_person(tenant_id, person,
                 on ? R"({"type":"typing.started"})" : R"({"type":"typing.stopped"})");
  if (state->addresses.empty()) co_return Result<void>();
  const Address address = state->addresses.front();
  const auto entry = owner->entries.find(address.channel.id);
  if (entry == owner->entries.end() || !entry->second->typing) co_return Result<void>();
  auto token = co_await tokens_.get(owner, address.channel.id, "");
  if (!token) co_return token.error();
  auto recent = co_await read<Result<std::vector<storage::StoredEvent>>>(
      [tenant_id, person, seq = state->last_seq](storage::Store& store) {
        const auto after = seq > kTypingEventsMax ? seq - kTypingEventsMax : 0;
        return store.history_blocking(tenant_id, person, after, kTypingEventsMax);
      });
  const std::string last = recent ? last_message(*recent, address.channel.id) : std::string();
  const auto call = entry->second->typing->typing_after(
      last, address.recipient, on, owner->channels.at(address.channel.id), *token);
  if (!call) co_return Result<void>();
  http::ClientRequest request = to_request(*call);
  auto answer = co_await parts_.client.call(std::move(request));
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

// The bytes of what a customer sent, by the connector's dialogue.
net::awaitable<Result<std::string>> Gateway::fetch_bytes(std::shared_ptr<const Tenant> owner,
                                                         ChannelId channel_id, Media media) {
  const auto& entry = *owner->entries.at(channel_id);
  const auto& channel = owner->channels.at(channel_id);
  auto token = co_await tokens_.get(owner, channel_id, "");
  if (!token) co_return token.error();
  auto step = entry.media_source->start(media, channel, *token);
  bool renewed = false;
  for (int calls = 0; calls < kFetchStepsMax; ++calls) {
    if (auto* error = std::get_if<Error>(&step)) co_return std::move(*error);
    if (std::holds_alternative<connectors::RefreshToken>(step)) {
      if (renewed) co_return Error{.code = Errc::unavailable, .detail = "token refused twice"};
      renewed = true;
      const std::string refused = *token;
      token = co_await tokens_.get(owner, channel_id, refused);
      if (!token) co_return token.error();
      step = entry.media_source->start(media, channel, *token);
      continue;
    }
    const connectors::HttpCall call = std::get<connectors::HttpCall>(step);
    http::ClientRequest request = to_request(call);
    if (call.download) {
      request.answer_bytes_max = static_cast<std::size_t>(
          std::min(owner->media_bytes_max, parts_.options.media.bytes_max));
    }
    auto answer = co_await parts_.client.call(std::move(request));
    if (!answer) co_return answer.error();
    const AnswerView view(*answer);
    const bool is_text = view.get().header("content-type").find("json") != std::string_view::npos ||
                         view.get().header("content-type").starts_with("text/");
    if (call.download && answer->status == 200 && !is_text) co_return std::move(answer->body);
    step = entry.media_source->resume(media, channel, *token, call.step, view.get());
  }
  co_return Error{.code = Errc::unavailable, .detail = "the media takes too many calls"};
}

net::awaitable<void> Gateway::drop_media(TenantId tenant_id, std::vector<MediaId> media) {
  if (media.empty()) co_return;
  std::vector<Row> rows;
  for (const auto& id : media) {
    rows.push_back({.kind = RowKind::media, .id = id.value, .body = {}, .erase = true});
  }
  auto dropped = co_await read<Result<void>>([tenant_id, media](storage::Store& store) {
    Result<void> all;
    for (const auto& id : media) {
      if (auto gone = store.drop_media_blocking(tenant_id, id); !gone) all = std::move(gone);
    }
    return all;
  });
  auto forgotten = co_await put_rows(tenant_id, std::move(rows));
  if (!dropped || !forgotten) log(LogLevel::error, "media.not_dropped", {{"tenant", tenant_id}});
}

net::awaitable<void> Gateway::run_fetch(std::shared_ptr<const Tenant> owner, Relay row) {
  std::uint64_t seq = 0;
  std::from_chars(row.reason.data(), row.reason.data() + row.reason.size(), seq);
  routing::MediaStored stored{.message_seq = seq, .parts = {}, .relay = row.id};
  auto history = co_await read<Result<std::vector<storage::StoredEvent>>>(
      [tenant_id = owner->id, person = row.to, seq](storage::Store& store) {
        return store.history_blocking(tenant_id, person, seq - 1, 1);
      });
  if (history && !history->empty()) {
    const auto event = from_stored<Event>(history->front().body);
    if (event && event->message && event->channel && owner->entries.contains(event->channel->id) &&
        owner->entries.at(event->channel->id)->media_source) {
      const auto& content = event->message->content;
      for (std::size_t i = 0; i < content.size(); ++i) {
        const auto* media = std::get_if<Media>(&content[i]);
        if (media == nullptr || !media->media_id.empty()) continue;
        auto bytes = co_await fetch_bytes(owner, event->channel->id, *media);
        if (!bytes) {
          log(LogLevel::warn, "media.not_fetched",
              {{"tenant", owner->id}, {"event", event->id}, {"why", bytes.error().detail}});
          continue;
        }
        auto kept = co_await store_media(owner->id, std::move(*bytes), media->mime, media->name);
        if (!kept) continue;
        Media whole = *media;
        whole.media_id = kept->media_id;
        whole.mime = kept->mime;
        whole.size_bytes = kept->size_bytes;
        stored.parts.emplace_back(i, std::move(whole));
      }
    }
  }
  std::vector<MediaId> kept_media;
  for (const auto& [index, part] : stored.parts) kept_media.push_back({part.media_id});
  routing::Command command = std::move(stored);
  auto outcome = co_await insist(*this, owner->id, row.to, std::move(command));
  if (outcome && outcome->events.empty()) {  // erased meanwhile: nobody's files
    co_await drop_media(owner->id, std::move(kept_media));
  }
  if (!outcome) {
    log(LogLevel::warn, "media.not_recorded",
        {{"tenant", owner->id}, {"person", row.to}, {"why", outcome.error().detail}});
  }
}

}  // namespace parley::gateway
