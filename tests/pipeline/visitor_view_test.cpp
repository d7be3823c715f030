// What a customer may see of their own conversation, and what never.
#include "gateway/chat/visitor_view.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace parley::gateway {
namespace {

const PersonId kPerson{"per_00112233445566778899aabbccddeeff"};

std::string url_of(const MediaId& id) { return "/media/shop/" + id.value + "?sig=x"; }

Message message(Direction direction) {
  Message out;
  out.id = {place_id("msg", kPerson, 7)};
  out.direction = direction;
  out.author = {.type = AuthorType::agent, .id = "anna-login", .display_name = "Anna"};
  out.content.emplace_back(Text{.text = "hello"});
  out.fallback_text = "hello";
  out.correlation_id = "INTERNAL-correlation";
  out.attributes["campaign"] = std::string("INTERNAL-attribute");
  out.channel_data = R"({"raw":"INTERNAL-raw"})";
  out.unknown = {{"later", R"("INTERNAL-unknown")"}};
  out.delivery = DeliveryStatus{.state = DeliveryState::queued,
                                .attempts = 2,
                                .error_code = "INTERNAL-code",
                                .error = "INTERNAL-error"};
  return out;
}

// Everything an event can hold, whatever its type, so that nothing gets out by accident.
Event full_event(EventType type, Direction direction = Direction::outbound) {
  Event event;
  event.seq = 7;
  event.type = type;
  event.id = {place_id("evt", kPerson, 7)};
  event.tenant = {"INTERNAL-tenant"};
  event.person = kPerson;
  event.episode = {place_id("eps", kPerson, 1)};
  event.channel = ChannelRef{{"INTERNAL-channel"}, "webchat", "INTERNAL-account"};
  event.identity.emplace().key = {"INTERNAL-scope", "visitor", "INTERNAL-visitor"};
  event.message = message(direction);
  event.control = ControlChange{.from = {HolderKind::bot, "INTERNAL-bot"},
                                .to = {HolderKind::queue, "INTERNAL-queue"},
                                .epoch = 3,
                                .reason = "INTERNAL-reason",
                                .priority = 90};
  event.platform_event.emplace().type = "INTERNAL-platform";
  event.link = PersonLink{.person = kPerson,
                          .other = {"per_INTERNAL"},
                          .reason = "INTERNAL-link",
                          .actor = "INTERNAL-linker"};
  event.decision = DecisionSummary{
      .id = {place_id("dec", kPerson, 7)}, .rule = "INTERNAL-rule", .outcome = "INTERNAL-outcome"};
  event.referral = Referral{.kind = "ad", .code = "INTERNAL-ad", .source = "INTERNAL-source"};
  event.analysis.emplace().sentiment = "negative";
  event.actor = "agent:INTERNAL-actor";
  event.note = "INTERNAL-note";
  event.unknown = {{"later", R"("INTERNAL-event-unknown")"}};
  return event;
}

constexpr std::array kShown{EventType::message_created,       EventType::message_updated,
                            EventType::message_deleted,       EventType::delivery_updated,
                            EventType::message_read,          EventType::conversation_queued,
                            EventType::conversation_assigned, EventType::conversation_closed,
                            EventType::reaction_added,        EventType::reaction_removed};

TEST(VisitorView, EveryEventTypeIsShownOrHiddenOnPurpose) {
  for (int i = 0; i <= static_cast<int>(EventType::platform_event); ++i) {
    const auto type = static_cast<EventType>(i);
    const bool wanted = std::find(kShown.begin(), kShown.end(), type) != kShown.end();
    const auto view = visitor_view(full_event(type), url_of);
    EXPECT_EQ(view.has_value(), wanted) << to_string(type);
    if (!view) continue;
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    ASSERT_EQ(parser.parse(*view).get(root), simdjson::SUCCESS) << *view;
    EXPECT_EQ(std::string_view(root["type"]), to_string(type));
    EXPECT_EQ(std::uint64_t(root["seq"]), 7u);
    for (const std::string_view secret :
         {"INTERNAL", "negative", "dec_", "anna-login", "eps_", "epoch", "priority", "sentiment"}) {
      EXPECT_EQ(view->find(secret), std::string::npos) << secret << " in " << *view;
    }
  }
}

TEST(VisitorView, NotesAndDraftsAreNobodysBusiness) {
  for (const auto type :
       {EventType::message_created, EventType::message_updated, EventType::message_deleted}) {
    EXPECT_FALSE(visitor_view(full_event(type, Direction::internal), url_of)) << to_string(type);
  }
}

TEST(VisitorView, WhatWasRefusedBeforeItWentWasNeverSaid) {
  auto event = full_event(EventType::message_created);
  event.message->delivery->state = DeliveryState::suppressed;
  EXPECT_FALSE(visitor_view(event, url_of));
}

TEST(VisitorView, AnAgentHasANameAndACustomerNone) {
  auto event = full_event(EventType::message_created);
  EXPECT_NE(visitor_view(event, url_of)->find("Anna"), std::string::npos);
  event.message->author.type = AuthorType::customer;
  event.message->author.display_name = "Nickname";
  EXPECT_EQ(visitor_view(event, url_of)->find("Nickname"), std::string::npos);
}

TEST(VisitorView, TheirOwnMessageKeepsTheIdTheyGaveIt) {
  auto event = full_event(EventType::message_created, Direction::inbound);
  event.message->external_id = "client-1";
  EXPECT_NE(visitor_view(event, url_of)->find("client-1"), std::string::npos);
  event.message->direction = Direction::outbound;
  EXPECT_EQ(visitor_view(event, url_of)->find("client-1"), std::string::npos);
}

TEST(VisitorView, MediaAreSignedUrlsAndThePlatformsNamesStay) {
  auto event = full_event(EventType::message_created);
  Media media;
  media.kind = MediaKind::image;
  media.media_id = "med_1";
  media.url = "https://api.platform/bot123:INTERNAL/file";
  media.platform_id = "INTERNAL-file-id";
  media.mime = "image/png";
  Card card;
  card.title = "Shoes";
  card.image_media_id = "med_2";
  Card in_list;
  in_list.title = "Hat";
  in_list.image_media_id = "med_3";
  event.message->content = {media, card, Cards{.items = {in_list}}};
  const auto view = visitor_view(event, url_of);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->find("INTERNAL"), std::string::npos) << *view;
  for (const std::string id : {"med_1", "med_2", "med_3"}) {
    EXPECT_NE(view->find("/media/shop/" + id + "?sig=x"), std::string::npos) << *view;
  }
}

TEST(VisitorView, ADeliveryTellsItsStateAndNothingElse) {
  Event event = full_event(EventType::delivery_updated);
  event.message.reset();
  event.delivery = DeliveryUpdate{.message = {"msg_x"},
                                  .send = {"snd_INTERNAL"},
                                  .status = {.state = DeliveryState::failed,
                                             .attempts = 8,
                                             .error_code = "INTERNAL-45015",
                                             .error = "INTERNAL-text"},
                                  .external_id = "INTERNAL-external"};
  const auto view = visitor_view(event, url_of);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find(R"("message_id":"msg_x")"), std::string::npos) << *view;
  EXPECT_NE(view->find(R"("state":"failed")"), std::string::npos) << *view;
  EXPECT_EQ(view->find("INTERNAL"), std::string::npos) << *view;
}

}  // namespace
}  // namespace parley::gateway
