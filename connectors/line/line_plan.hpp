// connectors/line/line_plan.hpp
// What a message of ours becomes on LINE: its message objects, in calls of up to five.
#pragma once

#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::line {

inline constexpr std::size_t kMessagesPerCall = 5;
inline constexpr std::size_t kTextMax = 5000;  // UTF-16 units

struct Plan {
  std::vector<std::string> messages;  // JSON objects
  std::vector<std::string> degraded;

  std::size_t batches() const {
    return (messages.size() + kMessagesPerCall - 1) / kMessagesPerCall;
  }
  std::string batch_json(std::size_t batch) const;  // "[{...},{...}]"
};

Plan plan_send(const Send& send, const Channel& channel);

}  // namespace parley::connectors::line
