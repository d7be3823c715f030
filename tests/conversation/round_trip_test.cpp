// decode(encode(x)) == x, and what decoding does with anything else.
#include <gtest/gtest.h>

#include "conversation/codec.hpp"
#include "tests/conversation/values.hpp"

namespace parley {
namespace {

template <class T>
class Codec : public testing::Test {};
using Types = testing::Types<Event, Message, State, Send, BotCall, QueueEntry, Assignment, Decision,
                             DeadLetter, Relay, Identity, EpisodeRecord, Trial,
                             AgentPresence>;
TYPED_TEST_SUITE(Codec, Types);

constexpr int kValues = 2000;

TYPED_TEST(Codec, GivesBackEveryValue) {
  const auto seed = test::run_seed();
  test::RandomSource source(seed);
  for (int i = 0; i < kValues; ++i) {
    TypeParam value{};
    test::fill(source, value);
    const auto bytes = to_stored(value);
    const auto back = from_stored<TypeParam>(bytes);
    ASSERT_TRUE(back) << back.error().detail << "\nPARLEY_TEST_SEED=" << seed << "\n" << bytes;
    ASSERT_EQ(to_stored(*back), bytes) << "PARLEY_TEST_SEED=" << seed;
    ASSERT_TRUE(*back == value) << "PARLEY_TEST_SEED=" << seed << "\n" << bytes;
  }
}

TYPED_TEST(Codec, GivesBackAnEmptyAndAFullValue) {
  // An event says its type; everything else may be absent.
  for (const TypeParam& value : {TypeParam{}, test::full_value<TypeParam>()}) {
    const auto back = from_stored<TypeParam>(to_stored(value));
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_TRUE(*back == value) << to_json(*back);
  }
}

TYPED_TEST(Codec, ReadsNoValueFromACutDocument) {
  const auto bytes = to_stored(test::full_value<TypeParam>());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // In memory of its exact size, so that a sanitizer sees a read past the end.
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto got = from_stored<TypeParam>({cut.data(), cut.size()});
    ASSERT_FALSE(got) << "first " << size << " bytes";
    ASSERT_EQ(got.error().code, Errc::malformed);
  }
}

std::string mutated(std::string bytes, test::RandomSource& random) {
  static constexpr std::string_view kBytes = "{}[]\",:0-9eE.tfn\\u\x80\xff \x01";
  for (std::size_t left = 1 + random.pick(3); left > 0 && !bytes.empty(); --left) {
    const std::size_t at = random.pick(bytes.size());
    const char other = kBytes[random.pick(kBytes.size())];
    switch (random.pick(4)) {
      case 0:
        bytes[at] = other;
        break;
      case 1:
        bytes.erase(at, 1 + random.pick(4));
        break;
      case 2:
        bytes.insert(at, 1, other);
        break;
      default:
        bytes.insert(at, bytes.substr(random.pick(bytes.size()), random.pick(40)));
    }
  }
  return bytes;
}

TYPED_TEST(Codec, GivesMalformedOrASoundValueForDamagedDocuments) {
  const auto seed = test::run_seed();
  test::RandomSource source(seed);
  for (int i = 0; i < kValues; ++i) {
    TypeParam value{};
    test::fill(source, value);
    const auto bytes = mutated(to_json(value), source);
    const auto got = from_json<TypeParam>(bytes);
    if (!got) {
      ASSERT_EQ(got.error().code, Errc::malformed);
      ASSERT_FALSE(got.error().detail.empty());
      continue;
    }
    // What was read can be stored and read again.
    const auto back = from_stored<TypeParam>(to_stored(*got));
    ASSERT_TRUE(back) << back.error().detail << "\nPARLEY_TEST_SEED=" << seed << "\n" << bytes;
    ASSERT_TRUE(*back == *got) << "PARLEY_TEST_SEED=" << seed << "\n" << bytes;
  }
}

TYPED_TEST(Codec, KeepsUnknownMembersInTheirOrder) {
  if constexpr (requires(TypeParam value) { value.unknown; }) {
    auto json = to_json(TypeParam{});
    json.pop_back();
    if (json.back() != '{') json += ',';
    json += R"("zeta":{"a":[1,2.5,null]},"alpha":18446744073709551615})";
    const auto got = from_json<TypeParam>(json);
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->unknown,
              (Unknown{{"zeta", R"({"a":[1,2.5,null]})"}, {"alpha", "18446744073709551615"}}));
    EXPECT_EQ(to_json(*got), json);
  }
}

}  // namespace
}  // namespace parley
