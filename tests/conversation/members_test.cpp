// A member that a field list forgets would be lost at the first restart, and no round trip of
// values made from the same lists would see it. So the members are counted by the compiler.
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "conversation/detail/record_fields.hpp"

namespace parley {

struct Anything {
  template <class T>
  operator T() const;  // never defined: only asked whether it would compile
};

namespace {

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

template <class T, std::size_t N = 64>
constexpr std::size_t member_count() {
  if constexpr (takes<T>(std::make_index_sequence<N>{})) {
    return N;
  } else {
    return member_count<T, N - 1>();
  }
}

template <class T>
class Counter {
 public:
  template <class M>
  void field(std::string_view name, M T::*) {
    add(name);
  }
  template <class M>
  void shown(std::string_view name, M T::*) {
    add(name);
  }
  template <class M>
  void required(std::string_view name, M T::*) {
    add(name);
  }
  void raw(std::string_view name, std::string T::*) { add(name); }
  void constant(std::string_view name, std::string_view) { names_.insert(name); }
  template <class M>
  void derived(std::string_view name, M T::*, std::string (*)(const M&)) {
    names_.insert(name);
  }
  template <class M>
  void flat(M T::*) {
    ++count_;
  }
  std::size_t count() const { return count_; }
  bool unique() const { return unique_; }

 private:
  void add(std::string_view name) {
    ++count_;
    unique_ = names_.insert(name).second && unique_;
  }
  std::size_t count_ = 0;
  bool unique_ = true;
  std::set<std::string_view> names_;
};

template <class T>
class FieldList : public testing::Test {};
using Types = testing::Types<
    Text, Media, Location, Contact, Link, Action, Card, Cards, FormField, Form, FormResponse,
    Template, Goods, Reaction, Edit, Deletion, ActionResponse, Unsupported, Author, DeliveryStatus,
    Message, IdentityKey, Identity, ChannelRef, Holder, Referral, Analysis, ControlChange,
    DeliveryUpdate, Target, PlatformEvent, PersonLink, DecisionSummary, Event, Control, ReplyWindow,
    Address, SentRef, EpisodeRecord, HeardTurn, State, Send, BotCall, QueueEntry, Assignment,
    DeadLetter, Relay, RuleTrace, ScoredTerm, QueueLoad, Candidate, Trial, DecisionInputs, Decision,
    ContentLevel, AgentPresence, SlaNews, SlaClock, ReplyPolicy, Capabilities>;
TYPED_TEST_SUITE(FieldList, Types);

TYPED_TEST(FieldList, NamesEveryMemberOnce) {
  Counter<TypeParam> counter;
  detail::list_fields(counter, static_cast<const TypeParam*>(nullptr));
  std::size_t others = 0;
  if constexpr (requires(TypeParam value) { value.unknown; }) ++others;
  // These kinds are told by the part's "type".
  if constexpr (std::is_same_v<TypeParam, Media> || std::is_same_v<TypeParam, Cards> ||
                std::is_same_v<TypeParam, Goods>) {
    ++others;
  }
  EXPECT_EQ(counter.count() + others, member_count<TypeParam>());
  EXPECT_TRUE(counter.unique());
}

}  // namespace
}  // namespace parley
