// connectors/plain_message.hpp
// A message for platforms that know text and media alone: what has no form there becomes words, and
// every loss is reported.
//
// Threads  pure functions.
#pragma once

#include <string>
#include <vector>

#include "conversation/message.hpp"

namespace parley::connectors {

struct PlainMessage {
  std::string text;                        // a line or more for each part that has words
  std::vector<Media> media = {};           // in their order; each has a url or is in our store
  std::vector<Template> templates = {};    // the platform's business
  std::vector<std::string> degraded = {};  // as in Sent
};

struct PlainOptions {
  bool media = true;    // false: media become links in the text
  bool stored = false;  // can bytes of our store be uploaded? Otherwise only what has a url goes
};

// Cards and suggested actions become numbered options, links their address, places a map link.
PlainMessage plain_message(const Message& message, const PlainOptions& options = {});

}  // namespace parley::connectors
