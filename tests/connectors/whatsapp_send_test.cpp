#include <gtest/gtest.h>

#include "tests/connectors/whatsapp_support.hpp"

namespace parley::connectors {
namespace {

using namespace whatsapp_support;

using Bodies = std::vector<std::string>;

std::string text_body(const std::string& text) {
  return to_them(R"("type":"text","text":{"body":")" + text + R"(","preview_url":false})");
}

std::string interactive(const std::string& rest) {
  return to_them(R"("type":"interactive","interactive":{)" + rest + "}");
}

TEST(WhatsAppSend, TextGoesToTheNumberWithTheToken) {
  const auto done = talk(send_of({Text{.text = "hi"}}), {sent("wamid.9")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].url, "https://graph.facebook.com/v25.0/100200300/messages");
  EXPECT_EQ(done.calls[0].content_type, "application/json");
  ASSERT_EQ(done.calls[0].headers.size(), 1u);
  EXPECT_EQ(done.calls[0].headers[0].second, "Bearer EAAB-token-of-the-tests");
  EXPECT_EQ(done.calls[0].body, text_body("hi"));
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, Bodies{"wamid.9"});
}

TEST(WhatsAppSend, LinksAreShownWithAPreview) {
  EXPECT_EQ(bodies(send_of({Text{.text = "see https://x.example"}})),
            Bodies{to_them(
                R"("type":"text","text":{"body":"see https://x.example","preview_url":true})")});
}

struct RecipientCase {
  const char* name;
  const char* recipient;
  const char* want;
};
void PrintTo(const RecipientCase& c, std::ostream* out) { *out << c.name; }

const RecipientCase kRecipients[] = {
    {"Phone", "4479", R"("recipient_type":"individual","to":"4479")"},
    {"PhoneAsPeopleWriteIt", "+44 (79) 11-1", R"("recipient_type":"individual","to":"4479111")"},
    {"UserId", "US.12a", R"("recipient_type":"individual","recipient":"US.12a")"},
    {"UserIdOfAParent", "US.ENT.12", R"("recipient_type":"individual","recipient":"US.ENT.12")"},
    {"Group", "Y2FwaV9n", R"("recipient_type":"group","to":"Y2FwaV9n")"},
};

class WhatsAppRecipient : public testing::TestWithParam<RecipientCase> {};

TEST_P(WhatsAppRecipient, IsNamedAsThePlatformWantsIt) {
  auto send = send_of({Text{.text = "hi"}});
  send.recipient = GetParam().recipient;
  const auto got = bodies(send);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NE(got[0].find(GetParam().want), std::string::npos) << got[0];
}
INSTANTIATE_TEST_SUITE_P(Table, WhatsAppRecipient, testing::ValuesIn(kRecipients),
                         [](const auto& test) { return test.param.name; });

TEST(WhatsAppSend, QuotesAMessageOfThePlatforms) {
  auto send = send_of({Text{.text = std::string(4097, 'x')}});
  send.message.reply_to = "wamid.Q";
  const auto got = bodies(send);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_NE(got[0].find(R"("context":{"message_id":"wamid.Q"})"), std::string::npos);
  EXPECT_EQ(got[1].find("context"), std::string::npos);
  send.message.reply_to = "msg_0123-4";  // ours means nothing there
  EXPECT_EQ(bodies(send)[0].find("context"), std::string::npos);
}

TEST(WhatsAppSend, LongTextBecomesSteps) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "好";
  const auto done = talk(send_of({Text{.text = text}}), {sent("wamid.1"), sent("wamid.2")});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, (Bodies{"wamid.1", "wamid.2"}));
}

TEST(WhatsAppSend, GoesOnAtTheStoredStep) {
  auto send = send_of({Text{.text = std::string(5000, 'x')}});
  const auto whole = talk(send, {sent("wamid.1")});
  ASSERT_EQ(whole.calls.size(), 2u);
  send.step = whole.calls[1].step;
  send.step_data = whole.calls[1].step_data;
  const auto rest = talk(send, {sent("wamid.2")});
  ASSERT_EQ(rest.calls.size(), 1u);
  EXPECT_EQ(rest.calls[0].body, whole.calls[1].body);
  EXPECT_EQ(std::get<Sent>(rest.end).external_ids, (Bodies{"wamid.1", "wamid.2"}));
}

TEST(WhatsAppSend, TooManyCallsAreRefusedBeforeTheFirst) {
  const auto done = talk(
      send_of({Text{.text = std::string(64 * 1024, 'x')}, Text{.text = std::string(64 * 1024, 'x')},
               Text{.text = std::string(64 * 1024, 'x')},
               Text{.text = std::string(64 * 1024, 'x')}}),
      {sent("wamid.1")});
  EXPECT_EQ(done.calls.size(), 64u);  // 4 times 16 pieces, just as many as may be
  const auto more = talk(
      send_of({Text{.text = std::string(64 * 1024, 'x')}, Text{.text = std::string(64 * 1024, 'x')},
               Text{.text = std::string(64 * 1024, 'x')}, Text{.text = std::string(64 * 1024, 'x')},
               Text{.text = "x"}}),
      {sent("wamid.1")});
  EXPECT_TRUE(more.calls.empty());
  EXPECT_EQ(failure(more).code, Errc::rejected);
}

struct MediaCase {
  const char* name;
  MediaKind kind;
  const char* mime;
  const char* want;  // after the recipient
};
void PrintTo(const MediaCase& c, std::ostream* out) { *out << c.name; }

const MediaCase kMedia[] = {
    {"Image", MediaKind::image, "image/jpeg",
     R"("type":"image","image":{"link":"https://x.example/a%20b.bin"})"},
    {"AnimationIsADocument", MediaKind::image, "image/gif",
     R"("type":"document","document":{"link":"https://x.example/a%20b.bin","filename":"a b.bin"})"},
    {"Video", MediaKind::video, "video/mp4",
     R"("type":"video","video":{"link":"https://x.example/a%20b.bin"})"},
    {"Audio", MediaKind::audio, "audio/mpeg",
     R"("type":"audio","audio":{"link":"https://x.example/a%20b.bin"})"},
    {"Voice", MediaKind::voice, "audio/ogg",
     R"("type":"audio","audio":{"link":"https://x.example/a%20b.bin"})"},
    {"Sticker", MediaKind::sticker, "image/webp",
     R"("type":"sticker","sticker":{"link":"https://x.example/a%20b.bin"})"},
    {"StickerThatIsAPicture", MediaKind::sticker, "image/png",
     R"("type":"image","image":{"link":"https://x.example/a%20b.bin"})"},
    {"File", MediaKind::file, "application/pdf",
     R"("type":"document","document":{"link":"https://x.example/a%20b.bin","filename":"a b.bin"})"},
};

class WhatsAppMediaKind : public testing::TestWithParam<MediaCase> {};

TEST_P(WhatsAppMediaKind, GoesAsItsType) {
  const auto& c = GetParam();
  EXPECT_EQ(bodies(send_of({media(c.kind, "https://x.example/a%20b.bin?sig=1", c.mime)})),
            Bodies{[&] {
              std::string want = to_them(c.want);
              want.replace(want.find(".bin\""), 5, ".bin?sig=1\"");
              return want;
            }()});
}
INSTANTIATE_TEST_SUITE_P(Table, WhatsAppMediaKind, testing::ValuesIn(kMedia),
                         [](const auto& test) { return test.param.name; });

TEST(WhatsAppSend, OneTextAndOneFileAreOneMessage) {
  EXPECT_EQ(
      bodies(send_of({Text{.text = "look"}, media(MediaKind::image, "https://x.example/a")})),
      Bodies{to_them(R"("type":"image","image":{"link":"https://x.example/a","caption":"look"})")});
}

TEST(WhatsAppSend, WhatTakesNoCaptionGoesBeforeItsText) {
  const auto got =
      bodies(send_of({Text{.text = "hear"}, media(MediaKind::voice, "https://x.example/a")}));
  EXPECT_EQ(got, (Bodies{to_them(R"("type":"audio","audio":{"link":"https://x.example/a"})"),
                         text_body("hear")}));
}

TEST(WhatsAppSend, OurOwnFilesAreUploadedFirst) {
  Media file = media(MediaKind::file, "", "application/pdf");
  file.media_id = "med_00000000000000000000000000000001";
  file.name = "bill.pdf";
  const auto done =
      talk(send_of({Text{.text = "the bill"}, file}), {{200, R"({"id":"4711"})"}, sent("wamid.1")});
  ASSERT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(done.calls[0].url, "https://graph.facebook.com/v25.0/100200300/media");
  ASSERT_TRUE(done.calls[0].upload);
  EXPECT_EQ(done.calls[0].upload->media.value, file.media_id);
  EXPECT_EQ(done.calls[0].upload->field, "file");
  EXPECT_EQ(done.calls[0].body, "messaging_product=whatsapp&type=application%2Fpdf");
  EXPECT_FALSE(done.calls[1].upload);
  EXPECT_EQ(
      done.calls[1].body,
      to_them(
          R"("type":"document","document":{"id":"4711","caption":"the bill","filename":"bill.pdf"})"));
  EXPECT_EQ(std::get<Sent>(done.end).external_ids, Bodies{"wamid.1"});
  // Between the two the file is not taken again.
  auto send = send_of({Text{.text = "the bill"}, file});
  send.step = done.calls[1].step;
  send.step_data = done.calls[1].step_data;
  const auto rest = talk(send, {sent("wamid.2")});
  ASSERT_EQ(rest.calls.size(), 1u);
  EXPECT_EQ(rest.calls[0].body, done.calls[1].body);
}

TEST(WhatsAppSend, AFailedUploadHasSentNothing) {
  Media file = media(MediaKind::file, "");
  file.media_id = "med_00000000000000000000000000000001";
  const auto done = talk(send_of({file}), {{502, "<html>"}});
  EXPECT_EQ(failure(done).code, Errc::unavailable);
  EXPECT_EQ(failure(done).delivery, Delivery::not_sent);
  const auto odd = talk(send_of({file}), {{200, R"({"id":"a\",\"to\":\"5"})"}});
  EXPECT_EQ(odd.calls.size(), 1u);
  EXPECT_EQ(failure(odd).code, Errc::rejected);
}

TEST(WhatsAppSend, ThreeRepliesAreButtons) {
  const auto got =
      bodies(send_of({Text{.text = "Sure?"}},
                     {action(ActionType::reply, "Yes", "yes-1"), action(ActionType::reply, "No"),
                      action(ActionType::handoff, "A person")}));
  EXPECT_EQ(got, Bodies{interactive(
                     R"("type":"button","body":{"text":"Sure?"},"action":{"buttons":[)"
                     R"({"type":"reply","reply":{"id":"yes-1","title":"Yes"}},)"
                     R"({"type":"reply","reply":{"id":"1","title":"No"}},)"
                     R"({"type":"reply","reply":{"id":"handoff","title":"A person"}}]})")});
}

TEST(WhatsAppSend, MoreRepliesAreAList) {
  std::vector<Action> actions;
  for (int i = 0; i < 12; ++i)
    actions.push_back(action(ActionType::reply, "R" + std::to_string(i)));
  const auto done = talk(send_of({Text{.text = "选一个"}}, actions), {sent("wamid.1")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_NE(done.calls[0].body.find(R"("type":"list")"), std::string::npos);
  EXPECT_NE(done.calls[0].body.find(R"("button":"菜单")"), std::string::npos);
  EXPECT_NE(done.calls[0].body.find(R"({"id":"9","title":"R9"})"), std::string::npos);
  EXPECT_EQ(done.calls[0].body.find("R10"), std::string::npos);
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 2u);
}

TEST(WhatsAppSend, DescribedRepliesAreAList) {
  auto one = action(ActionType::reply, "Express", "x");
  one.description = "tomorrow";
  auto send = send_of({Text{.text = "How?"}}, {one});
  send.message.attributes["language"] = "es-MX";
  EXPECT_EQ(bodies(send),
            Bodies{interactive(
                R"("type":"list","body":{"text":"How?"},"action":{"button":"Menú","sections":[)"
                R"({"rows":[{"id":"x","title":"Express","description":"tomorrow"}]}]})")});
}

TEST(WhatsAppSend, EqualPayloadsComeBackByTheirPlace) {
  const auto got = bodies(send_of({Text{.text = "?"}}, {action(ActionType::reply, "A", "same"),
                                                        action(ActionType::reply, "B", "same")}));
  EXPECT_NE(got.at(0).find(R"("id":"same","title":"A")"), std::string::npos);
  EXPECT_NE(got.at(0).find(R"("id":"1","title":"B")"), std::string::npos);
}

TEST(WhatsAppSend, LongTitlesAreCutAndReported) {
  const auto done =
      talk(send_of({Text{.text = "?"}}, {action(ActionType::reply, "a title of more than twenty")}),
           {sent("wamid.1")});
  EXPECT_NE(done.calls.at(0).body.find(R"("title":"a title of more t...")"), std::string::npos)
      << done.calls.at(0).body;
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 1u);
}

TEST(WhatsAppSend, ALinkIsAButtonOfItsOwn) {
  EXPECT_EQ(
      bodies(send_of({Text{.text = "Pay"}, media(MediaKind::image, "https://x.example/a")},
                     {action(ActionType::link, "Open", "", "https://x.example/pay")})),
      Bodies{interactive(
          R"("type":"cta_url","header":{"type":"image","image":{)"
          R"("link":"https://x.example/a"}},"body":{"text":"Pay"},"action":{"name":"cta_url",)"
          R"("parameters":{"display_text":"Open","url":"https://x.example/pay"}})")});
}

TEST(WhatsAppSend, ButtonsThatOpenSomethingSaySo) {
  const auto link = bodies(
      send_of({Text{.text = "Pay"}}, {action(ActionType::link, "", "", "https://x.example")}));
  EXPECT_NE(link.at(0).find(R"("display_text":"Open Link")"), std::string::npos);
  const auto form = bodies(send_of({Text{.text = "Pay"}}, {action(ActionType::form, "", "", "7")}));
  EXPECT_NE(form.at(0).find(R"("flow_cta":"Open Form")"), std::string::npos);
}

TEST(WhatsAppSend, OneKindOfActionIsShownAndTheOthersReported) {
  const auto done =
      talk(send_of({Text{.text = "Where?"}},
                   {action(ActionType::reply, "Home"), action(ActionType::location_request, "Here"),
                    action(ActionType::link, "Map", "", "https://x.example"),
                    action(ActionType::call, "Call us")}),
           {sent("wamid.1")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].body,
            interactive(R"("type":"location_request_message","body":{"text":"Where?"},)"
                        R"("action":{"name":"send_location"})"));
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 3u);
}

TEST(WhatsAppSend, ActionsNeedAText) {
  const auto done = talk(
      send_of({media(MediaKind::image, "https://x.example/a")}, {action(ActionType::reply, "Yes")}),
      {sent("wamid.1")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 1u);
}

struct FlowCase {
  const char* name;
  const char* url;
  const char* parameters;  // what follows the version
  bool reported;
};
void PrintTo(const FlowCase& c, std::ostream* out) { *out << c.name; }

const FlowCase kFlows[] = {
    {"Id", "77", R"("flow_id":"77","flow_cta":"Book")", false},
    {"Screen", "77/PAY",
     R"("flow_id":"77","flow_cta":"Book","flow_action":"navigate",)"
     R"("flow_action_payload":{"screen":"PAY"})",
     false},
    {"ScreenAndData", "77/PAY?b=%C3%A9+1&a=2",
     R"("flow_id":"77","flow_cta":"Book","flow_action":"navigate",)"
     R"("flow_action_payload":{"screen":"PAY","data":{"a":"2","b":"é 1"}})",
     false},
    {"Token", "77?token=s%3D1", R"("flow_id":"77","flow_cta":"Book","flow_token":"s=1")", false},
    {"Exchange", "dx:77?token=1",
     R"("flow_id":"77","flow_cta":"Book","flow_action":"data_exchange","flow_token":"1")", false},
    {"ExchangeWithScreen", "dx:77/PAY", R"("flow_id":"77","flow_cta":"Book")", true},
    {"ExchangeWithData", "dx:77?a=1", R"("flow_id":"77","flow_cta":"Book")", true},
    {"DataWithoutScreen", "77?a=1", R"("flow_id":"77","flow_cta":"Book")", true},
    {"EmptyScreen", "77/", R"("flow_id":"77","flow_cta":"Book")", true},
    {"NoId", "/PAY", R"("flow_id":"/PAY","flow_cta":"Book")", true},
};

class WhatsAppFlow : public testing::TestWithParam<FlowCase> {};

TEST_P(WhatsAppFlow, OpensAsItsAddressSays) {
  const auto done =
      talk(send_of({Text{.text = "?"}}, {action(ActionType::form, "Book", "", GetParam().url)}),
           {sent("wamid.1")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].body,
            interactive(R"("type":"flow","body":{"text":"?"},"action":{"name":"flow",)"
                        R"("parameters":{"flow_message_version":"3",)" +
                        std::string(GetParam().parameters) + "}}"));
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), GetParam().reported ? 1u : 0u);
}
INSTANTIATE_TEST_SUITE_P(Table, WhatsAppFlow, testing::ValuesIn(kFlows),
                         [](const auto& test) { return test.param.name; });

TEST(WhatsAppSend, TemplatesHaveTheirParametersInPlace) {
  Template approved;
  approved.name = "order_news";
  approved.language = "en_GB";
  approved.parameters = {{"body.2", "two"},
                         {"body.10", "ten"},
                         {"1", "one"},
                         {"header.image", "https://x.example/a.jpg"},
                         {"button.1.url", "id-7"},
                         {"button.0.quick_reply", "stop"},
                         {"button.2.copy_code", "SAVE5"},
                         {"footer.1", "nowhere"}};
  const auto done = talk(send_of({approved}), {sent("wamid.1")});
  ASSERT_EQ(done.calls.size(), 1u);
  EXPECT_EQ(done.calls[0].body,
            to_them(R"("type":"template","template":{"name":"order_news","language":{)"
                    R"("policy":"deterministic","code":"en_GB"},"components":[)"
                    R"({"type":"header","parameters":[{"type":"image","image":{)"
                    R"("link":"https://x.example/a.jpg"}}]},{"type":"body","parameters":[)"
                    R"({"type":"text","text":"one"},{"type":"text","text":"two"},)"
                    R"({"type":"text","text":"ten"}]},)"
                    R"({"type":"button","sub_type":"quick_reply","index":"0","parameters":[)"
                    R"({"type":"payload","payload":"stop"}]},)"
                    R"({"type":"button","sub_type":"url","index":"1","parameters":[)"
                    R"({"type":"text","text":"id-7"}]},)"
                    R"({"type":"button","sub_type":"copy_code","index":"2","parameters":[)"
                    R"({"type":"coupon_code","coupon_code":"SAVE5"}]}]})"));
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 1u);
}

TEST(WhatsAppSend, TemplatesMayNameTheirParametersOrHaveNone) {
  Template approved;
  approved.name = "hello";
  approved.language = "zh_CN";
  EXPECT_EQ(bodies(send_of({approved})),
            Bodies{to_them(R"("type":"template","template":{"name":"hello","language":{)"
                           R"("policy":"deterministic","code":"zh_CN"}})")});
  approved.parameters = {{"first_name", "Li"}};
  EXPECT_NE(bodies(send_of({approved}))
                .at(0)
                .find(R"({"type":"text","parameter_name":"first_name","text":"Li"})"),
            std::string::npos);
}

TEST(WhatsAppSend, PlacesContactsAndReactionsGoAsSuch) {
  Location place{.latitude = 1.5, .longitude = -2, .name = "Cafe", .address = ""};
  EXPECT_EQ(bodies(send_of({place})),
            Bodies{to_them(
                R"("type":"location","location":{"latitude":1.5,"longitude":-2,"name":"Cafe"})")});
  Contact card{.name = "A B", .phones = {"+44"}, .emails = {"a@b.c"}};
  EXPECT_EQ(bodies(send_of({card})),
            Bodies{to_them(R"("type":"contacts","contacts":[{"name":{"formatted_name":"A B",)"
                           R"("first_name":"A B"},"phones":[{"phone":"+44"}],)"
                           R"("emails":[{"email":"a@b.c"}]}])")});
  Reaction heart{.target = "wamid.X", .emoji = "❤️", .op = ReactionOp::add};
  EXPECT_EQ(
      bodies(send_of({heart})),
      Bodies{to_them(R"("type":"reaction","reaction":{"message_id":"wamid.X","emoji":"❤️"})")});
  heart.op = ReactionOp::remove;
  EXPECT_NE(bodies(send_of({heart})).at(0).find(R"("emoji":"")"), std::string::npos);
}

TEST(WhatsAppSend, CardsKeepTheirPictureAndActions) {
  Card card;
  card.title = "Shoe";
  card.text = "red";
  card.image_url = "https://x.example/shoe.jpg";
  card.actions = {action(ActionType::postback, "Buy", "buy-1")};
  const auto got = bodies(send_of({Cards{.items = {card, card}}}));
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0], interactive(R"("type":"button","header":{"type":"image","image":{)"
                                R"("link":"https://x.example/shoe.jpg"}},)"
                                R"("body":{"text":"Shoe\n\nred"},"action":{"buttons":[)"
                                R"({"type":"reply","reply":{"id":"buy-1","title":"Buy"}}]})"));
}

TEST(WhatsAppSend, ActionsOfSeveralPartsGoWithTheLastText) {
  const auto got = bodies(
      send_of({Text{.text = "one"}, Location{.latitude = 1, .longitude = 2}, Text{.text = "two"}},
              {action(ActionType::reply, "Yes")}));
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0], text_body("one"));
  EXPECT_NE(got[2].find(R"("type":"button","body":{"text":"two"})"), std::string::npos);
}

TEST(WhatsAppSend, WhatItCannotShowIsReported) {
  const auto done =
      talk(send_of({Text{.text = "a", .format = TextFormat::html}, Edit{.target = "x", .text = "y"},
                    Reaction{.target = "msg_1-2", .emoji = "x"}, Media{}}),
           {sent("wamid.1")});
  EXPECT_EQ(done.calls.size(), 2u);
  EXPECT_EQ(std::get<Sent>(done.end).degraded.size(), 4u);
  const auto nothing = talk(send_of({Deletion{.target = "x"}}), {sent("wamid.1")});
  EXPECT_EQ(failure(nothing).code, Errc::rejected);
}

TEST(WhatsAppSend, TheLastMessageCarriesOurMark) {
  auto over = channel();
  over.settings["mark_sends"] = "true";
  Media file = media(MediaKind::file, "", "application/pdf");
  file.media_id = "med_00000000000000000000000000000001";
  auto send = send_of({Location{.latitude = 1, .longitude = 2}, file});
  send.id = SendId{"snd_00000000000000000000000000000001-7"};
  const auto done = graph_support::talk(
      entry(), over, send, {sent("wamid.1"), {200, R"({"id":"4711"})"}, sent("wamid.2")});
  ASSERT_EQ(done.calls.size(), 3u);
  EXPECT_EQ(done.calls[0].body.find("biz_opaque"), std::string::npos);
  EXPECT_EQ(done.calls[2].body,
            R"({"biz_opaque_callback_data":"snd_00000000000000000000000000000001-7",)"
            R"("messaging_product":"whatsapp","recipient_type":"individual","to":"447911123456",)"
            R"("type":"document","document":{"id":"4711"}})");
}

TEST(WhatsAppSend, SaysWhatTheCallerWroteInItsOwnWords) {
  auto send = send_of({});
  send.message.channel_data = R"({"interactive":{"type":"product","action":{"a":1}}})";
  EXPECT_EQ(bodies(send), Bodies{interactive(R"("type":"product","action":{"a":1})")});
}

struct ErrorCase {
  const char* name;
  int status;
  int code;
  Errc want;
  Delivery delivery;
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.name; }

constexpr auto kNot = Delivery::not_sent;

const ErrorCase kErrors[] = {
    {"TooManyCalls", 400, 4, Errc::throttled, kNot},
    {"AccountRate", 400, 80007, Errc::throttled, kNot},
    {"Throughput", 403, 130429, Errc::throttled, kNot},
    {"Spam", 400, 131048, Errc::throttled, kNot},
    {"Pair", 400, 131056, Errc::throttled, kNot},
    {"Registration", 400, 133016, Errc::throttled, kNot},
    {"Service", 500, 2, Errc::unavailable, kNot},
    {"Unnamed", 500, 1, Errc::unavailable, Delivery::unknown},
    {"Unknown", 500, 131000, Errc::unavailable, kNot},
    {"FileNotFetched", 400, 131053, Errc::unavailable, kNot},
    {"Window", 400, 131047, Errc::window_closed, kNot},
    {"Undeliverable", 400, 131026, Errc::rejected, kNot},
    {"NoMarketing", 400, 131050, Errc::recipient_gone, kNot},
    {"Template", 404, 132001, Errc::rejected, kNot},
    {"TemplateParameters", 400, 132000, Errc::rejected, kNot},
    {"Token", 401, 190, Errc::misconfigured, kNot},
    {"Locked", 403, 131031, Errc::misconfigured, kNot},
    {"Policy", 403, 368, Errc::misconfigured, kNot},
    {"Payment", 400, 131042, Errc::misconfigured, kNot},
    {"Parameter", 400, 100, Errc::rejected, kNot},
    {"UnsupportedType", 400, 131051, Errc::rejected, kNot},
};

class WhatsAppErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(WhatsAppErrors, SayWhatToDoNext) {
  const auto& c = GetParam();
  const auto done =
      talk(send_of({Text{.text = "hi"}}),
           {{c.status, R"({"error":{"message":"m","code":)" + std::to_string(c.code) + "}}"}});
  EXPECT_EQ(failure(done).code, c.want) << failure(done).detail;
  EXPECT_EQ(failure(done).delivery, c.delivery);
  EXPECT_EQ(failure(done).code_text, std::to_string(c.code));
}
INSTANTIATE_TEST_SUITE_P(Table, WhatsAppErrors, testing::ValuesIn(kErrors),
                         [](const auto& test) { return test.param.name; });

TEST(WhatsAppSend, OneRecipientsLimitRestsTheChannelForSecondsOnly) {
  const auto done = talk(send_of({Text{.text = "hi"}}), {{400, R"({"error":{"code":131056}})"}});
  EXPECT_EQ(failure(done).retry_after, Milliseconds(6000));
}

TEST(WhatsAppSend, AnAnswerWithoutAnIdMayHaveSent) {
  const auto done = talk(send_of({Text{.text = "hi"}}), {{200, R"({"messages":[]})"}});
  EXPECT_EQ(failure(done).code, Errc::rejected);
  EXPECT_EQ(failure(done).delivery, Delivery::unknown);
}

TEST(WhatsAppTyping, IsShownBelowTheirMessage) {
  const auto call = entry().typing->typing_after("wamid.L", "4479", true, channel(), "");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->url, "https://graph.facebook.com/v25.0/100200300/messages");
  EXPECT_EQ(call->body, R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.L",)"
                        R"("typing_indicator":{"type":"text"}})");
  EXPECT_FALSE(entry().typing->typing_after("wamid.L", "4479", false, channel(), ""));
  EXPECT_FALSE(entry().typing->typing_after("", "4479", true, channel(), ""));
  EXPECT_FALSE(entry().typing->typing("4479", true, channel(), ""));
}

class WhatsAppFiles : public testing::Test {
 protected:
  std::variant<HttpCall, Error, RefreshToken> where(int status, const std::string& body) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = body;
    return entry().media_source->resume(file_, channel(), "", 0, answer);
  }
  Media file_ = [] {
    Media media;
    media.platform_id = "4711/..?x";
    return media;
  }();
};

TEST_F(WhatsAppFiles, AreAskedForThenDownloadedWithTheToken) {
  const auto ask = std::get<HttpCall>(entry().media_source->start(file_, channel(), ""));
  EXPECT_EQ(ask.method, "GET");
  EXPECT_EQ(ask.url, "https://graph.facebook.com/v25.0/4711%2F..%3Fx");
  EXPECT_FALSE(ask.download);
  const auto get = std::get<HttpCall>(
      where(200, R"({"url":"https://lookaside.fbsbx.com/a?b=1","mime_type":"image/jpeg"})"));
  EXPECT_EQ(get.url, "https://lookaside.fbsbx.com/a?b=1");
  EXPECT_TRUE(get.download);
  EXPECT_EQ(get.headers.at(0).second, "Bearer EAAB-token-of-the-tests");
}

TEST_F(WhatsAppFiles, TheTokenGoesNowhereElse) {
  for (const char* url : {"https://evil.example/a", "https://lookaside.fbsbx.com.evil.example/a",
                          "https://evilfbsbx.com/a", "http://lookaside.fbsbx.com/a",
                          "https://lookaside.fbsbx.com@evil.example/a", "ftp://a", "", "a"}) {
    const auto step = where(200, R"({"url":")" + std::string(url) + R"("})");
    EXPECT_TRUE(std::holds_alternative<Error>(step)) << url;
  }
  EXPECT_EQ(std::get<Error>(where(400, R"({"error":{"code":190}})")).code, Errc::misconfigured);
}

TEST_F(WhatsAppFiles, MayLieWhereTheChannelsOwnApiIs) {
  auto over = channel();
  over.api_base = "http://127.0.0.1:9000";
  HttpAnswer answer;
  answer.status = 200;
  answer.body = R"({"url":"http://127.0.0.1:9000/files/1"})";
  EXPECT_TRUE(
      std::holds_alternative<HttpCall>(entry().media_source->resume(file_, over, "", 0, answer)));
}

}  // namespace
}  // namespace parley::connectors
