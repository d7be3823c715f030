// gateway/pipeline/calls.hpp
// A connector's HTTP call as a request of our client, and the client's answer as a connector reads
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.hpp"
#include "gateway/http/client.hpp"

namespace parley::gateway {

// For calls without an upload.
http::ClientRequest to_request(const connectors::HttpCall& call);
// multipart/form-data with the file's bytes.
http::ClientRequest to_upload_request(const connectors::HttpCall& call, std::string_view bytes);

// Views into `answer`, which must outlive it.
class AnswerView {
 public:
  explicit AnswerView(const http::ClientAnswer& answer);
  const connectors::HttpAnswer& get() const noexcept { return view_; }

 private:
  connectors::HttpAnswer view_;
};

}  // namespace parley::gateway
