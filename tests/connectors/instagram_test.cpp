// What Instagram has of its own; the rest is tested with Messenger, which it shares.
#include <gtest/gtest.h>

#include "tests/connectors/instagram_support.hpp"

namespace parley::connectors {
namespace {

using namespace instagram_support;

TEST(InstagramParse, PeopleAreTheAccountsOwn) {
  const auto parsed = tell(R"("message":{"mid":"m_1","text":"hi"})");
  EXPECT_EQ(only(parsed).identity.key, (IdentityKey{"ch1", "instagram", "42"}));
  EXPECT_EQ(only(parsed).account, "100200300");
  EXPECT_EQ(only(parsed).opens_window, "user_message");
}

TEST(InstagramParse, PagesAreAnotherPlatform) {
  const auto body = entry_with(event(R"("message":{"mid":"m_1","text":"hi"})"));
  EXPECT_TRUE(parse(inbox_support::webhook("page", body)).events.empty());
}

TEST(InstagramParse, AHeartIsSeenAsOne) {
  const auto parsed = tell(R"("message":{"mid":"m_1","attachments":[{"type":"like_heart"}]})");
  const auto& media = std::get<Media>(said(only(parsed)).content.at(0));
  EXPECT_EQ(media.kind, MediaKind::sticker);
  EXPECT_EQ(media.emoji, "❤️");
  EXPECT_EQ(said(only(parsed)).fallback_text, "❤️");
}

TEST(InstagramParse, AStoryMentionShowsTheWayToTheStory) {
  const auto parsed = tell(
      R"("message":{"mid":"m_1","attachments":[{"type":"story_mention","payload":{
          "url":"https://x.example/story"}}]})");
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(std::get<Unsupported>(content[0]).provider_type, "story_mention");
  EXPECT_EQ(std::get<Link>(content[1]).url, "https://x.example/story");
}

TEST(InstagramParse, AnAnswerToAStoryNamesIt) {
  const auto parsed = tell(
      R"("message":{"mid":"m_1","text":"nice","reply_to":{"story":{"id":"9",
          "url":"https://x.example/story"}}})");
  const auto& message = said(only(parsed));
  ASSERT_EQ(message.content.size(), 2u);
  EXPECT_EQ(std::get<Text>(message.content[0]).text, "nice");
  EXPECT_EQ(std::get<Link>(message.content[1]).url, "https://x.example/story");
  EXPECT_NE(message.channel_data.find("story"), std::string::npos);
}

TEST(InstagramParse, SharedPostsAndReelsAreShown) {
  const auto parsed = tell(
      R"("message":{"mid":"m_1","attachments":[{"type":"share","payload":{
          "url":"https://x.example/p"}},{"type":"ig_reel","payload":{"title":"Reel",
          "url":"https://x.example/r.mp4"}},{"type":"ephemeral"}]})");
  const auto& content = said(only(parsed)).content;
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(std::get<Link>(content[0]).url, "https://x.example/p");
  EXPECT_EQ(std::get<Media>(content[1]).kind, MediaKind::video);
  EXPECT_EQ(std::get<Unsupported>(content[2]).provider_type, "ephemeral");
}

TEST(InstagramParse, WordsToOneselfAreNoCustomers) {
  const auto parsed = tell(R"("message":{"mid":"m_1","text":"note","is_self":true})");
  EXPECT_EQ(signal(only(parsed)).platform_event.type, "echo");
}

TEST(InstagramParse, ReadsNameTheirMessage) {
  const auto parsed = tell(R"("read":{"mid":"m_8"})");
  EXPECT_EQ(signal(only(parsed)).type, EventType::message_read);
  EXPECT_EQ(signal(only(parsed)).target->message, "m_8");
}

TEST(InstagramSend, TextIsCountedInBytes) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "好";  // 1500 bytes
  const auto done = talk(send_of({Text{.text = text}}), {sent("m_1"), sent("m_2")});
  EXPECT_EQ(done.calls.size(), 2u);
}

TEST(InstagramSend, GoesWhereTheLoginSays) {
  auto over = channel();
  const auto first = [&over] {
    return graph_support::talk(entry(), over, send_of({Text{.text = "hi"}}), {sent("m_1")})
        .calls.at(0)
        .url;
  };
  EXPECT_TRUE(first().starts_with("https://graph.facebook.com/v25.0/me/messages?"));
  over.settings["login"] = "instagram";
  EXPECT_TRUE(first().starts_with("https://graph.instagram.com/v25.0/me/messages?"));
  over.api_base = "http://127.0.0.1:9";
  EXPECT_TRUE(first().starts_with("http://127.0.0.1:9/v25.0/me/messages?"));
}

TEST(InstagramSend, NothingCanBeTappedAfterTheWindow) {
  auto send = send_of({Text{.text = "hi"}},
                      {action(ActionType::reply, "Yes"), action(ActionType::postback, "No")});
  send.message.author.type = AuthorType::agent;
  const auto late = talk(send, {sent("m_1")});
  ASSERT_EQ(late.calls.size(), 1u);
  EXPECT_EQ(late.calls[0].body,
            R"({"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","recipient":{"id":"42"},)"
            R"("message":{"text":"hi"}})");
  EXPECT_EQ(std::get<Sent>(late.end).degraded.size(), 2u);
  send.window_ends_at = TimePoint{} + Milliseconds(1);
  const auto soon = talk(send, {sent("m_1")});
  EXPECT_NE(soon.calls.at(0).body.find("quick_replies"), std::string::npos);
  EXPECT_TRUE(std::get<Sent>(soon.end).degraded.empty());
}

TEST(InstagramSend, UploadsSayForWhom) {
  Media file = media(MediaKind::image, "", "image/png");
  file.media_id = "med_00000000000000000000000000000001";
  const auto done = talk(send_of({file}), {{200, R"({"attachment_id":"1"})"}, sent("m_1")});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(form_value(done.calls[0].body, "platform"), "instagram");
}

TEST(InstagramSend, HasNoButtonsThatCall) {
  auto call = action(ActionType::call, "Call");
  call.phone = "+49";
  const auto done = talk(send_of({Text{.text = "hi"}}, {call}), {sent("m_1")});
  EXPECT_EQ(done.calls.at(0).body.find("phone_number"), std::string::npos);
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 1u);
}

}  // namespace
}  // namespace parley::connectors
