#include "storage/keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/crypto.hpp"

namespace parley::storage {
namespace {

const TenantId kTenant{"demo"};
const PersonId kPerson{"per_01"};
const TimePoint kAt{Milliseconds{0x0102030405060708}};
const TimePoint kEpoch{};

struct GoldenCase {
  const char* name;
  std::string key;
  const char* hex;
};
void PrintTo(const GoldenCase& c, std::ostream* out) { *out << c.name; }

// These bytes are on customers' disks: a changed row here needs a new format version.
const GoldenCase kGolden[] = {
    {"Meta", meta_key("format"), "01666f726d6174"},
    {"Dedup", dedup_key(kTenant, {.channel = {"web"}, .key = "m1"}),
     "10000464656d6f00037765626d31"},
    {"Conversation", conversation_key(kTenant, kPerson), "20000464656d6f7065725f3031"},
    {"Event", event_key(kTenant, kPerson, 258), "22000464656d6f00067065725f30310000000000000102"},
    {"Activity", activity_key(kTenant, kAt, kPerson), "23000464656d6f7efdfcfbfaf9f8f77065725f3031"},
    {"Stream", stream_key(kTenant, 3), "24000464656d6f0000000000000003"},
    {"ExpiryOfDedup", expiry_key(ExpiryClass::dedup, kAt, 7),
     "300181020304050607080000000000000007"},
    {"ExpiryOfIdempotency", expiry_key(ExpiryClass::idempotency, kAt, 7),
     "300281020304050607080000000000000007"},
    {"RowSend", row_key(kTenant, RowKind::send, "s"), "41000464656d6f73"},
    {"RowCursor", row_key(kTenant, RowKind::cursor, "c"), "4d000464656d6f63"},
    {"RowSentIndex", row_key(kTenant, RowKind::sent_index, "x"), "4e000464656d6f78"},
    {"RowKnowledge", row_key(kTenant, RowKind::knowledge, "k"), "51000464656d6f6b"},
    {"RowAsked", row_key(kTenant, RowKind::asked, "a"), "52000464656d6f61"},
    {"RowBotSession", row_key(kTenant, RowKind::bot_session, "s"), "53000464656d6f73"},
    {"RowTrial", row_key(kTenant, RowKind::trial, "t"), "54000464656d6f74"},
    {"RowAgentPresence", row_key(kTenant, RowKind::agent_presence, "a"), "55000464656d6f61"},
    {"RowAgentMark", row_key(kTenant, RowKind::agent_mark, "a"), "56000464656d6f61"},
    {"RowCorrection", row_key(kTenant, RowKind::correction, "d"), "57000464656d6f64"},
    {"ConversationValue", encode(Head{.last_seq = 5, .active_at = kAt, .listed_at = kEpoch}, "S"),
     "00000000000000058102030405060708800000000000000053"},
    {"StreamValue", encode(StreamValue{.at = kAt, .first_seq = 9, .count = 2, .person = kPerson}),
     "81020304050607080000000000000009000000027065725f3031"},
};

class Keys : public testing::TestWithParam<GoldenCase> {};

TEST_P(Keys, HaveTheBytesOnDisk) { EXPECT_EQ(to_hex(GetParam().key), GetParam().hex); }

INSTANTIATE_TEST_SUITE_P(Golden, Keys, testing::ValuesIn(kGolden),
                         [](const auto& row) { return row.param.name; });

// Names that try to end early or to look like something else's.
const std::string kHostile[] = {
    "",     "a",        "ab",  "a\0b", std::string("a\0", 2),     std::string("\0", 1),
    "\xff", "\xff\xff", "a/b", "../x", std::string("\0\x01x", 3), std::string(255, '\xff')};

TEST(KeysOrder, OneTenantsPrefixNeverHoldsAnothersKey) {
  for (const auto& a : kHostile) {
    for (const auto& b : kHostile) {
      if (a == b) continue;
      for (const auto& id : kHostile) {
        EXPECT_FALSE(row_key({b}, RowKind::send, id).starts_with(row_prefix({a}, RowKind::send)));
        EXPECT_FALSE(stream_key({b}, 1).starts_with(stream_prefix({a})));
        EXPECT_FALSE(event_key({b}, {id}, 1).starts_with(events_prefix({a}, {id})));
        EXPECT_FALSE(event_key({id}, {b}, 1).starts_with(events_prefix({id}, {a})));
        EXPECT_NE(dedup_key({a}, {.channel = {b}, .key = id}),
                  dedup_key({b}, {.channel = {a}, .key = id}));
        EXPECT_NE(dedup_key({id}, {.channel = {a}, .key = b}),
                  dedup_key({id}, {.channel = {b}, .key = a}));
      }
    }
  }
}

TEST(KeysOrder, BytesSortAsNumbersAndTimesDo) {
  const std::uint64_t numbers[] = {0, 1, 255, 256, 65'535, 1ull << 32, UINT64_MAX};
  for (std::size_t i = 1; i < std::size(numbers); ++i) {
    EXPECT_LT(event_key(kTenant, kPerson, numbers[i - 1]), event_key(kTenant, kPerson, numbers[i]));
    EXPECT_LT(stream_key(kTenant, numbers[i - 1]), stream_key(kTenant, numbers[i]));
  }
  const std::int64_t times[] = {INT64_MIN, -1, 0, 1, 1'760'000'000'000, INT64_MAX};
  for (std::size_t i = 1; i < std::size(times); ++i) {
    const TimePoint before{Milliseconds{times[i - 1]}}, after{Milliseconds{times[i]}};
    EXPECT_LT(expiry_key(ExpiryClass::dedup, before, 9), expiry_key(ExpiryClass::dedup, after, 0));
    EXPECT_GT(activity_key(kTenant, before, kPerson), activity_key(kTenant, after, kPerson));
  }
}

TEST(KeysOrder, PrefixEndIsTheFirstKeyBehind) {
  EXPECT_EQ(prefix_end("ab"), "ac");
  EXPECT_EQ(prefix_end("a\xff\xff"), "b");
  EXPECT_EQ(prefix_end("\xff"), "");
}

TEST(KeyReader, GivesBackWhatWasPutInAndRefusesAnyCut) {
  std::string bytes;
  append_field(bytes, "demo");
  append_u32(bytes, 7);
  append_time(bytes, kAt);
  append_u64(bytes, 1ull << 40);
  KeyReader whole(bytes);
  EXPECT_EQ(whole.field(), "demo");
  EXPECT_EQ(whole.u32(), 7u);
  EXPECT_EQ(whole.time(), kAt);
  EXPECT_EQ(whole.u64(), 1ull << 40);
  EXPECT_TRUE(whole.done());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    KeyReader cut(std::string_view(bytes).substr(0, size));
    cut.field();
    cut.u32();
    cut.time();
    cut.u64();
    EXPECT_FALSE(cut.ok()) << size;
  }
}

TEST(KeyValues, ComeBackAndAreRefusedWhenCut) {
  const auto row = encode(Head{.last_seq = 5, .active_at = kAt, .listed_at = kEpoch}, "state");
  const auto found = decode_conversation(row);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->head.last_seq, 5u);
  EXPECT_EQ(found->head.active_at, kAt);
  EXPECT_EQ(found->head.listed_at, kEpoch);
  EXPECT_EQ(found->state, "state");
  EXPECT_FALSE(decode_conversation(row.substr(0, 23)));
  const auto stream = encode(StreamValue{.at = kAt, .first_seq = 9, .count = 2, .person = kPerson});
  ASSERT_TRUE(decode_stream_value(stream));
  EXPECT_EQ(decode_stream_value(stream)->person, kPerson);
  EXPECT_FALSE(decode_stream_value(stream.substr(0, 19)));
}

}  // namespace
}  // namespace parley::storage
