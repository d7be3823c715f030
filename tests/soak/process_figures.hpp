// tests/soak/process_figures.hpp
// What a running process takes, read from /proc, and what it says of itself on /metrics.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace parley::test::soak {

struct Figures {
  double rss_mib = 0;
  double sockets = 0;  // open descriptors that are one
  double files = 0;    // and all others: tables, logs, pipes
  double threads = 0;
  // Of /metrics.
  double commands = 0, commits = 0, sends = 0, connections = 0, calls_out = 0;
};

// `admin_port` may be asked for /metrics.
Figures figures_of(pid_t pid, std::uint16_t admin_port);

// The middle one of `of` over samples [from, to).
double median(const std::vector<Figures>& samples, double Figures::* of, std::size_t from,
              std::size_t to);

}  // namespace parley::test::soak
