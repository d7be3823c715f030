// gateway/pipeline/case_metrics.hpp
// The figures of docs/reports.md for whoever watches them live: counted when a case's end is
// synced.
//
// Threads  one core.
#pragma once

#include <string>
#include <unordered_map>

#include "conversation/episode.hpp"
#include "gateway/runtime/metrics.hpp"

namespace parley::gateway {

class CaseMetrics {
 public:
  explicit CaseMetrics(Metrics& metrics) : metrics_(metrics) {}
  // One of a committed transition's cases.
  void note(const EpisodeRecord& record);

 private:
  struct OfTenant {
    Counter by_bot, by_agent, by_nobody;
    Histogram first_answer, queue_wait;
  };
  OfTenant& of(const TenantId& tenant);
  Counter resolved(const TenantId& tenant, const char* by);

  Metrics& metrics_;
  std::unordered_map<std::string, OfTenant> tenants_;
};

}  // namespace parley::gateway
