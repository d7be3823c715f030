// gateway/cli/cases/case_file.hpp
// A case file, and the channel its `config` describes.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/registry.hpp"
#include "gateway/cli/cases/json_value.hpp"

namespace parley::gateway::cli {

// The gateway whose own tests some cases were taken from; they leave unsaid what it takes for
// given.
inline constexpr std::string_view kPeerSource = "nyaruka/courier";

struct Case {
  std::string name;      // the file's
  std::string platform;  // as in the registry
  bool passive = false;  // a reply in the webhook's answer
  bool outbound = false;
  Json root;
};

// What came of one case. A case passes when no difference was found.
struct Verdict {
  std::vector<std::string> differences;
  std::set<std::string> not_compared;  // fields of `expected` no comparison is known for

  void differ(std::string_view field, std::string_view want, std::string_view got);
};

Result<Case> read_case(const std::string& path);

connectors::Channel channel_of(const Case& one, const connectors::Connector& connector);

// The case's own time, or a fixed one.
TimePoint clock_of(const Case& one);

Verdict run_webhook_case(const Case& one, const connectors::Entry& entry);
Verdict run_outbound_case(const Case& one, const connectors::Entry& entry);

}  // namespace parley::gateway::cli
