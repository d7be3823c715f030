// What an erased event keeps, over every event the round-trip tests know.
#include "conversation/erasure.hpp"

#include <gtest/gtest.h>

#include "conversation/codec.hpp"

namespace parley {
namespace {

Event full_event() {
  Event event;
  event.seq = 7;
  event.type = EventType::message_created;
  event.tenant = {"demo"};
  event.person = person_id_of({"demo"}, {"web", "visitor", "v1"});
  event.id = {place_id("evt", event.person, 7)};
  event.received_at = TimePoint{Milliseconds{1'760'000'000'000}};
  event.channel = ChannelRef{.id = {"web"}, .platform = "webchat", .account = "shop"};
  event.identity = Identity{.key = {"web", "visitor", "SECRET1"},
                            .union_id = "SECRET2",
                            .display_name = "SECRET3",
                            .username = "SECRET4",
                            .avatar_url = "SECRET5"};
  Message& message = event.message.emplace();
  message.id = {place_id("msg", event.person, 7)};
  message.author = {.type = AuthorType::customer, .id = "SECRET6", .display_name = "SECRET7"};
  message.external_id = "SECRET8";
  message.reply_to = "SECRET9";
  message.content = {Text{.text = "SECRET10"}, Media{.media_id = "SECRET11", .name = "SECRET12"}};
  message.fallback_text = "SECRET13";
  message.attributes["SECRET14"] = std::string("SECRET15");
  message.channel_data = R"({"a":"SECRET16"})";
  message.delivery = DeliveryStatus{.state = DeliveryState::failed, .error = "SECRET17"};
  event.delivery =
      DeliveryUpdate{.status = {.state = DeliveryState::read}, .external_id = "SECRET18"};
  event.control = ControlChange{.from = {HolderKind::bot, "faq"},
                                .to = {HolderKind::queue, "vip"},
                                .epoch = 3,
                                .reason = "SECRET19"};
  event.target = Target{.message = "SECRET20", .text = "SECRET21"};
  event.platform_event = PlatformEvent{.type = "SECRET22", .key = "SECRET23"};
  event.link = PersonLink{.person = event.person, .reason = "SECRET24"};
  event.decision = DecisionSummary{.rule = "SECRET25", .outcome = "SECRET26"};
  event.referral = Referral{.code = "SECRET27", .source = "SECRET28"};
  event.analysis = Analysis{.sentiment = "SECRET29", .language = "SECRET30"};
  event.note = "SECRET31";
  event.unknown.emplace_back("newer", R"("SECRET32")");
  return event;
}

TEST(ErasedEvent, KeepsItsPlaceAndNoContent) {
  const auto event = full_event();
  const auto left = erased(event);
  const auto json = to_json(left);
  EXPECT_EQ(json.find("SECRET"), std::string::npos) << json;
  EXPECT_EQ(left.seq, event.seq);
  EXPECT_EQ(left.type, event.type);
  EXPECT_EQ(left.id, event.id);
  EXPECT_EQ(left.received_at, event.received_at);
  EXPECT_EQ(left.person, event.person);
  EXPECT_EQ(left.channel, event.channel);
  EXPECT_EQ(left.control->to, event.control->to);
  EXPECT_EQ(left.control->epoch, 3u);
  EXPECT_EQ(left.delivery->status.state, DeliveryState::read);
  EXPECT_NE(json.find(R"("erased":true)"), std::string::npos);
  EXPECT_EQ(erased(left), left) << "to erase again changes nothing";
}

TEST(ErasedEvent, IsReadBack) {
  const auto left = erased(full_event());
  const auto back = from_stored<Event>(to_stored(left));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, left);
}

TEST(ErasedEvent, NamesAreLearntOnTheWay) {
  PersonalNames names;
  collect_names(full_event(), names);
  EXPECT_TRUE(names.ids.contains("SECRET1"));
  EXPECT_TRUE(names.ids.contains("SECRET2"));
  EXPECT_TRUE(names.ids.contains("SECRET8"));
  EXPECT_TRUE(names.ids.contains("SECRET18"));
  EXPECT_TRUE(names.media.contains("SECRET11"));
}

TEST(ErasedThrough, IsAMemberOfTheState) {
  State state;
  EXPECT_EQ(erased_through(state), 0u);
  EXPECT_FALSE(is_erased_place(state, "rel_x-1"));
  set_erased_through(state, 12);
  set_erased_through(state, 15);
  EXPECT_EQ(erased_through(state), 15u);
  EXPECT_EQ(state.unknown.size(), 1u);
  EXPECT_TRUE(is_erased_place(state, "rel_x-15"));
  EXPECT_FALSE(is_erased_place(state, "rel_x-16"));
  for (const auto* id : {"", "-", "rel_x", "rel_x-", "rel_x-1x", "rel_x-99999999999999999999"}) {
    EXPECT_FALSE(is_erased_place(state, id)) << id;
  }
}

}  // namespace
}  // namespace parley
