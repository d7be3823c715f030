#include "gateway/pipeline/case_metrics.hpp"

namespace parley::gateway {
namespace {

double seconds(TimePoint from, TimePoint to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Counter CaseMetrics::resolved(const TenantId& tenant, const char* by) {
  return metrics_.counter("parley_cases_total", "cases that ended, by who resolved them",
                          {{"tenant", tenant.value}, {"resolved_by", by}});
}

CaseMetrics::OfTenant& CaseMetrics::of(const TenantId& tenant) {
  if (const auto found = tenants_.find(tenant.value); found != tenants_.end()) {
    return found->second;
  }
  const Labels labels{{"tenant", tenant.value}};
  return tenants_
      .emplace(tenant.value,
               OfTenant{.by_bot = resolved(tenant, "bot"),
                        .by_agent = resolved(tenant, "agent"),
                        .by_nobody = resolved(tenant, "nobody"),
                        .first_answer =
                            metrics_.histogram("parley_case_first_answer_seconds",
                                               "a case's first word to its first answer", labels),
                        .queue_wait = metrics_.histogram("parley_case_queue_wait_seconds",
                                                         "a case's waits for a person", labels)})
      .first->second;
}

void CaseMetrics::note(const EpisodeRecord& record) {
  if (record.rating > 0) {  // it ended before and was counted then
    metrics_
        .counter("parley_case_ratings_total", "ratings of cases",
                 {{"tenant", record.tenant.value}, {"rating", std::to_string(record.rating)}})
        .add();
    return;
  }
  OfTenant& tenant = of(record.tenant);
  if (record.resolved_by == "bot") {
    tenant.by_bot.add();
  } else if (record.resolved_by == "agent") {
    tenant.by_agent.add();
  } else {
    tenant.by_nobody.add();
  }
  if (record.first_answer_at != TimePoint{} && record.asked_at != TimePoint{}) {
    tenant.first_answer.observe(seconds(record.asked_at, record.first_answer_at));
  }
  if (record.times_queued > 0) {
    tenant.queue_wait.observe(std::chrono::duration<double>(record.queue_time).count());
  }
}

}  // namespace parley::gateway
