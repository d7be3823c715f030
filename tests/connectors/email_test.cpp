#include "connectors/email/email.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/inline_files.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors {
namespace {

using testing_support::OwnedRequest;

const Entry& entry() {
  static const Entry kEntry = make_email();
  return kEntry;
}

Channel channel() {
  Channel channel;
  channel.id = ChannelId{"mail"};
  channel.platform = "email";
  channel.settings = {{"inbox", "care@example.com"},
                      {"from_name", "Acme \"Care\""},
                      {"subject", "Your request"},
                      {"webhook_auth", "key"},
                      {"webhook_user", "mail"},
                      {"authserv_id", "mx.example.com"},
                      {"smtp_url", "smtps://mail.example.com"},
                      {"smtp_user", "care"}};
  channel.secrets.emplace("webhook_secret", Secret("s3cret"));
  channel.secrets.emplace("smtp_password", Secret("pw"));
  return channel;
}

constexpr const char* kHead =
    "From: Li Na <Li@Example.org>\r\nTo: Acme <care@example.com>, x@y.z\r\n"
    "Message-ID: <m2@example.org>\r\nDate: Thu, 09 Oct 2025 08:53:20 +0000\r\n"
    "Subject: =?utf-8?B?5oiR55qE6K6i5Y2V?=\r\n";

Parsed parse(const std::string& mail, const std::string& type = "message/rfc822") {
  OwnedRequest request;
  request.headers = {{"content-type", type}};
  request.body = mail;
  return entry().connector->parse(request.view(), channel());
}

const Message& message(const Parsed& parsed) {
  return std::get<MessageIn>(parsed.events.at(0).what).message;
}

TEST(EmailParse, AMailIsAMessage) {
  const auto parsed = parse(std::string(kHead) +
                            "In-Reply-To: <snd_9@example.com>\r\n"
                            "References: <snd_1@example.com>\r\n"
                            " <snd_9@example.com>\r\n\r\nWhere is it?\r\n\r\n"
                            "> what you ordered\r\n");
  const auto& in = parsed.events.at(0);
  EXPECT_EQ(in.dedup_key, "<m2@example.org>");
  EXPECT_EQ(in.identity.key, (IdentityKey{"email", "email", "li@example.org"}));
  EXPECT_EQ(in.identity.display_name, "Li Na");
  EXPECT_EQ(in.identity.verification, Verification::asserted);
  EXPECT_EQ(in.account, "care@example.com");
  EXPECT_EQ(in.occurred_at->time_since_epoch().count(), 1'760'000'000'000);
  EXPECT_TRUE(in.recipient.starts_with("li@example.org?in-reply-to=%3Cm2%40example.org%3E&"))
      << in.recipient;
  EXPECT_EQ(message(parsed).reply_to, "<snd_9@example.com>");
  EXPECT_EQ(message(parsed).fallback_text, "Where is it?");
  EXPECT_EQ(message(parsed).attributes.at("subject"), AttributeValue("我的订单"));
}

TEST(EmailParse, PlainTextBeforeHtmlAndAttachmentsBeside) {
  const auto parsed = parse(
      std::string(kHead) +
      "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
      "Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\nContent-Type: "
      "text/html\r\n\r\n"
      "<p>html</p>\r\n--i\r\n\r\nplain\r\n--i--\r\n--o\r\nContent-Type: image/png; name=a.png\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nAQID\r\n--o\r\nContent-Type: text/csv\r\n"
      "Content-Disposition: attachment; filename=b.csv\r\n\r\n1,2\r\n--o--\r\n");
  const auto& content = message(parsed).content;
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(std::get<Text>(content[0]).text, "plain");
  EXPECT_EQ(std::get<Media>(content[1]).kind, MediaKind::image);
  EXPECT_EQ(std::get<Media>(content[1]).name, "a.png");
  EXPECT_EQ(std::get<Media>(content[1]).size_bytes, 3u);
  EXPECT_EQ(std::get<Media>(content[2]).name, "b.csv");
}

TEST(EmailParse, HtmlAloneIsReadAsText) {
  const auto parsed = parse(std::string(kHead) +
                            "Content-Type: text/html; charset=utf-8\r\n\r\n<p>caf\xc3\xa9</p>"
                            "<div class=\"gmail_quote\">old</div>");
  EXPECT_EQ(message(parsed).fallback_text, "café");
}

TEST(EmailParse, WhoIsProvenByOurOwnServer) {
  const auto verified = [](const std::string& results) {
    return parse(results + kHead + "\r\nhi").events.at(0).identity.verification;
  };
  EXPECT_EQ(verified("Authentication-Results: mx.example.com; dkim=pass; dmarc=pass\r\n"),
            Verification::channel);
  EXPECT_EQ(verified("Authentication-Results: mx.example.com; dmarc=fail\r\n"),
            Verification::asserted);
  EXPECT_EQ(verified("Authentication-Results: mx.example.com.evil.org; dmarc=pass\r\n"),
            Verification::asserted);
  // A result the sender put there himself stands below our server's.
  EXPECT_EQ(verified("Authentication-Results: mx.example.com; dmarc=none\r\n"
                     "Authentication-Results: mx.example.com; dmarc=pass\r\n"),
            Verification::asserted);
}

struct MachineCase {
  const char* name;
  const char* headers;
  bool event;
};
void PrintTo(const MachineCase& c, std::ostream* out) { *out << c.name; }

const MachineCase kMachines[] = {
    {"AutoReply", "From: li@x.y\nAuto-Submitted: auto-replied (vacation)\n", false},
    {"NotAutomatic", "From: li@x.y\nAuto-Submitted: no\n", true},
    {"Bulk", "From: li@x.y\nPrecedence: Bulk\n", false},
    {"Newsletter", "From: li@x.y\nList-Id: <news.x.y>\n", false},
    {"Marketing", "From: li@x.y\nList-Unsubscribe: <https://x.y/u>\n", false},
    {"AutomaticWithoutASender", "From: \"\" (Mail System)\nAuto-Submitted: auto-replied\n", false},
    {"OldAutoReply", "From: li@x.y\nX-Autoreply: yes\n", false},
    {"NobodysBounce", "From: li@x.y\nReturn-Path: <>\n", false},
    {"MailerDaemon", "From: MAILER-DAEMON@x.y\n", false},
    {"Ourselves", "From: Care@example.com\n", false},
    {"NobodyToAnswer", "From: noreply@x.y\n", false},
    {"AFormOnASite", "From: no-reply@x.y\nReply-To: li@x.y\n", true},
};

class EmailMachine : public testing::TestWithParam<MachineCase> {};

TEST_P(EmailMachine, IsNotAnswered) {
  const auto parsed = parse(std::string(GetParam().headers) + "Message-ID: <a@b>\n\nhi");
  EXPECT_EQ(parsed.events.size(), GetParam().event ? 1u : 0u);
  EXPECT_FALSE(parsed.stopped);
  if (GetParam().event) EXPECT_EQ(parsed.events[0].identity.key.value, "li@x.y");
}
INSTANTIATE_TEST_SUITE_P(Table, EmailMachine, testing::ValuesIn(kMachines),
                         [](const auto& test) { return test.param.name; });

std::string bounce(const std::string& fields, const std::string& original) {
  return "From: MAILER-DAEMON@mx.x\nAuto-Submitted: auto-replied\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nsorry\n"
         "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.x\n\n" +
         fields + "\n--b\nContent-Type: message/rfc822\n\n" + original + "\n--b--\n";
}

TEST(EmailParse, ABounceIsAReceipt) {
  const auto parsed = parse(
      bounce("Final-Recipient: rfc822;Li@x.y\nAction: failed\nStatus: 5.1.1\n"
             "Diagnostic-Code: smtp; 550 5.1.1 no such user",
             "From: care@example.com\nMessage-ID: <snd_7.4ba86a8d61f74982@example.com>\n\nhi"));
  const auto& receipt = std::get<ReceiptIn>(parsed.events.at(0).what);
  EXPECT_EQ(receipt.external_id, "<snd_7.4ba86a8d61f74982@example.com>");
  EXPECT_EQ(receipt.state, DeliveryState::failed);
  EXPECT_EQ(receipt.send, "snd_7");
  EXPECT_EQ(receipt.error_code, "5.1.1");
  EXPECT_EQ(receipt.error, "550 5.1.1 no such user");
  EXPECT_EQ(parsed.events[0].identity.key.value, "li@x.y");
  const auto late = parse(bounce("Final-Recipient: rfc822;li@x.y\nAction: delayed",
                                 "Message-ID: <snd_7.4ba86a8d61f74982@example.com>\n\nhi"));
  EXPECT_TRUE(late.events.empty());
  EXPECT_FALSE(late.stopped);
}

TEST(EmailParse, ABounceOfAMailWeNeverSentIsNothing) {
  for (const char* id : {"<snd_7@example.com>", "<snd_8.4ba86a8d61f74982@example.com>", "<a@b>"}) {
    const auto parsed = parse(bounce("Final-Recipient: rfc822;li@x.y\nAction: failed",
                                     "Message-ID: " + std::string(id) + "\n\nhi"));
    EXPECT_TRUE(parsed.events.empty()) << id;
    EXPECT_FALSE(parsed.stopped) << id;
  }
}

// Some servers say who in the headers alone, and some bring the mail back cut.
TEST(EmailParse, ABounceThatSaysLittleIsAReceipt) {
  const auto parsed = parse(
      "From: \"\" (Mail Delivery System)\nX-Failed-Recipients: li@x.y\n"
      "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: "
      "message/delivery-status\n\n"
      "--b\nContent-Type: message/rfc822\n\nMessage-ID: <snd_7.4ba86a8d61f74982@example.com>\n"
      "DKIM-Signature: v=1; a=rsa-sha256; c");
  const auto& receipt = std::get<ReceiptIn>(parsed.events.at(0).what);
  EXPECT_EQ(receipt.state, DeliveryState::failed);
  EXPECT_EQ(receipt.send, "snd_7");
  EXPECT_EQ(parsed.events[0].recipient, "li@x.y");
}

TEST(EmailParse, AnswersGoElsewhereOnlyForAProvenSender) {
  const auto answered_at = [](const std::string& headers) {
    return parse(headers + "From: li@x.y\nMessage-ID: <a@b>\n\nhi").events.at(0).recipient;
  };
  EXPECT_TRUE(answered_at("Reply-To: li@evil.example\n").starts_with("li@x.y?"));
  EXPECT_TRUE(answered_at("Reply-To: na@x.y\n").starts_with("na@x.y?"));
  EXPECT_TRUE(answered_at("Authentication-Results: mx.example.com; dmarc=pass\n"
                          "Reply-To: li@home.example\n")
                  .starts_with("li@home.example?"));
}

TEST(EmailParse, ADateThatCannotBeIsTheTimeOfArrival) {
  const auto at = [](const char* date) {
    return parse("From: li@x.y\nMessage-ID: <a@b>\nDate: " + std::string(date) + "\n\nhi")
        .events.at(0)
        .occurred_at;
  };
  EXPECT_TRUE(at("Wed, 08 Oct 2025 08:53:20 +0000"));
  EXPECT_FALSE(at("Thu, 01 Jan 1970 00:00:00 +0000"));  // or nobody would ever see it
  EXPECT_FALSE(at("Thu, 09 Oct 2035 08:53:20 +0000"));
  EXPECT_FALSE(at("soon"));
}

TEST(EmailFiles, AreThePartsOfTheMessageThatWaitForBytes) {
  OwnedRequest request;
  request.headers = {{"content-type", "message/rfc822"}};
  request.body = std::string(kHead) +
                 "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee\r\n--b\r\n"
                 "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                 "AQID\r\n--b\r\nContent-Type: text/csv\r\n\r\n1,2\r\n--b--\r\n";
  const auto* source = inline_files_of(*entry().connector);
  ASSERT_NE(source, nullptr);
  const auto files = source->files(request.view(), channel());
  const auto parsed = entry().connector->parse(request.view(), channel());
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].bytes, "\x01\x02\x03");
  EXPECT_EQ(files[1].bytes, "1,2");
  for (const auto& file : files) {
    const auto& media = std::get<Media>(message(parsed).content.at(file.part));
    EXPECT_EQ(media.size_bytes, file.bytes.size());
  }
  request.body = "Auto-Submitted: auto-replied\n" + request.body;
  EXPECT_TRUE(source->files(request.view(), channel()).empty());
}

TEST(EmailParse, ProvidersPutTheMailIntoAForm) {
  const std::string mail = std::string(kHead) + "\r\nhi & you";
  EXPECT_EQ(message(parse(form_encode({{"subject", "x"}, {"body-mime", mail}}),
                          "application/x-www-form-urlencoded"))
                .fallback_text,
            "hi & you");
  EXPECT_EQ(message(parse("--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nx\r\n--b\r\n"
                          "Content-Disposition: form-data; name=\"email\"\r\n\r\n" +
                              mail + "\r\n--b--\r\n",
                          "multipart/form-data; boundary=b"))
                .fallback_text,
            "hi & you");
  EXPECT_TRUE(parse("a=b", "application/x-www-form-urlencoded").stopped);
}

TEST(EmailParse, AMailWithoutAnIdIsKnownByItsBytes) {
  const auto one = parse("From: li@x.y\n\nhi"), same = parse("From: li@x.y\n\nhi");
  EXPECT_EQ(one.events.at(0).dedup_key, same.events.at(0).dedup_key);
  EXPECT_NE(one.events[0].dedup_key, parse("From: li@x.y\n\nho").events.at(0).dedup_key);
}

TEST(EmailTrust, KeyCredentialsAndMailgun) {
  auto over = channel();
  const auto& connector = *entry().connector;
  OwnedRequest request;
  request.query = "key=s3cret";
  EXPECT_TRUE(connector.authenticate(request.view(), over));
  over.settings["webhook_auth"] = "basic";
  EXPECT_FALSE(connector.authenticate(request.view(), over));
  request.headers = {{"authorization", "Basic " + to_base64("mail:s3cret")}};
  EXPECT_TRUE(connector.authenticate(request.view(), over));
  over.settings["webhook_auth"] = "mailgun";
  EXPECT_FALSE(connector.authenticate(request.view(), over));
  const auto signed_at = [](const std::string& time) {
    OwnedRequest mailgun;
    mailgun.body =
        "timestamp=" + time + "&token=tok&signature=" + to_hex(hmac_sha256("s3cret", time + "tok"));
    return mailgun;
  };
  EXPECT_TRUE(connector.authenticate(signed_at("1760000000").view(), over));
  EXPECT_FALSE(connector.authenticate(signed_at("1759990000").view(), over));
  auto changed = signed_at("1760000000");
  changed.body[changed.body.find("tok")] = 'T';
  EXPECT_FALSE(connector.authenticate(changed.view(), over));
}

// --- out

struct Mail {
  HttpCall call;
  email::MimePart parsed;
};

Mail mail_of(Send send) {
  const Channel over = channel();
  Mail out;
  out.call = std::get<HttpCall>(
      entry().connector->start({send, over, {}, TimePoint{Milliseconds{1'760'000'000'000}}}));
  auto parsed = email::parse_mime(out.call.body);
  EXPECT_TRUE(parsed);
  out.parsed = *std::move(parsed);
  return out;
}

Send send_to(const std::string& recipient) {
  Send send;
  send.id = SendId{"snd_00000000000000000000000000000001-5"};
  send.recipient = recipient;
  send.message.author.type = AuthorType::agent;
  send.message.content = {Text{.text = "您好,\nit left today."}};
  return send;
}

TEST(EmailSend, AMailWithItsEnvelope) {
  const auto mail = mail_of(send_to("li@example.org"));
  EXPECT_EQ(mail.call.url, "smtps://mail.example.com");
  using Headers = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(mail.call.headers, (Headers{{"mail-from", "care@example.com"},
                                        {"rcpt-to", "li@example.org"},
                                        {"user", "care"},
                                        {"password", "pw"}}));
  const auto& parsed = mail.parsed;
  EXPECT_EQ(parsed.header("from"), "\"Acme \\\"Care\\\"\" <care@example.com>");
  EXPECT_EQ(parsed.header("to"), "li@example.org");
  EXPECT_EQ(parsed.header("subject"), "Your request");
  EXPECT_EQ(parsed.header("date"), "Thu, 09 Oct 2025 08:53:20 +0000");
  EXPECT_EQ(parsed.header("message-id"),
            "<snd_00000000000000000000000000000001-5.3ad2cef8408fe7ca@example.com>");
  EXPECT_EQ(parsed.header("auto-submitted"), "");
  EXPECT_EQ(text_of(parsed), "您好,\r\nit left today.\r\n");
}

TEST(EmailSend, AnAnswerStaysInItsThread) {
  const auto parsed = parse(std::string(kHead) +
                            "References: <a@x>\r\n <b@x>\r\nReply-To: other@example.org\r\n\r\nhi");
  auto send = send_to(parsed.events.at(0).recipient);
  send.message.author.type = AuthorType::bot;
  const auto mail = mail_of(send).parsed;
  EXPECT_EQ(mail.header("to"), "other@example.org");
  EXPECT_EQ(email::decode_words(mail.header("subject")), "Re: 我的订单");
  EXPECT_EQ(mail.header("in-reply-to"), "<m2@example.org>");
  EXPECT_EQ(mail.header("references"), "<a@x> <b@x> <m2@example.org>");
  EXPECT_EQ(mail.header("auto-submitted"), "auto-replied");
  EXPECT_EQ(mail.header("x-auto-response-suppress"), "OOF, AutoReply");
}

TEST(EmailSend, WhatStandsInForTheServerIsAskedByHttp) {
  Channel over = channel();
  over.api_base = "https://relay.example/mail";
  const Send send = send_to("li@example.org");
  const SendContext context{send, over, {}, {}};
  const auto call = std::get<HttpCall>(entry().connector->start(context));
  EXPECT_EQ(call.url, "https://relay.example/mail/submit");
  using Headers = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(call.headers, (Headers{{"mail-from", "care@example.com"},
                                   {"rcpt-to", "li@example.org"},
                                   {"authorization", "Basic " + to_base64("care:pw")}}));
  const auto code = [&](int status) {
    HttpAnswer answer;
    answer.status = status;
    return std::get<Error>(entry().connector->resume(context, 0, answer)).code;
  };
  EXPECT_EQ(code(429), Errc::throttled);  // HTTP's own, not a mail server's
  EXPECT_EQ(code(502), Errc::unavailable);
}

TEST(EmailSend, NoHeaderCanBeSmuggledIn) {
  auto send = send_to("li@example.org?subject=" + percent_encode("a\r\nBcc: evil@x.y") +
                      "&references=" + percent_encode("<a@x>\r\nBcc: evil@x.y") +
                      "&in-reply-to=" + percent_encode("<b\r\nBcc: evil@x.y>"));
  const auto mail = mail_of(send).parsed;
  EXPECT_EQ(mail.header("bcc"), "");
  EXPECT_EQ(mail.header("in-reply-to"), "");
  send.message.attributes["subject"] = std::string("x\nBcc: evil@x.y");
  EXPECT_EQ(mail_of(send).parsed.header("bcc"), "");
  const Channel over = channel();
  for (const char* to : {"", "li", "li@x.y, evil@x.y", "li@x.y\r\nRCPT TO:<evil@x.y>"}) {
    const Send bad = send_to(to);
    EXPECT_TRUE(std::holds_alternative<Error>(entry().connector->start({bad, over, {}, {}}))) << to;
  }
}

struct SmtpCase {
  const char* name;
  int status;
  const char* command;
  std::optional<Errc> code;  // nullopt: sent
};
void PrintTo(const SmtpCase& c, std::ostream* out) { *out << c.name; }

const SmtpCase kSmtp[] = {
    {"Taken", 250, "message", std::nullopt},
    {"Greylisted", 451, "rcpt", Errc::unavailable},
    {"MailboxFull", 452, "message", Errc::unavailable},
    {"Busy", 421, "connect", Errc::throttled},
    {"TooMuchToday", 450, "mail", Errc::throttled},
    {"NoSuchMailbox", 550, "rcpt", Errc::recipient_gone},
    {"WrongPassword", 535, "auth", Errc::misconfigured},
    {"LoginWanted", 530, "mail", Errc::misconfigured},
    {"SenderRefused", 553, "mail", Errc::misconfigured},
    {"ContentRefused", 554, "message", Errc::rejected},
    {"TooLarge", 552, "message", Errc::rejected},
};

class EmailAnswer : public testing::TestWithParam<SmtpCase> {};

TEST_P(EmailAnswer, SaysWhatToDo) {
  const auto& c = GetParam();
  const Send send = send_to("li@example.org");
  const Channel over = channel();
  HttpAnswer answer;
  answer.status = c.status;
  answer.headers = {{"smtp-command", c.command}};
  answer.body = "li@example.org is unknown";
  const auto step = entry().connector->resume({send, over, {}, {}}, 0, answer);
  if (!c.code) {
    EXPECT_EQ(std::get<Sent>(step).external_ids,
              std::vector<std::string>{
                  "<snd_00000000000000000000000000000001-5.3ad2cef8408fe7ca@example.com>"});
    return;
  }
  const auto& error = std::get<Error>(step);
  EXPECT_EQ(error.code, *c.code);
  EXPECT_EQ(error.delivery, Delivery::not_sent);
  EXPECT_EQ(error.code_text, std::to_string(c.status));
  EXPECT_EQ(error.detail.find("li@"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, EmailAnswer, testing::ValuesIn(kSmtp),
                         [](const auto& test) { return test.param.name; });

TEST(EmailSettings, AreCheckedTogether) {
  const auto& connector = *entry().connector;
  EXPECT_EQ(connector.check(channel()), "");
  const auto wrong = [&](const char* name, const char* value) {
    auto over = channel();
    over.settings[name] = value;
    return connector.check(over);
  };
  EXPECT_NE(wrong("inbox", "care"), "");
  EXPECT_NE(wrong("inbox", "Care <care@example.com>"), "");
  EXPECT_NE(wrong("smtp_url", "https://mail.example.com"), "");
  EXPECT_NE(wrong("smtp_user", ""), "");
  auto open = channel();
  open.secrets.erase("webhook_secret");
  EXPECT_NE(connector.check(open), "");
  open.settings["webhook_auth"] = "none";
  EXPECT_EQ(connector.check(open), "");
}

}  // namespace
}  // namespace parley::connectors
