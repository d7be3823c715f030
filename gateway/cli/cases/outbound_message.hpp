// gateway/cli/cases/outbound_message.hpp
// A case's `message` as our own.
#pragma once

#include <cstddef>

#include "conversation/send.hpp"
#include "gateway/cli/cases/case_file.hpp"

namespace parley::gateway::cli {

struct CaseSend {
  Send send;
  std::size_t inexpressible = 0;  // quick replies of a type our model does not have
};

CaseSend send_of(const Case& one);

}  // namespace parley::gateway::cli
