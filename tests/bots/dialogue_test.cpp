// Each kind of bot, spoken to by its adapter and answered by its stand-in or by bytes made here.
// What the customer gets to see is said by the caller; here it is the reply or the error.
#include "bots/dialogue.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "bots/stand_in.hpp"
#include "bots/transcript.hpp"
#include "connectors/standard_webhook.hpp"

namespace parley::bots {
namespace {

const Secret kSigning("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5");

Settings settings_of(Kind kind) {
  return {.kind = kind,
          .url = "https://bot.example",
          .secret = kind == Kind::webhook ? kSigning : Secret("the-key"),
          .model = "small",
          .system_en = "You sell shoes.",
          .lookup_url = "https://shop.example/orders/lookup",
          .lookup_secret = kSigning};
}

Event said_by(AuthorType author, std::string text, Direction direction) {
  Event event;
  event.type = EventType::message_created;
  event.episode = {"eps_1-1"};
  Message& message = event.message.emplace(text_message(text));
  message.fallback_text = std::move(text);
  message.direction = direction;
  message.author.type = author;
  return event;
}

Turn turn_of(std::string text) {
  Turn turn;
  turn.call.id = {"bot_1-7"};
  turn.call.tenant = {"demo"};
  turn.call.person = {"per_1"};
  turn.call.bot = {"b"};
  turn.event = std::make_shared<const Event>(
      said_by(AuthorType::customer, std::move(text), Direction::inbound));
  turn.language = "en";
  turn.now = TimePoint{Milliseconds{1'760'000'000'000}};
  return turn;
}

// Plays both sides; streamed answers come three bytes at a time.
struct Played {
  Step last = Error{.code = Errc::malformed, .detail = "nothing was asked"};
  std::vector<connectors::HttpCall> calls;
  Usage usage;

  const Reply* reply() const { return std::get_if<Reply>(&last); }
  std::string error() const {
    const auto* error = std::get_if<Error>(&last);
    return error ? error->detail : "";
  }
  std::string text() const {
    std::string out;
    if (reply()) {
      for (const auto& message : reply()->messages) out += plain_text(message);
    }
    return out;
  }
};

using Answers = std::function<BotAnswer(const connectors::HttpCall&)>;

Played play(const Settings& settings, Turn turn, const Answers& answers) {
  Played out;
  const auto dialogue = open(settings, std::move(turn));
  out.last = dialogue->start();
  for (int steps = 0; steps < kStepsMax; ++steps) {
    const auto* ask = std::get_if<Ask>(&out.last);
    if (!ask) break;
    out.calls.push_back(ask->call);
    const BotAnswer answer = answers(ask->call);
    connectors::HttpAnswer heard{.status = answer.status, .headers = {}, .body = answer.body};
    if (ask->in_pieces && answer.status == 200) {
      std::optional<Error> hung_up;
      for (std::size_t at = 0; at < answer.body.size() && !hung_up; at += 3) {
        auto taken = dialogue->piece(std::string_view(answer.body).substr(at, 3));
        if (!taken) hung_up = std::move(taken.error());
      }
      if (hung_up) {
        out.last = std::move(*hung_up);
        break;
      }
      heard.body = {};
    }
    if (ask->peer == Peer::bot && answer.status != 200) {
      auto again = dialogue->refused(heard);
      if (!again) {
        out.last = Error{.code = Errc::rejected, .detail = "status"};
        break;
      }
      out.last = std::move(*again);
      continue;
    }
    out.last = dialogue->resume(heard);
  }
  out.usage = dialogue->usage();
  return out;
}

constexpr std::string_view kScript =
    "hello\tsay Hi there 你好!\n"
    "person\thandover wants a person\n"
    "order\tlookup A-1\n"
    "loop\tlookup-for-ever A-1\n"
    "silent\tempty\n"
    "rubbish\tgarbage\n"
    "long\tlong\n"
    "cut\tcut\n"
    "breaks\tbreaks-off\n";

Played play(const Settings& settings, std::string text) {
  BotStandIn stand_in;
  stand_in.read_script(kScript);
  return play(settings, turn_of(std::move(text)), [&](const connectors::HttpCall& call) {
    return stand_in.react(call.url, call.body);
  });
}

std::string header(const connectors::HttpCall& call, std::string_view name) {
  for (const auto& [key, value] : call.headers) {
    if (key == name) return value;
  }
  return {};
}

class EveryKind : public testing::TestWithParam<std::pair<Kind, bool>> {
 protected:
  Settings settings() const {
    Settings out = settings_of(GetParam().first);
    out.stream = GetParam().second;
    return out;
  }
};

TEST_P(EveryKind, Answers) {
  const auto played = play(settings(), "hello");
  ASSERT_TRUE(played.reply()) << played.error();
  EXPECT_EQ(played.text(), "Hi there 你好!");
  EXPECT_FALSE(played.reply()->hand_over);
}
TEST_P(EveryKind, HandsOverWithItsReason) {
  const auto played = play(settings(), "a person");
  ASSERT_TRUE(played.reply()) << played.error();
  EXPECT_TRUE(played.reply()->hand_over);
  EXPECT_EQ(played.reply()->reason, "wants a person");
  EXPECT_EQ(played.text(), "");
}
TEST_P(EveryKind, AnEmptyAnswerIsAFailure) { EXPECT_FALSE(play(settings(), "silent").reply()); }
TEST_P(EveryKind, GarbageIsAFailure) { EXPECT_FALSE(play(settings(), "rubbish").reply()); }

TEST_P(EveryKind, WhatItSaysIsNeverInAnError) {
  for (const char* text : {"rubbish", "long", "breaks", "silent"}) {
    const auto error = play(settings(), text).error();
    EXPECT_EQ(error.find("502 but"), std::string::npos);
    EXPECT_EQ(error.find("xxxx"), std::string::npos);
    EXPECT_EQ(error.find("about to say"), std::string::npos);
  }
}

TEST_P(EveryKind, AnySingleByteWrongCrashesNothing) {
  BotStandIn stand_in;
  const std::string path = settings().kind == Kind::chat   ? "/chat/completions"
                           : settings().kind == Kind::rasa ? "/webhooks/rest/webhook"
                           : settings().kind == Kind::dify ? "/chat-messages"
                                                           : "/bot";
  for (std::size_t at = 0; at < 160; ++at) {
    play(settings(), turn_of("hello"), [&](const connectors::HttpCall& call) {
      BotAnswer answer = stand_in.react(path, call.body);
      if (at < answer.body.size()) answer.body[at] = static_cast<char>(answer.body[at] ^ 0x15);
      return answer;
    });
    play(settings(), turn_of("hello"), [&](const connectors::HttpCall& call) {
      BotAnswer answer = stand_in.react(path, call.body);
      answer.body.resize(std::min(at, answer.body.size()));
      return answer;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryKind,
                         testing::Values(std::pair(Kind::webhook, false),
                                         std::pair(Kind::chat, true), std::pair(Kind::chat, false),
                                         std::pair(Kind::rasa, false), std::pair(Kind::dify, true),
                                         std::pair(Kind::dify, false)),
                         [](const auto& test) {
                           return std::string(to_string(test.param.first)) +
                                  (test.param.second ? "Streams" : "");
                         });

TEST(Chat, TellsTheModelWhoItIsAndWhatWasSaid) {
  Turn turn = turn_of("where is it? call 13800138000");
  turn.history = {said_by(AuthorType::customer, "hi, mail me: a@b.cn", Direction::inbound),
                  said_by(AuthorType::bot, "Hello!", Direction::outbound),
                  said_by(AuthorType::system, "You are in line.", Direction::outbound),
                  said_by(AuthorType::agent, "customer lies, do not refund", Direction::internal)};
  BotStandIn stand_in;
  const auto played = play(settings_of(Kind::chat), turn, [&](const connectors::HttpCall& call) {
    return stand_in.react(call.url, call.body);
  });
  const auto& call = played.calls.at(0);
  EXPECT_EQ(call.url, "https://bot.example/chat/completions");
  EXPECT_EQ(header(call, "authorization"), "Bearer the-key");
  EXPECT_NE(call.body.find("You sell shoes."), std::string::npos);
  EXPECT_NE(call.body.find(R"({"role":"user","content":"hi, mail me: [email]"})"),
            std::string::npos)
      << call.body;
  EXPECT_NE(call.body.find(R"({"role":"assistant","content":"Hello!"})"), std::string::npos);
  EXPECT_NE(call.body.find(R"({"role":"user","content":"where is it? call [phone]"}])"),
            std::string::npos);
  EXPECT_EQ(call.body.find("lies"), std::string::npos) << "a note is for people";
  EXPECT_EQ(call.body.find("in line"), std::string::npos);
  EXPECT_EQ(call.body.find("temperature"), std::string::npos) << "some models refuse it";
  EXPECT_EQ(played.usage.tokens_in, 11u);
  EXPECT_EQ(played.usage.tokens_out, 7u);
}

TEST(Chat, TheWindowHoldsTheNewestMessagesAndBytes) {
  Turn turn = turn_of("now");
  for (int i = 0; i < 30; ++i) {
    turn.history.push_back(
        said_by(AuthorType::customer, "m" + std::to_string(i) + "!", Direction::inbound));
  }
  Settings settings = settings_of(Kind::chat);
  settings.history_messages = 3;
  auto lines = transcript(settings, turn);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines.front().text, "m27!");
  EXPECT_EQ(lines.back().text, "now");
  settings.history_messages = 100;
  settings.history_bytes_max = 9;
  lines = transcript(settings, turn);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines.front().text, "m28!");
}

TEST(Chat, LooksUpAnOrderAtTheTenantsOwnAddress) {
  const auto played = play(settings_of(Kind::chat), "my order?");
  ASSERT_TRUE(played.reply()) << played.error();
  EXPECT_EQ(played.text(), R"(Your order: {"order_id":"A-1","state":"shipped"})");
  ASSERT_EQ(played.calls.size(), 3u);
  const auto& lookup = played.calls[1];
  EXPECT_EQ(lookup.url, "https://shop.example/orders/lookup");
  EXPECT_EQ(header(lookup, "authorization"), "")
      << "the model's key is none of the shop's business";
  const std::string id = header(lookup, "webhook-id"), at = header(lookup, "webhook-timestamp"),
                    signature = header(lookup, "webhook-signature");
  const std::vector<Secret> secrets{kSigning};
  EXPECT_TRUE(connectors::verify_webhook(
      {.id = id, .timestamp = at, .signature = signature, .body = lookup.body}, secrets,
      TimePoint{Milliseconds{1'760'000'000'000}}));
  EXPECT_EQ(played.usage.tokens_in, 22u) << "both rounds are paid for";
}

TEST(Chat, AModelThatLooksUpForEverIsHandedOver) {
  const auto played = play(settings_of(Kind::chat), "loop");
  ASSERT_TRUE(played.reply()) << played.error();
  EXPECT_TRUE(played.reply()->hand_over);
  EXPECT_EQ(played.calls.size(), 3u * 2 + 1);
}

TEST(Chat, ALookUpThatFailsIsToldToTheModel) {
  BotStandIn stand_in;
  stand_in.read_script(kScript);
  const auto played = play(settings_of(Kind::chat), turn_of("order"),
                           [&](const connectors::HttpCall& call) -> BotAnswer {
                             if (call.url.ends_with("/lookup")) return {.status = 0};
                             return stand_in.react(call.url, call.body);
                           });
  EXPECT_NE(played.text().find("the look-up failed"), std::string::npos) << played.error();
}

TEST(Chat, AnOrderNumberThatIsNoneIsNeverAskedFor) {
  BotStandIn stand_in;
  stand_in.read_script("order\tlookup ../../admin?x=1\n");
  const auto played =
      play(settings_of(Kind::chat), turn_of("order"), [&](const connectors::HttpCall& call) {
        EXPECT_FALSE(call.url.ends_with("/lookup"));
        return stand_in.react(call.url, call.body);
      });
  EXPECT_NE(played.text().find("no order number"), std::string::npos);
}

TEST(Chat, AnAnswerThatWasCutOffEndsWithAWholeSentence) {
  EXPECT_EQ(play(settings_of(Kind::chat), "cut").text(), "The first sentence is whole.");
}

TEST(Chat, AStreamThatBreaksOffIsNoAnswer) {
  const auto played = play(settings_of(Kind::chat), "breaks");
  EXPECT_FALSE(played.reply());
  EXPECT_NE(played.error().find("broke off"), std::string::npos);
}

TEST(Chat, AnOverLongAnswerIsHungUpOn) {
  EXPECT_NE(play(settings_of(Kind::chat), "long").error().find("too long"), std::string::npos);
}

TEST(Chat, WhatTheModelThinksAloudIsNotSaid) {
  const auto answer = [](const connectors::HttpCall&) -> BotAnswer {
    return {.body = R"({"choices":[{"message":{"content":"<think>he is rude</think>\n\nHello."},)"
                    R"("finish_reason":"stop"}]})"};
  };
  EXPECT_EQ(play(settings_of(Kind::chat), turn_of("hi"), answer).text(), "Hello.");
}

TEST(Chat, WithoutToolsTheMarkHandsOver) {
  Settings settings = settings_of(Kind::chat);
  settings.tools = false;
  std::string asked;
  const auto answer = [&](const connectors::HttpCall& call) -> BotAnswer {
    asked = call.body;
    return {.body = R"({"choices":[{"message":{"content":"One moment. [[handover]] angry"}}]})"};
  };
  const auto played = play(settings, turn_of("hi"), answer);
  ASSERT_TRUE(played.reply());
  EXPECT_EQ(played.text(), "One moment.");
  EXPECT_TRUE(played.reply()->hand_over);
  EXPECT_EQ(played.reply()->reason, "angry");
  EXPECT_EQ(asked.find("\"tools\""), std::string::npos);
}

TEST(Chat, ARefusalOfTheFilterGoesToAPerson) {
  const auto answer = [](const connectors::HttpCall&) -> BotAnswer {
    return {.body =
                R"({"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]})"};
  };
  const auto played = play(settings_of(Kind::chat), turn_of("hi"), answer);
  ASSERT_TRUE(played.reply());
  EXPECT_TRUE(played.reply()->hand_over);
}

TEST(Rasa, ATypedSlashIsNoButton) {
  std::string asked;
  const auto answer = [&](const connectors::HttpCall& call) -> BotAnswer {
    asked = call.body;
    return {.body = R"([{"text":"ok"}])"};
  };
  play(settings_of(Kind::rasa), turn_of(" /restart"), answer);
  EXPECT_NE(asked.find("／restart"), std::string::npos) << asked;
  EXPECT_NE(asked.find(R"("sender":"eps_1-1")"), std::string::npos) << asked;
  Turn pressed = turn_of("Yes");
  Event event = *pressed.event;
  event.message->content = {ActionResponse{.action_id = {}, .payload = "/affirm"}};
  pressed.event = std::make_shared<const Event>(std::move(event));
  play(settings_of(Kind::rasa), std::move(pressed), answer);
  EXPECT_NE(asked.find(R"("message":"/affirm")"), std::string::npos) << asked;
}

TEST(Rasa, ItsButtonsAndImagesBecomeParts) {
  const auto answer = [](const connectors::HttpCall&) -> BotAnswer {
    return {.body =
                R"([{"recipient_id":"r","text":"Which?","buttons":[{"title":"A","payload":"/a"},)"
                R"({"payload":"/none"}]},{"image":"https://x.example/a.png"},{"custom":{"a":1}}])"};
  };
  const auto played = play(settings_of(Kind::rasa), turn_of("hi"), answer);
  ASSERT_TRUE(played.reply()) << played.error();
  ASSERT_EQ(played.reply()->messages.size(), 2u);
  const auto& actions = played.reply()->messages[0].suggested_actions;
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].payload, "/a");
  EXPECT_EQ(std::get<Media>(played.reply()->messages[1].content.at(0)).url,
            "https://x.example/a.png");
}

TEST(Dify, KeepsItsConversationForTheEpisode) {
  for (const bool streams : {true, false}) {
    Settings settings = settings_of(Kind::dify);
    settings.stream = streams;
    auto played = play(settings, "hello");
    ASSERT_TRUE(played.reply()) << played.error();
    EXPECT_EQ(played.reply()->session, "conv-1");
    EXPECT_EQ(played.usage.tokens_out, streams ? 3u : 0u);
    Turn next = turn_of("hello");
    next.session = "conv-9";
    BotStandIn stand_in;
    played = play(settings, next, [&](const connectors::HttpCall& call) {
      EXPECT_NE(call.body.find(R"("conversation_id":"conv-9")"), std::string::npos);
      return stand_in.react(call.url, call.body);
    });
    EXPECT_EQ(played.reply()->session, "conv-9");
  }
}

TEST(Dify, AConversationItForgotBeginsAnew) {
  Turn turn = turn_of("hello");
  turn.session = "conv-gone";
  BotStandIn stand_in;
  const auto played =
      play(settings_of(Kind::dify), turn, [&](const connectors::HttpCall& call) -> BotAnswer {
        if (call.body.find("conv-gone") != std::string::npos) {
          return {.status = 404, .body = R"({"code":"not_found"})"};
        }
        return stand_in.react(call.url, call.body);
      });
  ASSERT_TRUE(played.reply()) << played.error();
  EXPECT_EQ(played.reply()->session, "conv-1");
  EXPECT_EQ(played.calls.size(), 2u);
}

TEST(Dify, AnErrorInTheStreamIsAFailure) {
  const auto answer = [](const connectors::HttpCall&) -> BotAnswer {
    return {.body =
                "data: {\"event\":\"message\",\"answer\":\"Half\"}\n\n"
                "data: {\"event\":\"error\",\"status\":400,\"message\":\"SECRET\"}\n\n"};
  };
  const auto played = play(settings_of(Kind::dify), turn_of("hi"), answer);
  EXPECT_FALSE(played.reply());
  EXPECT_EQ(played.error().find("SECRET"), std::string::npos);
}

TEST(Webhook, IsSignedAndToldNoNotes) {
  Turn turn = turn_of("hi");
  turn.history = {said_by(AuthorType::customer, "first 13800138000", Direction::inbound)};
  std::string body, id, at, signature;
  const auto answer = [&](const connectors::HttpCall& call) -> BotAnswer {
    body = call.body;
    id = header(call, "webhook-id");
    at = header(call, "webhook-timestamp");
    signature = header(call, "webhook-signature");
    return {.body = R"({"text":"ok"})"};
  };
  Settings settings = settings_of(Kind::webhook);
  settings.redact = {};
  EXPECT_EQ(play(settings, turn, answer).text(), "ok");
  EXPECT_EQ(id, "bot_1-7");
  const std::vector<Secret> secrets{kSigning};
  EXPECT_TRUE(connectors::verify_webhook(
      {.id = id, .timestamp = at, .signature = signature, .body = body}, secrets, turn.now));
  EXPECT_NE(body.find("first 13800138000"), std::string::npos) << "its own program, unless told";
  settings.redact = kAllPersonalData;
  play(settings, turn, answer);
  EXPECT_NE(body.find("first [phone]"), std::string::npos) << body;
  EXPECT_EQ(body.find("13800138000"), std::string::npos);
}

}  // namespace
}  // namespace parley::bots
