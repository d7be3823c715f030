// gateway/cli/backlog.hpp
// What waits inside the process and how much may, as Prometheus text: looked at when asked for, so
// that nothing on a turn's way pays for it.
//
// Threads  any.
#pragma once

#include <string>

#include "config/config.hpp"
#include "gateway/pipeline/gateway.hpp"

namespace parley::gateway {

std::string backlog_metrics(const Gateway& gateway, const config::ProcessConfig& process);

}  // namespace parley::gateway
