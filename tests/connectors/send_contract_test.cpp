// What every connector must hold of a message on its way out, over every platform that can be
// simulated, in each of its modes: nothing is lost in silence, and no text is cut where it hurts.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "connectors/text_split.hpp"
#include "tests/connectors/stand_in_player.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

// Words that look the same in JSON, XML and a form.
struct PartRow {
  const char* name;
  Part part;
  std::vector<std::string> marks;  // a customer who can read any of them has been told
  bool needs_words = true;         // false: has none for a customer; may be left out, with a reason
};

Action action(ActionType type, std::string title) {
  Action made;
  made.type = type;
  made.title = std::move(title);
  made.payload = "markpayload";
  made.url = "https://example.com/markurl";
  made.phone = "+4915550100";
  return made;
}

Media media(MediaKind kind, std::string name, std::string mime) {
  Media made;
  made.kind = kind;
  made.url = "https://example.com/mark" + name;
  made.name = "mark" + name;
  made.mime = std::move(mime);
  made.size_bytes = 1000;
  made.duration_ms = 2000;
  return made;
}

Card card(std::string title) {
  Card made;
  made.title = std::move(title);
  made.text = "marktext";
  made.image_url = "https://example.com/markpicture.jpg";
  made.actions = {action(ActionType::reply, "markyes")};
  return made;
}

Media sticker() {
  Media made = media(MediaKind::sticker, "cat.webp", "image/webp");
  made.emoji = "\U0001F431";
  return made;
}

Media stored() {
  Media made;
  made.kind = MediaKind::image;
  made.media_id = "med_0123456789abcdef0123456789abcdef";
  made.name = "markours.png";
  made.mime = "image/png";
  made.size_bytes = 1000;
  return made;
}

Unsupported unsupported() {
  Unsupported made;
  made.provider_type = "markshop";
  return made;
}

std::vector<PartRow> parts() {
  const Goods goods{.kind = GoodsKind::product,
                    .id = "marksku",
                    .title = "markgoods",
                    .price = "7",
                    .image_url = {},
                    .status = {},
                    .url = "https://example.com/markgoods"};
  Template approved;
  approved.name = "markname";
  approved.language = "en";
  approved.url = "https://example.com/markurl";
  const Form form{.fields = {{.name = "n", .label = "marklabel", .input = "text", .options = {}}}};
  return {
      {"Markdown", Text{.text = "*markwords*", .format = TextFormat::markdown}, {"markwords"}},
      {"Html", Text{.text = "<b>markwords</b>", .format = TextFormat::html}, {"markwords"}},
      {"Image", media(MediaKind::image, "a.jpg", "image/jpeg"), {"marka.jpg"}},
      {"StoredImage", stored(), {"markours.png", "med_0123456789abcdef"}, false},
      {"File", media(MediaKind::file, "a.pdf", "application/pdf"), {"marka.pdf"}},
      {"Audio", media(MediaKind::audio, "a.mp3", "audio/mpeg"), {"marka.mp3"}},
      {"Voice", media(MediaKind::voice, "a.ogg", "audio/ogg"), {"marka.ogg"}},
      {"Video", media(MediaKind::video, "a.mp4", "video/mp4"), {"marka.mp4"}},
      {"Sticker", sticker(), {"markcat.webp", "\U0001F431", "%F0%9F%90%B1"}},
      {"Location",
       Location{
           .latitude = 31.25, .longitude = 121.5, .name = "markplace", .address = "markstreet"},
       {"markplace", "markstreet", "31.25"}},
      {"Contact",
       Contact{.name = "markann", .phones = {"+4915550100"}, .emails = {}},
       {"markann", "15550100"}},
      {"Link",
       Link{.url = "https://example.com/markurl",
            .title = "marktitle",
            .description = "markmore",
            .image_url = {}},
       {"markurl", "marktitle"}},
      {"Card", card("markcard"), {"markcard"}},
      {"Carousel",
       Cards{.layout = CardsLayout::carousel, .items = {card("markcard"), card("markother")}},
       {"markother"}},
      {"List",
       Cards{.layout = CardsLayout::list, .items = {card("markcard"), card("markother")}},
       {"markother"}},
      {"Form", form, {"marklabel"}},
      {"Goods", goods, {"markgoods", "marksku"}},
      {"Edit", Edit{.target = "m1", .text = "markedit"}, {"markedit"}},
      {"Template", approved, {"markname"}, false},
      {"FormResponse", FormResponse{.values = {{"a", "markvalue"}}}, {"markvalue"}, false},
      {"Reaction", Reaction{.target = "m1", .emoji = "\U0001F44D"}, {"\U0001F44D"}, false},
      {"Deletion", Deletion{.target = "m1"}, {"m1"}, false},
      {"ActionResponse",
       ActionResponse{.action_id = "a", .payload = "b", .title = "markchosen"},
       {"markchosen"},
       false},
      {"Unsupported", unsupported(), {"markshop"}, false},
  };
}

struct Outcome {
  std::variant<Sent, Push, Error> ended;
  std::vector<AcceptedSend> taken;
  std::string bytes;  // of all calls

  bool shows(const std::vector<std::string>& marks) const {
    return std::ranges::any_of(marks, [&](const std::string& mark) {
      return bytes.contains(mark) || std::ranges::any_of(taken, [&](const AcceptedSend& send) {
               return send.text.contains(mark);
             });
    });
  }
  std::vector<std::string> reasons() const {
    const auto* sent = std::get_if<Sent>(&ended);
    return sent ? sent->degraded : std::vector<std::string>();
  }
  std::string failure() const {
    const auto* error = std::get_if<Error>(&ended);
    return error ? std::string(to_string(error->code)) + ": " + error->detail : std::string();
  }
};

class SendContract : public StandInPlayer {
 protected:
  // A send to a platform that answers everything alike.
  std::variant<Sent, Push, Error> end_of(const Send& send, const HttpAnswer& answer) const {
    SendDialogue dialogue(entry(), channel(), send);
    auto next = dialogue.begin(kNow);
    for (int i = 0; i < 20; ++i) {
      if (std::holds_alternative<SendDialogue::NeedToken>(next)) {
        next = dialogue.give_token("token-" + std::to_string(i), kNow);
      } else if (std::holds_alternative<HttpCall>(next)) {
        next = dialogue.give_answer(answer, kNow);
      } else if (auto* error = std::get_if<Error>(&next)) {
        return std::move(*error);
      } else if (auto* push = std::get_if<Push>(&next)) {
        return std::move(*push);
      } else {
        return std::move(std::get<Sent>(next));
      }
    }
    ADD_FAILURE() << "the send does not end";
    return Sent{};
  }

  // A medium may stay behind where the capabilities say so: who listens to a call sees no picture.
  bool must_be_read(const PartRow& row) const {
    const auto& content = connector().capabilities().content;
    const auto level = std::ranges::find(content, part_type(row.part), &ContentLevel::type);
    const bool none = level == content.end() || level->level == Level::none;
    return row.needs_words && !(none && std::holds_alternative<Media>(row.part));
  }

  Outcome send(std::vector<Part> content, std::vector<Action> actions = {}) {
    Send made = answer_to(first_message());
    made.message.content = std::move(content);
    made.message.suggested_actions = std::move(actions);
    made.message.fallback_text = fallback_text(made.message.content);
    Api api(entry(), channel(), kNow);
    Outcome out{.ended = api.run(made), .taken = api.taken, .bytes = {}};
    expect_played_well(api);
    for (const auto& call : api.calls) {
      out.bytes += call.url + "\n" + call.body + "\n";
      if (call.upload) out.bytes += call.upload->file_name + call.upload->media.value + "\n";
    }
    if (const auto* push = std::get_if<Push>(&out.ended)) out.bytes += push->json;
    return out;
  }
};

std::vector<std::string> odd_answers() {
  return {"",
          "{}",
          "null",
          "[]",
          "\"private words\"",
          "<html>private words</html>",
          "{\"error\":\"private words\",\"errcode\":{},\"code\":[],\"message\":\"private words\"}",
          "{\"errcode\":-1,\"code\":-1,\"status\":-1,\"ok\":false}",
          "{\"errcode\":\"x\",\"code\":99999999999999999999}",
          std::string(1024 * 1024, '{')};
}

TEST_P(SendContract, EveryPartIsShownOrTheReasonGiven) {
  for (const auto& row : parts()) {
    const auto after_words = send({Text{.text = "hello"}, row.part});
    EXPECT_EQ(after_words.failure(), "") << row.name;
    if (after_words.shows(row.marks)) continue;
    EXPECT_FALSE(must_be_read(row)) << row.name << " is nothing a customer can read";
    EXPECT_FALSE(after_words.reasons().empty()) << row.name << " was lost in silence";
  }
}

TEST_P(SendContract, APartAloneIsShownOrRefused) {
  for (const auto& row : parts()) {
    const auto alone = send({row.part});
    if (alone.shows(row.marks)) {
      EXPECT_EQ(alone.failure(), "") << row.name;
      continue;
    }
    EXPECT_FALSE(must_be_read(row))
        << row.name << " is nothing a customer can read: " << alone.failure();
    const auto* error = std::get_if<Error>(&alone.ended);
    if (error) EXPECT_EQ(error->code, Errc::rejected) << row.name << ": " << error->detail;
    EXPECT_TRUE(error != nullptr || !alone.reasons().empty()) << row.name;
  }
}

TEST_P(SendContract, EveryActionIsShownOrTheReasonGiven) {
  constexpr std::array kTypes = {ActionType::reply,        ActionType::postback,
                                 ActionType::link,         ActionType::webview,
                                 ActionType::call,         ActionType::location_request,
                                 ActionType::mini_program, ActionType::copy,
                                 ActionType::form,         ActionType::handoff};
  for (const auto type : kTypes) {
    const auto out = send({Text{.text = "hello"}}, {action(type, "markaction")});
    EXPECT_EQ(out.failure(), "") << static_cast<int>(type);
    // To ask where somebody is, some platforms have a button with words of its own.
    if (out.shows({"markaction", "location"})) continue;
    EXPECT_FALSE(out.reasons().empty()) << "action " << static_cast<int>(type);
  }
}

// Whatever a platform answers, the send ends in a way the pipeline knows, and tells no secret.
TEST_P(SendContract, AnyAnswerEndsInAnErrorOfTheTable) {
  if (connector().capabilities().send_mode == SendMode::socket) return;
  constexpr std::array kAllowed = {Errc::rejected,      Errc::recipient_gone, Errc::window_closed,
                                   Errc::misconfigured, Errc::throttled,      Errc::unavailable};
  Send send = answer_to(first_message());
  send.message.content = {Text{.text = "private words"}};
  for (const int status : {200, 204, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503}) {
    for (const std::string& body : odd_answers()) {
      const auto ended = end_of(send, {.status = status, .headers = {}, .body = body});
      SCOPED_TRACE(std::to_string(status) + " " + body.substr(0, 60));
      const auto* error = std::get_if<Error>(&ended);
      if (error == nullptr) {
        EXPECT_LT(status, 300) << "taken for sent";
        continue;
      }
      EXPECT_TRUE(std::ranges::find(kAllowed, error->code) != kAllowed.end())
          << to_string(error->code);
      if (status == 429) EXPECT_EQ(error->code, Errc::throttled);
      if (status >= 500) EXPECT_EQ(error->code, Errc::unavailable);
      for (const auto& text : {error->detail, error->code_text, error->new_recipient}) {
        EXPECT_FALSE(text.contains("private words")) << text;
        for (const auto& [name, secret] : channel().secrets) {
          if (secret.empty()) continue;
          EXPECT_FALSE(text.contains(secret.reveal())) << name << " in: " << text;
        }
      }
    }
  }
}

// What a reader takes for one character: joined, with a skin, a flag, with an accent of its own.
constexpr std::string_view kFamily = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466";
constexpr std::string_view kThumb = "\U0001F44D\U0001F3FD", kFlag = "\U0001F1E8\U0001F1F3",
                           kAccent = "e\u0301";

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t times = 0;
  for (auto at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++times;
  }
  return times;
}

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

struct LongText {
  const char* name;
  std::string (*piece)(std::size_t number);
};
const LongText kLongTexts[] = {
    {"Words",
     [](std::size_t n) {
       return "word " + std::to_string(n) + " https://example.com/a?n=" + std::to_string(n) +
              "&m=%E4%BD%A0 ";
     }},
    {"Chinese", [](std::size_t) { return std::string("您的订单已发货，请查收。"); }},
    {"ChineseWithoutAStop", [](std::size_t) { return std::string("汉"); }},
    {"Families", [](std::size_t) { return std::string(kFamily); }},
    {"Clusters",
     [](std::size_t) {
       return std::string(kThumb) + std::string(kFlag) + std::string(kAccent) + "x";
     }},
};

// Longer than one message takes by far, as the platform counts.
std::string long_text(const LongText& kind, const Capabilities& can) {
  std::string text;
  for (std::size_t n = 1; text.size() < kTextBytesMax - 100; ++n) {
    text += kind.piece(n);
    if (n % 16 == 0 && text_length(text, can.text_unit) > can.text_max * 2 + can.text_max / 2)
      break;
  }
  return text;
}

void expect_whole(const std::vector<std::string>& read, const std::string& text) {
  std::string all;
  for (const auto& one : read) all += one;
  EXPECT_EQ(without_space(all), without_space(text));
  for (const auto cluster : {kFamily, kThumb, kFlag, kAccent}) {
    std::size_t kept = 0;
    for (const auto& one : read) kept += count(one, cluster);
    EXPECT_EQ(kept, count(text, cluster)) << cluster << " was cut";
  }
  std::size_t addresses = 0;
  for (const auto& one : read) addresses += count(one, "&m=%E4%BD%A0");
  EXPECT_EQ(addresses, count(text, "&m=%E4%BD%A0"));
  for (std::size_t n = 1; n <= addresses; ++n) {
    const std::string address = "https://example.com/a?n=" + std::to_string(n) + "&m=%E4%BD%A0";
    EXPECT_TRUE(std::ranges::any_of(read, [&](const auto& one) { return one.contains(address); }))
        << address << " was cut";
  }
}

TEST_P(SendContract, ALongTextIsCutBetweenCharactersAndWithinTheLimit) {
  const auto& can = connector().capabilities();
  if (can.send_mode == SendMode::socket) return;
  ASSERT_GT(can.text_max, 0u);
  for (const auto& kind : kLongTexts) {
    if (!send({Text{.text = kind.piece(1)}}).failure().empty()) continue;  // no addresses here
    const auto text = long_text(kind, can);
    const auto out = send({Text{.text = text}});
    ASSERT_EQ(out.failure(), "") << kind.name;
    std::vector<std::string> read;
    for (const auto& send : out.taken) read.push_back(send.text);
    SCOPED_TRACE(kind.name);
    for (const auto& one : read) EXPECT_LE(text_length(one, can.text_unit), can.text_max);
    if (read.size() == 1 && !out.reasons().empty()) continue;  // cut short, and said so
    if (text_length(text, can.text_unit) > can.text_max) EXPECT_GT(read.size(), 1u);
    expect_whole(read, text);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryPlatform, SendContract, testing::ValuesIn(everyone()),
                         [](const auto& test) { return test.param.channel.id.value; });

TEST(SendContractCovers, EveryPlatform) {
  for (const auto& entry : builtin_registry().entries()) {
    EXPECT_TRUE(entry.stand_in != nullptr)
        << entry.connector->platform() << " needs connectors/<platform>/stand_in.cpp";
  }
}

TEST(SendContractCovers, EveryPartType) {
  std::set<std::size_t> kinds = {Part(Text{}).index()};
  for (const auto& row : parts()) kinds.insert(row.part.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<Part>);
}

}  // namespace
}  // namespace parley::connectors
