// gateway/pipeline/keep_media.hpp
// A file into the store: its bytes beside the rows, its description as a row. Synced when done.
//
// Promise  what came inside a webhook is kept before the message is, under an id that the webhook's
//          redelivery makes again: no crash in between loses a file or keeps it twice.
//
// Errors   rejected: no bytes, or more than `bytes_max`; else the store's.
// Threads  any core; resumes there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/inline_files.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway {

struct FileToKeep {
  MediaId id;  // one that is kept already is written again
  std::string bytes, declared_mime, name;
};

net::awaitable<Result<Media>> keep_media(Service& service, const TenantId& tenant, FileToKeep file,
                                         std::uint64_t bytes_max);

// The files a webhook brought along: each Media they are for gets its media_id. One that is larger
// than `bytes_max`, or empty, is left without. Errors: the store's; the webhook may come again.
struct WebhookFiles {
  const connectors::InlineFiles& source;
  const connectors::WebhookRequest& request;
  const connectors::Channel& channel;
};
net::awaitable<Result<void>> keep_inline_files(Service& service, const TenantId& tenant,
                                               WebhookFiles from, std::uint64_t bytes_max,
                                               connectors::Parsed& parsed);

// Out of its row; nullopt: it is none.
std::optional<Media> described_media(std::string_view row);

}  // namespace parley::gateway
