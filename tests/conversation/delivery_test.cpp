#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "conversation/message.hpp"

namespace parley {
namespace {

using enum DeliveryState;

constexpr DeliveryState kAll[] = {accepted,  queued,    submitting, sent,    delivered, read,
                                  throttled, uncertain, failed,     expired, suppressed};

// Each state and what it may become; every other pair leaves it as it is.
struct MovesCase {
  DeliveryState from;
  std::vector<DeliveryState> to;
};
const MovesCase kMoves[] = {
    {accepted,
     {queued, submitting, sent, delivered, read, throttled, uncertain, failed, expired,
      suppressed}},
    {queued,
     {submitting, sent, delivered, read, throttled, uncertain, failed, expired, suppressed}},
    {submitting, {sent, delivered, read, throttled, uncertain, failed, expired, suppressed}},
    {throttled, {sent, delivered, read, uncertain, failed, expired, suppressed}},
    {uncertain, {sent, delivered, read, failed}},
    {sent, {delivered, read, failed}},
    {failed, {delivered, read}},
    {delivered, {read}},
    {read, {}},
    {expired, {}},
    {suppressed, {}},
};

TEST(DeliveryAdvance, FollowsTheTableForEveryPair) {
  for (const auto& [from, to] : kMoves) {
    for (const auto news : kAll) {
      const bool moves = std::ranges::find(to, news) != to.end();
      EXPECT_EQ(advance(from, news), moves ? news : from)
          << to_string(from) << " told " << to_string(news);
    }
  }
}

TEST(DeliveryAdvance, NeverComesBackToAStateItLeft) {
  // Whatever is told afterwards, in any order: three more reports reach every state there is.
  for (const auto start : kAll) {
    for (const auto first : kAll) {
      const auto second_state = advance(start, first);
      if (second_state == start) continue;
      for (const auto second : kAll) {
        for (const auto third : kAll) {
          EXPECT_NE(advance(advance(second_state, second), third), start)
              << to_string(start) << ", " << to_string(first) << ", " << to_string(second) << ", "
              << to_string(third);
        }
      }
    }
  }
}

TEST(DeliveryAdvance, TheSameReportAgainChangesNothing) {
  for (const auto current : kAll) {
    for (const auto news : kAll) {
      const auto once = advance(current, news);
      EXPECT_EQ(advance(once, news), once);
    }
  }
}

TEST(DeliveryAdvance, FinalStatesEndASendAndOnlyALateSuccessCorrectsFailed) {
  for (const auto state : kAll) {
    if (!is_final(state)) continue;
    for (const auto news : kAll) {
      const auto then = advance(state, news);
      EXPECT_TRUE(then == state || (state == failed && (then == delivered || then == read)));
    }
  }
  EXPECT_TRUE(is_final(read) && is_final(failed) && is_final(expired) && is_final(suppressed));
  EXPECT_FALSE(is_final(sent) || is_final(delivered) || is_final(uncertain) || is_final(queued));
}

}  // namespace
}  // namespace parley
