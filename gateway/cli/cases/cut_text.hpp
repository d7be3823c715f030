// gateway/cli/cases/cut_text.hpp
// A text too long for one message may be cut at one space or at another: both are right when the
// pieces hold the same words in the same order.
#pragma once

#include <vector>

#include "connectors/connector.hpp"
#include "gateway/cli/cases/json_value.hpp"

namespace parley::gateway::cli {

// Do the bodies of two or more requests differ from `want` in nothing but where a text is cut?
bool differ_only_in_cuts(const Json& want, const std::vector<connectors::HttpCall>& asked);

}  // namespace parley::gateway::cli
