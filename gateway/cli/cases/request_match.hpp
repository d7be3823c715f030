// gateway/cli/cases/request_match.hpp
// The requests that went out against those a case wants, field by field.
#pragma once

#include <vector>

#include "connectors/connector.hpp"
#include "gateway/cli/cases/case_file.hpp"

namespace parley::gateway::cli {

// `want` is a case's `expected_requests`; anything else than a list is not compared.
void match_requests(const Json& want, const std::vector<connectors::HttpCall>& asked,
                    Verdict& verdict);

}  // namespace parley::gateway::cli
