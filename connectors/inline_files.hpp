// connectors/inline_files.hpp
// An ability some connectors have beside connector.hpp's: what a customer sends comes with its
// files inside the webhook, so there is nothing to fetch later. Such webhooks may be as large as
// media.
//
// Threads  as a Connector.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors {

struct InlineFile {
  std::size_t event = 0;  // in Parsed::events of the same request
  std::size_t part = 0;   // in its message's content: a Media with neither id nor address
  std::string bytes;
};

class InlineFiles {
 public:
  virtual ~InlineFiles() = default;
  // Of a request that parse() has read.
  virtual std::vector<InlineFile> files(const WebhookRequest&, const Channel&) const = 0;
};

// Null: this connector has no such ability.
inline const InlineFiles* inline_files_of(const Connector& connector) {
  return dynamic_cast<const InlineFiles*>(&connector);
}

}  // namespace parley::connectors
