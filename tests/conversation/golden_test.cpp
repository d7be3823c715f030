// The bytes that are on disks already. A difference here is a new stored form: rows written before
// must still be read. UPDATE_GOLDEN=1 rewrites the files; the diff is to be reviewed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "conversation/codec.hpp"
#include "tests/conversation/values.hpp"

namespace parley {
namespace {

template <class T>
struct Name;
#define PARLEY_NAME(T, TEXT)                   \
  template <>                                  \
  struct Name<T> {                             \
    static constexpr const char* value = TEXT; \
  }
PARLEY_NAME(Event, "event");
PARLEY_NAME(Message, "message");
PARLEY_NAME(State, "state");
PARLEY_NAME(Send, "send");
PARLEY_NAME(BotCall, "bot_call");
PARLEY_NAME(QueueEntry, "queue_entry");
PARLEY_NAME(Assignment, "assignment");
PARLEY_NAME(Decision, "decision");
PARLEY_NAME(DeadLetter, "dead_letter");
PARLEY_NAME(Relay, "relay");
PARLEY_NAME(Identity, "identity");
PARLEY_NAME(EpisodeRecord, "episode");
PARLEY_NAME(Trial, "trial");
PARLEY_NAME(AgentPresence, "agent_presence");
#undef PARLEY_NAME

template <class T>
class StoredBytes : public testing::Test {};
using Types = testing::Types<Event, Message, State, Send, BotCall, QueueEntry, Assignment, Decision,
                             DeadLetter, Relay, Identity, EpisodeRecord, Trial,
                             AgentPresence>;
TYPED_TEST_SUITE(StoredBytes, Types);

TYPED_TEST(StoredBytes, AreTheSameAsEver) {
  const auto path = std::string(PARLEY_SOURCE_DIR "/tests/conversation/testdata/") +
                    Name<TypeParam>::value + ".stored";
  const auto value = test::full_value<TypeParam>();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << to_stored(value) << '\n';
  std::ifstream file(path);
  std::string kept{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(kept.empty()) << path;
  kept.pop_back();  // the line's end
  EXPECT_EQ(to_stored(value), kept);
  const auto back = from_stored<TypeParam>(kept);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_TRUE(*back == value);
}

}  // namespace
}  // namespace parley
