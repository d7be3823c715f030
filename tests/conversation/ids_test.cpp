#include "conversation/ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace parley {
namespace {

struct FrozenCase {
  TenantId tenant;
  IdentityKey identity;
  std::string_view person;
  unsigned partition;
};

// FROZEN. Rows on disks carry these: a failure here is a change that loses every customer's
// history, whatever the reason for it. Never change an expectation.
const FrozenCase kFrozen[] = {
    {{"demo"}, {"web", "visitor", "v-1"}, "per_2a2e6687cdc661a2f912b5566833c837", 499},
    {{"demo"},
     {"shop-oa", "wechat_openid", "oAbC_123-x"},
     "per_6c358c13ab63ca6116ead91f85d1d033",
     29},
    {{"acme"}, {"user", "user", "crm-1"}, "per_8bc29f67c8df4588b31dfd23604f22de", 657},
    {{"demo"}, {"w", "ebvisitor", "v-1"}, "per_49f2ec8a98e3f6eb32912a60e9dcb5dd", 820},
    {{""}, {"", "", ""}, "per_8538098a725acce2a400276987f13475", 255},
    {{"demo"}, {"web", "visitor", "\u4f60"}, "per_ab6cc50fa2a31320a9fd85c4093c2426", 843},
    {{"acme"}, {"web", "visitor", "v-1"}, "per_7ca7540cb8d0340f83b6e88783c68e55", 931},
};

TEST(PersonIdOf, IsFrozen) {
  for (const auto& c : kFrozen) EXPECT_EQ(person_id_of(c.tenant, c.identity).value, c.person);
}

TEST(PartitionOf, IsFrozen) {
  ASSERT_EQ(kPartitionCount, 1024u);
  for (const auto& c : kFrozen) {
    EXPECT_EQ(partition_of(c.tenant, {std::string(c.person)}), c.partition);
  }
}

TEST(PartitionOf, SpreadsPersonsEvenly) {
  std::vector<unsigned> load(kPartitionCount);
  constexpr unsigned kPersons = 102'400;
  for (unsigned i = 0; i < kPersons; ++i) {
    const auto person = person_id_of({"demo"}, {"web", "visitor", std::to_string(i)});
    const unsigned partition = partition_of({"demo"}, person);
    ASSERT_LT(partition, kPartitionCount);
    ++load[partition];
  }
  // 100 expected in each, standard deviation 10: six of them either way.
  const auto [least, most] = std::ranges::minmax(load);
  EXPECT_GT(least, 40u);
  EXPECT_LT(most, 160u);
}

const PersonId kPerson = {"per_2a2e6687cdc661a2f912b5566833c837"};

TEST(ConversationOf, SharesTheDigitsAndComesBack) {
  EXPECT_EQ(conversation_of(kPerson).value, "cnv_2a2e6687cdc661a2f912b5566833c837");
  EXPECT_EQ(person_of(conversation_of(kPerson)), kPerson);
  EXPECT_EQ(conversation_of({}).value, "");
  for (const char* bad :
       {"", "cnv_", "per_2a2e6687cdc661a2f912b5566833c837", "cnv_2a2e6687cdc661a2f912b5566833c83",
        "cnv_2a2e6687cdc661a2f912b5566833c8377", "cnv_2A2E6687CDC661A2F912B5566833C837",
        "cnv_2a2e6687cdc661a2f912b5566833c83/"}) {
    EXPECT_FALSE(person_of({bad})) << bad;
  }
}

TEST(IsPersonId, KnowsThem) {
  EXPECT_TRUE(is_person_id(kPerson.value));
  for (const char* bad :
       {"", "per_", "cnv_2a2e6687cdc661a2f912b5566833c837", "per_2a2e6687cdc661a2f912b5566833c83g",
        "per_../../../../etc/passwd0000", "per_2a2e6687cdc661a2f912b5566833c837 "}) {
    EXPECT_FALSE(is_person_id(bad)) << bad;
  }
}

TEST(PlaceId, ComesBack) {
  for (const std::uint64_t seq : {std::uint64_t{1}, std::uint64_t{9}, std::uint64_t{10},
                                  std::uint64_t{4711}, std::numeric_limits<std::uint64_t>::max()}) {
    const auto id = place_id("msg", kPerson, seq);
    const auto place = parse_place("msg", id);
    ASSERT_TRUE(place) << id;
    EXPECT_EQ(place->person, kPerson);
    EXPECT_EQ(place->seq, seq);
  }
  EXPECT_EQ(place_id("msg", kPerson, 7), "msg_2a2e6687cdc661a2f912b5566833c837-7");
}

TEST(ParsePlace, RefusesEverythingElse) {
  const std::string good = "msg_2a2e6687cdc661a2f912b5566833c837-7";
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(parse_place("msg", good.substr(0, size))) << size;
  }
  for (const char* bad :
       {"evt_2a2e6687cdc661a2f912b5566833c837-7", "msg-2a2e6687cdc661a2f912b5566833c837-7",
        "msg_2a2e6687cdc661a2f912b5566833c837_7", "msg_2A2e6687cdc661a2f912b5566833c837-7",
        "msg_2a2e6687cdc661a2f912b5566833c83-77", "msg_2a2e6687cdc661a2f912b5566833c837--7",
        "msg_2a2e6687cdc661a2f912b5566833c837-+7", "msg_2a2e6687cdc661a2f912b5566833c837- 7",
        "msg_2a2e6687cdc661a2f912b5566833c837-07", "msg_2a2e6687cdc661a2f912b5566833c837-0",
        "msg_2a2e6687cdc661a2f912b5566833c837-7 ", "msg_2a2e6687cdc661a2f912b5566833c837-7a",
        "msg_2a2e6687cdc661a2f912b5566833c837-0x7",
        "msg_2a2e6687cdc661a2f912b5566833c837-18446744073709551616",
        "msg_2a2e6687cdc661a2f912b5566833c837-99999999999999999999999999",
        "msg_../../../../../../../etc/passwd0-7"}) {
    EXPECT_FALSE(parse_place("msg", bad)) << bad;
  }
}

}  // namespace
}  // namespace parley
