#include "routing/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/json_writer.hpp"

namespace parley::routing {
namespace {

using Name = std::pair<std::string_view, ReportBy>;
constexpr std::array<Name, 8> kNames = {{{"all", ReportBy::all},
                                         {"channel", ReportBy::channel},
                                         {"queue", ReportBy::queue},
                                         {"segment", ReportBy::segment},
                                         {"agent", ReportBy::agent},
                                         {"bot", ReportBy::bot},
                                         {"hour", ReportBy::hour},
                                         {"day", ReportBy::day}}};

constexpr std::string_view kOther = "(other)", kNone = "(none)";
constexpr std::size_t kHourChars = 13, kDayChars = 10;  // of "2026-08-20T10:15:00.000Z"

void note_span(std::vector<std::int64_t>& spans, TimePoint from, TimePoint to) {
  if (from == TimePoint{} || to == TimePoint{}) return;
  spans.push_back(std::max<std::int64_t>(0, (to - from).count()));
}

void write_quantiles(JsonWriter& out, std::string_view name,
                     const std::vector<std::int64_t>& values) {
  if (values.empty()) return;
  out.key(name)
      .begin_object()
      .member("count", static_cast<std::uint64_t>(values.size()))
      .member("p50", *quantile(values, 0.5))
      .member("p90", *quantile(values, 0.9))
      .member("max", *quantile(values, 1))
      .end_object();
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void write_rating(JsonWriter& out, const Figures& figures) {
  if (figures.ratings == 0) return;
  out.key("rating")
      .begin_object()
      .member("count", figures.ratings)
      .member("mean", share(figures.rating_sum, figures.ratings))
      .member("satisfied_share", share(figures.satisfied, figures.ratings))
      .end_object();
}

}  // namespace

std::optional<ReportBy> report_by_from(std::string_view text) {
  const auto found =
      std::ranges::find_if(kNames, [&](const Name& name) { return name.first == text; });
  if (found == kNames.end()) return {};
  return found->second;
}

std::string_view report_by_names() { return "all, channel, queue, segment, agent, bot, hour, day"; }

std::string Report::group_of(const EpisodeRecord& record) const {
  switch (by_) {
    case ReportBy::all:
      return "all";
    case ReportBy::channel:
      return record.channel.value;
    case ReportBy::queue:
      return record.queue.value;
    case ReportBy::segment:
      return record.segment;
    case ReportBy::agent:
      return record.agent.value;
    case ReportBy::bot:
      return record.bot;
    case ReportBy::hour:
      return format_time(record.closed_at).substr(0, kHourChars) + ":00Z";
    case ReportBy::day:
      return format_time(record.closed_at).substr(0, kDayChars);
  }
  return {};
}

void Report::add(const EpisodeRecord& record) {
  std::string name = group_of(record);
  if (name.empty()) name = kNone;
  if (!groups_.contains(name) && groups_.size() >= kReportGroupsMax) name = kOther;
  Figures& figures = groups_[name];
  ++figures.cases;
  figures.by_bot += record.resolved_by == "bot";
  figures.by_agent += record.resolved_by == "agent";
  figures.by_nobody += record.resolved_by == "nobody";
  figures.queued += record.times_queued > 0;
  figures.handed_over += record.hand_overs > 0;
  figures.abandoned += record.times_queued > 0 && record.agent_messages == 0;
  figures.transfers += record.transfers;
  figures.negative += record.negative_turns > 0;
  figures.customer_messages += record.customer_messages;
  figures.bot_messages += record.bot_messages;
  figures.agent_messages += record.agent_messages;
  figures.answers += record.answers;
  figures.answer_time += record.answer_time;
  note_span(figures.first_answers, record.asked_at, record.first_answer_at);
  note_span(figures.first_agent_answers, record.first_queued_at, record.first_agent_at);
  note_span(figures.durations, record.opened_at, record.closed_at);
  if (record.times_queued > 0) figures.waits.push_back(record.queue_time.count());
  if (record.rating == 0) return;
  ++figures.ratings;
  figures.rating_sum += record.rating;
  figures.satisfied += record.rating >= 4;
}

std::optional<std::int64_t> quantile(std::vector<std::int64_t> values, double share_below) {
  if (values.empty()) return {};
  const auto wanted = std::ceil(share_below * static_cast<double>(values.size()));
  const auto place =
      std::min(values.size() - 1, static_cast<std::size_t>(std::max(1.0, wanted)) - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::string figures_json(const Figures& figures) {
  JsonWriter out;
  out.begin_object().member("cases", figures.cases).key("resolved").begin_object();
  out.member("by_bot", figures.by_bot)
      .member("by_agent", figures.by_agent)
      .member("by_nobody", figures.by_nobody)
      .member("bot_share", share(figures.by_bot, figures.cases))
      .end_object();
  out.member("queued", figures.queued)
      .member("handed_over", figures.handed_over)
      .member("hand_over_share", share(figures.handed_over, figures.cases))
      .member("abandoned", figures.abandoned)
      .member("transfers", figures.transfers)
      .member("with_negative_turns", figures.negative);
  out.key("messages")
      .begin_object()
      .member("customer", figures.customer_messages)
      .member("bot", figures.bot_messages)
      .member("agent", figures.agent_messages)
      .end_object();
  if (figures.answers > 0) {
    out.member("mean_answer_ms",
               share(static_cast<std::uint64_t>(figures.answer_time.count()), figures.answers));
  }
  write_quantiles(out, "first_answer_ms", figures.first_answers);
  write_quantiles(out, "first_agent_answer_ms", figures.first_agent_answers);
  write_quantiles(out, "queue_wait_ms", figures.waits);
  write_quantiles(out, "duration_ms", figures.durations);
  write_rating(out, figures);
  out.end_object();
  return out.take();
}

}  // namespace parley::routing
