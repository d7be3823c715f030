// connectors/vk/vk_api.hpp
// Calls of VK's API and what its answers mean.
//
// Limits   the access token stands in the URL, as VK documents: it goes into HttpCall only, never
//          into an error or a log.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::vk {

using Fields = std::vector<std::pair<std::string, std::string>>;

// POST /method/<name>.json. Fields go into the query while that stays short, else into a form.
HttpCall method_call(const Channel& channel, std::string_view name, const Fields& fields);

// The same number for the same call of the same send, never 0: VK takes a repeat for the first.
std::string random_id(std::string_view idempotency_key, std::size_t call);

// "id" of {"response": 5} and of {"response": [{"id": 5, "owner_id": 7}]} alike.
struct ApiResult {
  std::string id, owner_id;
  std::string upload_url;
};
Result<ApiResult> read_answer(const HttpAnswer& answer);

// What an upload server says; it is no API method.
struct Uploaded {
  std::string server, photo, hash;  // of a picture
  std::string file;                 // of a document
};
Result<Uploaded> read_upload(const HttpAnswer& answer);

}  // namespace parley::connectors::vk
