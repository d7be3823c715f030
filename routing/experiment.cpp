#include "routing/experiment.hpp"

#include <algorithm>
#include <cmath>

#include "base/json_writer.hpp"
#include "routing/rounded.hpp"

namespace parley::routing {
namespace {

constexpr double kZ95 = 1.959963984540054;  // of the normal distribution, two-sided
constexpr double kSatisfied = 4;

void write_share(JsonWriter& out, std::string_view name, const Share& share) {
  out.key(name)
      .begin_object()
      .member("count", share.hits)
      .member("of", share.of)
      .member("share", rounded(share.share))
      .member("low", rounded(share.low))
      .member("high", rounded(share.high))
      .end_object();
}

}  // namespace

Share wilson95(std::uint64_t hits, std::uint64_t of) {
  Share out{.hits = hits, .of = of};
  if (of == 0) return out;
  const double n = static_cast<double>(of), p = static_cast<double>(hits) / n;
  const double z2 = kZ95 * kZ95;
  const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ95 / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  out.share = p;
  out.low = hits == 0 ? 0 : std::max(0.0, middle - half);
  out.high = hits == of ? 1 : std::min(1.0, middle + half);
  return out;
}

void ExperimentCount::add(const Trial& trial) {
  Count& count = arms_[trial.arm];
  ++count.episodes;
  if (trial.to_people) {
    ++count.to_people;
  } else if (trial.closed || now_ - trial.last_at > idle_) {
    ++count.by_bot;
  } else {
    ++count.open;
  }
  if (trial.csat > 0) {
    ++count.rated;
    count.csat += trial.csat;
    if (trial.csat >= kSatisfied) ++count.satisfied;
  }
}

std::vector<ArmResult> ExperimentCount::results() const {
  std::vector<ArmResult> out;
  for (const auto& [arm, count] : arms_) {
    const std::uint64_t over = count.by_bot + count.to_people;
    const double rated = static_cast<double>(count.rated);
    out.push_back({.arm = arm,
                   .episodes = count.episodes,
                   .open = count.open,
                   .resolved_by_bot = wilson95(count.by_bot, over),
                   .handed_over = wilson95(count.to_people, over),
                   .satisfied = wilson95(count.satisfied, count.rated),
                   .csat_mean = count.rated == 0 ? 0 : count.csat / rated});
  }
  return out;
}

std::string to_json(std::string_view experiment, const std::vector<ArmResult>& arms) {
  JsonWriter out;
  out.begin_object().member("experiment", experiment).key("arms").begin_array();
  for (const ArmResult& arm : arms) {
    out.begin_object()
        .member("arm", arm.arm)
        .member("episodes", arm.episodes)
        .member("open", arm.open);
    write_share(out, "resolved_by_bot", arm.resolved_by_bot);
    write_share(out, "handed_over", arm.handed_over);
    write_share(out, "satisfied", arm.satisfied);
    if (arm.csat_mean > 0) out.member("csat_mean", rounded(arm.csat_mean));
    out.end_object();
  }
  out.end_array().end_object();
  return out.take();
}

}  // namespace parley::routing
