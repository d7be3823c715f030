#include "gateway/edge/edge.hpp"

#include <boost/asio/use_awaitable.hpp>

#include "connectors/inline_files.hpp"

namespace parley::gateway {
namespace {

constexpr std::uint64_t kWebhookBytesMax = 1 << 20;
constexpr std::uint64_t kApiBytesMax = 1 << 20;
constexpr std::uint64_t kChatBytesMax = 512 * 1024;

constexpr std::string_view kWebhooks = "/webhooks/";
constexpr std::string_view kMedia = "/media/";

// "{a}/{b}" and nothing more.
std::optional<std::pair<std::string, std::string>> two_names(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair(std::string(text.substr(0, slash)), std::string(text.substr(slash + 1)));
}

bool is_upload(std::string_view method, std::string_view path) {
  return method == "POST" &&
         (path == "/v1/media" || (Chat::is_chat_path(path) && path.ends_with("/media")));
}

}  // namespace

Edge::Edge(Service& service, std::uint64_t media_bytes_max)
    : service_(service), media_bytes_max_(media_bytes_max), api_(service), chat_(service) {}

std::uint64_t Edge::body_bytes_max(std::string_view method, std::string_view path) const {
  if (is_upload(method, path)) return media_bytes_max_;
  if (path.starts_with(kWebhooks)) return webhook_bytes_max(path.substr(kWebhooks.size()));
  return Chat::is_chat_path(path) ? kChatBytesMax : kApiBytesMax;
}

// Where files come inside the webhook, as base64 mostly, there is room for the largest one we take.
std::uint64_t Edge::webhook_bytes_max(std::string_view channel) const {
  const auto names = two_names(channel);
  const auto tenant = names ? service_.tenant({names->first}) : nullptr;
  if (!tenant) return kWebhookBytesMax;
  const auto entry = tenant->entries.find({names->second});
  const bool files =
      entry != tenant->entries.end() && connectors::inline_files_of(*entry->second->connector);
  return files ? kWebhookBytesMax + media_bytes_max_ / 2 * 3 : kWebhookBytesMax;
}

net::awaitable<http::Response> Edge::handle(http::Request request) {
  if (request.path.starts_with(kWebhooks)) co_return co_await webhook(std::move(request));
  if (request.path.starts_with("/v1/") || request.path == "/v1") {
    co_return co_await api_.handle(std::move(request));
  }
  if (Chat::is_chat_path(request.path)) co_return co_await chat_.handle(std::move(request));
  if (request.path.starts_with(kMedia)) co_return co_await media(std::move(request));
  co_return http::problem(404, "not-found", "Not found",
                          "webhooks are under /webhooks/{tenant}/{channel}, the API under /v1, "
                          "chat under /chat/{tenant}/{channel}");
}

net::awaitable<http::Response> Edge::webhook(http::Request request) {
  const auto names = two_names(std::string_view(request.path).substr(kWebhooks.size()));
  if (!names) {
    co_return http::problem(404, "not-found", "No such webhook",
                            "expected /webhooks/{tenant}/{channel}");
  }
  if (request.method != "GET" && request.method != "POST") {
    co_return http::problem(405, "method", "Method not allowed", "expected GET or POST");
  }
  const TenantId tenant{names->first};
  const ChannelId channel{names->second};
  co_return co_await service_.webhook(tenant, channel, std::move(request));
}

// Files of customers, by signed and short-lived URL only; never rendered in our origin.
net::awaitable<http::Response> Edge::media(http::Request request) {
  const auto names = two_names(std::string_view(request.path).substr(kMedia.size()));
  const auto refused =
      http::problem(404, "not-found", "No such media", "the address is wrong or has expired");
  if (!names || request.method != "GET") co_return refused;
  const auto tenant = service_.tenant({names->first});
  if (!tenant || !service_.check_media_url(*tenant, names->second, request.query)) {
    co_return refused;
  }
  auto loaded = co_await service_.load_media(tenant->id, {names->second});
  if (!loaded) co_return refused;
  http::Response response{
      .status = 200, .content_type = loaded->first.mime, .body = std::move(loaded->second)};
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.emplace_back("Cache-Control", "private, max-age=3600");
  const bool shown = loaded->first.kind != MediaKind::file;
  response.headers.emplace_back("Content-Disposition", shown ? "inline" : "attachment");
  co_return response;
}

net::awaitable<http::Response> Edge::may_upgrade(const http::Request& request) {
  if (request.path == "/v1/stream") co_return http::Response{.status = 101};
  if (Chat::is_chat_path(request.path)) co_return co_await chat_.may_upgrade(request);
  co_return http::problem(404, "not-found", "No WebSocket here",
                          "/v1/stream and /chat/{tenant}/{channel} take WebSockets");
}

net::awaitable<void> Edge::serve(http::Request request, std::shared_ptr<http::WebSocket> socket) {
  if (Chat::is_chat_path(request.path)) {
    co_await chat_.serve(std::move(request), std::move(socket));
  } else {
    co_await api_.stream(std::move(request), std::move(socket));
  }
}

}  // namespace parley::gateway
