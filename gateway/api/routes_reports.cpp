// Reports: what the cases that ended in a stretch of time came to.
#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"
#include "gateway/api/paging.hpp"
#include "gateway/api/reads.hpp"
#include "routing/report.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kCasesMax = 200'000;  // of one report
constexpr std::size_t kPageRows = 1'000;
constexpr Milliseconds kDay{24 * 3'600'000};

struct Range {
  TimePoint from{}, to{};
};

Result<Range> range_of(const Call& call) {
  Range range;
  range.to = call.service.clock().now();
  if (const auto to = query_value(call, "to"); to && !parse_time(*to, range.to)) {
    return Error{.code = Errc::malformed,
                 .detail = "to: expected a time like 2026-08-20T10:15:00Z"};
  }
  range.from = range.to - kDay;
  if (const auto from = query_value(call, "from"); from && !parse_time(*from, range.from)) {
    return Error{.code = Errc::malformed,
                 .detail = "from: expected a time like 2026-08-20T10:15:00Z"};
  }
  if (range.from >= range.to) {
    return Error{.code = Errc::malformed, .detail = "from: expected a time before `to`"};
  }
  return range;
}

Result<routing::Report> sum_up_blocking(storage::Store& store, const TenantId& tenant,
                                        const Range& range, routing::ReportBy by) {
  routing::Report report(by);
  std::string cursor = episode_row_bound(range.from);
  const std::string end = episode_row_bound(range.to);
  for (std::size_t cases = 0;;) {
    const auto page = store.rows_blocking(tenant, RowKind::episode, cursor, kPageRows);
    if (!page) return page.error();
    for (const auto& row : page->rows) {
      if (row.id >= end) return report;
      const auto record = from_stored<EpisodeRecord>(row.body);
      if (!record) return Error{.code = Errc::unavailable, .detail = "a case cannot be read"};
      if (++cases > kCasesMax) {
        return Error{.code = Errc::malformed,
                     .detail = "more than " + std::to_string(kCasesMax) +
                               " cases ended in this time; ask for a shorter one"};
      }
      report.add(*record);
    }
    if (page->next.empty()) return report;
    cursor = page->next;
  }
}

std::string report_json(const Range& range, std::string_view by, const routing::Report& report) {
  std::string groups;
  for (const auto& [name, figures] : report.groups()) {
    if (!groups.empty()) groups += ',';
    groups += "{\"group\":" + json_quote(name) + ",\"figures\":" + figures_json(figures) + '}';
  }
  JsonWriter out;
  out.begin_object()
      .member("from", format_time(range.from))
      .member("to", format_time(range.to))
      .member("by", by)
      .key("groups")
      .raw('[' + groups + ']')
      .end_object();
  return out.take();
}

net::awaitable<http::Response> get_report(Call& call) {
  const auto range = range_of(call);
  if (!range) co_return problem_of(range.error());
  const auto name = query_value(call, "by").value_or("all");
  const auto by = routing::report_by_from(name);
  if (!by) {
    co_return bad_request("by: expected one of " + std::string(routing::report_by_names()));
  }
  const auto report = co_await call.service.read<Result<routing::Report>>(
      [tenant = call.tenant_id(), range = *range, by = *by](storage::Store& store) {
        return sum_up_blocking(store, tenant, range, by);
      });
  if (!report) co_return problem_of(report.error());
  co_return json(report_json(*range, name, *report));
}

}  // namespace

std::vector<Route> report_routes() {
  return {{"GET", "/v1/reports", {"read"}, get_report, {"from", "to", "by"}}};
}

}  // namespace parley::gateway::api
