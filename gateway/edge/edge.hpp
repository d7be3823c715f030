// gateway/edge/edge.hpp
// Which door a request goes through: webhooks, API, chat, media. Knows paths and nothing else.
//
// Limits   the body a path may have: of a webhook 1 MiB, or what a largest file takes where files
// come
//          inside it.
// Errors   404 problem for a path of nobody.
// Threads  any core.
#pragma once

#include "gateway/api/api.hpp"
#include "gateway/chat/chat.hpp"
#include "gateway/http/server.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway {

class Edge final : public http::Handler {
 public:
  Edge(Service& service, std::uint64_t media_bytes_max);

  net::awaitable<http::Response> handle(http::Request request) override;
  net::awaitable<http::Response> may_upgrade(const http::Request& request) override;
  net::awaitable<void> serve(http::Request request,
                             std::shared_ptr<http::WebSocket> socket) override;
  std::uint64_t body_bytes_max(std::string_view method, std::string_view path) const override;

 private:
  net::awaitable<http::Response> webhook(http::Request request);
  net::awaitable<http::Response> media(http::Request request);
  std::uint64_t webhook_bytes_max(std::string_view channel) const;

  Service& service_;
  const std::uint64_t media_bytes_max_;
  Api api_;
  Chat chat_;
};

}  // namespace parley::gateway
