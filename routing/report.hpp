// routing/report.hpp
// The figures of ended cases by channel, queue, segment, agent, bot, hour or day: a sum over their
// records, so that the same rows give the same report at any time.
//
// Units   milliseconds; shares are 0..1. A median or 90th percentile is a value that occurred.
// Limits  kReportGroupsMax groups; what comes after goes to a group called "(other)".
// Threads one report, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/episode.hpp"

namespace parley::routing {

inline constexpr std::size_t kReportGroupsMax = 500;

enum class ReportBy : std::uint8_t { all, channel, queue, segment, agent, bot, hour, day };
std::optional<ReportBy> report_by_from(std::string_view text);
std::string_view report_by_names();  // "all, channel, ...": for messages

struct Figures {
  std::uint64_t cases = 0;
  std::uint64_t by_bot = 0, by_agent = 0, by_nobody = 0;
  std::uint64_t queued = 0;                   // cases that waited for a person
  std::uint64_t handed_over = 0;              // cases a bot gave up
  std::uint64_t abandoned = 0;                // waited and no agent ever answered
  std::uint64_t transfers = 0, negative = 0;  // negative: cases with such a turn
  std::uint64_t customer_messages = 0, bot_messages = 0, agent_messages = 0;
  std::uint64_t answers = 0;
  Milliseconds answer_time{};
  std::uint64_t ratings = 0, rating_sum = 0, satisfied = 0;  // satisfied: 4 or 5
  std::vector<std::int64_t> first_answers, first_agent_answers, waits, durations;  // ms
};

class Report {
 public:
  explicit Report(ReportBy by) : by_(by) {}
  void add(const EpisodeRecord& record);
  const std::map<std::string, Figures>& groups() const { return groups_; }

 private:
  std::string group_of(const EpisodeRecord& record) const;
  ReportBy by_;
  std::map<std::string, Figures> groups_;
};

// nullopt when there is none.
std::optional<std::int64_t> quantile(std::vector<std::int64_t> values, double share);

// {"cases":12,"resolved":{...},"first_answer_ms":{"p50":..,"p90":..},...}
std::string figures_json(const Figures& figures);

}  // namespace parley::routing
