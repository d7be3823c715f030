// The API over the fake service, driven on the test's own thread.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/api/api.hpp"
#include "tests/api/fake_service.hpp"

namespace parley::gateway {

using Headers = std::vector<std::pair<std::string, std::string>>;

inline const TenantId kAcme{"acme"}, kBolt{"bolt"};

class ApiTest : public testing::Test {
 protected:
  explicit ApiTest(ApiLimits limits = {}) : api(service, limits) {
    service.set_tenant(make_tenant("acme"));
    service.set_tenant(make_tenant("bolt"));
  }

  static http::Request request(std::string method, const std::string& target, std::string body = {},
                               std::string_view key = "acme-admin-key", Headers headers = {}) {
    const auto mark = target.find('?');
    http::Request out{.method = std::move(method),
                      .path = target.substr(0, mark),
                      .query = mark == std::string::npos ? "" : target.substr(mark + 1),
                      .headers = std::move(headers),
                      .body = std::move(body),
                      .remote = "192.0.2.1"};
    if (!key.empty()) out.headers.emplace_back("authorization", "Bearer " + std::string(key));
    if (out.header("content-type").empty() && !out.body.empty()) {
      out.headers.emplace_back("content-type", "application/json");
    }
    return out;
  }

  // Starts it; the answer is there once the loop has come to rest, unless something holds it.
  std::shared_ptr<std::optional<http::Response>> start(http::Request what) {
    auto answer = std::make_shared<std::optional<http::Response>>();
    net::co_spawn(io, api.handle(std::move(what)),
                  [answer](std::exception_ptr failed, http::Response response) {
                    if (failed) std::rethrow_exception(failed);
                    *answer = std::move(response);
                  });
    settle();
    return answer;
  }
  void settle() {
    io.restart();
    while (io.poll() > 0) {
    }
  }
  http::Response answer(http::Request what) {
    auto out = start(std::move(what));
    if (!*out) throw std::runtime_error("no answer");
    return std::move(**out);
  }
  http::Response get(const std::string& target, std::string_view key = "acme-admin-key") {
    return answer(request("GET", target, {}, key));
  }
  http::Response post(const std::string& target, std::string body,
                      std::string_view key = "acme-admin-key", Headers headers = {}) {
    return answer(request("POST", target, std::move(body), key, std::move(headers)));
  }

  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  // The text of a member, by search: enough for our own flat answers.
  static std::string member(const http::Response& response, const std::string& name) {
    const auto at = response.body.find("\"" + name + "\":");
    if (at == std::string::npos) return {};
    auto from = at + name.size() + 3;
    if (response.body[from] != '"') {
      return response.body.substr(from, response.body.find_first_of(",}]", from) - from);
    }
    ++from;
    return response.body.substr(from, response.body.find('"', from) - from);
  }

  std::string conversation(const std::string& who, const TenantId& tenant = kAcme) {
    return conversation_of(service.customer_says(tenant, who, "hello").person).value;
  }
  std::vector<storage::RowItem> rows(RowKind kind, const TenantId& tenant = kAcme) {
    return service.store().rows_blocking(tenant, kind, "", 1'000)->rows;
  }
  std::vector<storage::StoredEvent> events_of(const std::string& conversation_id) {
    return *service.store().history_blocking(kAcme, *person_of({conversation_id}), 0, 1'000);
  }

  net::io_context io;
  FakeService service;
  Api api;
};

inline std::string hello_to(const std::string& conversation_id) {
  return R"({"to":{"conversation":")" + conversation_id +
         R"("},"content":[{"type":"text","text":"hi"}]})";
}

}  // namespace parley::gateway
