// gateway/cli/api_client.hpp
// A running gateway's API, for commands that ask it: one key, one call at a time.
//
// Errors   misconfigured without a key; else those of http::Client. A status is no error.
// Threads  one; every call blocks until its answer.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/http/client.hpp"

namespace parley::gateway {

class ApiClient {
 public:
  // `key`: "env:NAME", "file:PATH" or the key itself. The address may be private: an operator named
  // it.
  static Result<std::unique_ptr<ApiClient>> open(const std::string& url, const std::string& key);
  ~ApiClient();

  using Headers = std::vector<std::pair<std::string, std::string>>;
  // `path` from "/v1/" on. A body is JSON.
  Result<http::ClientAnswer> call_blocking(const std::string& method, const std::string& path,
                                           std::string body = {}, Headers headers = {});

 private:
  struct Parts;
  explicit ApiClient(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// The problem of an answer that is none of 2xx, in words: "403: it needs the scope admin".
std::string problem_text(const http::ClientAnswer& answer);

}  // namespace parley::gateway
