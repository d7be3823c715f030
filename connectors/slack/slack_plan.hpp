// connectors/slack/slack_plan.hpp
// What a message of ours becomes on Slack: a row of posts and uploads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::slack {

inline constexpr std::size_t kTextMax = 4000;  // characters; Slack cuts at 40,000

// "C1" or "C1:1596183880.004200", which answers in a thread.
struct Place {
  std::string channel, thread;
};
Place place_of(std::string_view recipient);

struct Item {
  std::string post;  // the body of chat.postMessage, or ""
  std::optional<Upload> upload;
  std::uint64_t upload_bytes = 0;
  std::string title;  // of the upload
};

struct Plan {
  std::vector<Item> items;
  std::vector<std::string> degraded;
};

Plan plan_send(const Send& send);

}  // namespace parley::connectors::slack
