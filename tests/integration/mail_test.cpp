// A mail from the server that hands it over to the one that takes the answer, over SMTP: the words,
// the thread, the files, and what a redelivery and a bounce do.
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "connectors/stand_in.hpp"
#include "tests/http/scripted_peer.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

using connectors::json_at;
using gateway::http::PeerConnection;
using gateway::http::ScriptedPeer;

// Takes every mail it is given.
void take_mails(PeerConnection& peer, int) {
  peer.send("220 mail.test\r\n");
  for (;;) {
    const auto line = peer.read_until("\r\n");
    if (line.empty()) return;
    if (line.starts_with("EHLO")) {
      peer.send("250-mail.test\r\n250 AUTH PLAIN\r\n");
    } else if (line.starts_with("DATA")) {
      peer.send("354 go\r\n");
      peer.read_until("\r\n.\r\n");
      peer.send("250 2.0.0 queued\r\n");
    } else {
      peer.send(line.starts_with("AUTH") ? "235 hello\r\n" : "250 ok\r\n");
    }
  }
}

class Mailbox : public testing::Test {
 protected:
  Answer hand_over(const std::string& mail, const std::string& key = "s3cret") const {
    return ask(world_.port(), "POST", "/webhooks/shop/mail?key=" + key,
               {{"content-type", "message/rfc822"}}, mail);
  }
  std::string submitted() { return server_.received(); }
  std::vector<std::string> events() const {
    const auto all = world_.api("shop-admin", "GET", "/v1/conversations");
    const auto id = json_at(all.body, "/conversations/0/id");
    return id.empty() ? std::vector<std::string>() : world_.events("shop-admin", id);
  }
  bool comes_to(const std::string& what, std::size_t times) const {
    return World::eventually([&] { return count_containing(events(), what) >= times; }) &&
           count_containing(events(), what) == times;
  }

  ScriptedPeer server_{take_mails};
  World world_{{{.id = "shop",
                 .channels = "[[channel]]\nid = \"mail\"\nplatform = \"email\"\n"
                             "inbox = \"care@example.com\"\nwebhook_secret = \"s3cret\"\n"
                             "smtp_url = \"smtp://127.0.0.1:" +
                             std::to_string(server_.port()) +
                             "\"\nsmtp_user = \"care\"\nsmtp_password = \"pw\"\n"}}};
};

const std::string kQuestion =
    "From: Li <li@example.org>\r\nTo: care@example.com\r\nMessage-ID: <q1@example.org>\r\n"
    "Subject: Hours\r\nReferences: <q0@example.org>\r\n\r\n"
    "What are your opening hours?\r\n\r\n> On Monday you wrote\r\n";

TEST_F(Mailbox, AQuestionIsAnsweredInItsThreadAndABounceMovesTheAnswer) {
  EXPECT_EQ(hand_over(kQuestion, "wrong").status, 401);
  ASSERT_EQ(hand_over(kQuestion).status, 200);
  ASSERT_EQ(hand_over(kQuestion).status, 200);  // once more, as a server does that saw no answer
  ASSERT_TRUE(comes_to(R"("state":"sent")", 1));
  EXPECT_EQ(count_containing(events(), R"("type":"routing.decided")"), 1u);

  const auto mail = submitted();
  for (const char* line : {"AUTH PLAIN AGNhcmUAcHc=\r\n", "MAIL FROM:<care@example.com>\r\n",
                           "RCPT TO:<li@example.org>\r\n", "Subject: Re: Hours\r\n",
                           "In-Reply-To: <q1@example.org>\r\n",
                           "References: <q0@example.org>\r\n <q1@example.org>\r\n",
                           "Auto-Submitted: auto-replied\r\n"}) {
    EXPECT_NE(mail.find(line), std::string::npos) << line << "\n" << mail;
  }
  EXPECT_NE(mail.find(to_base64("We are open from 9 to 18.").substr(0, 30)), std::string::npos);
  EXPECT_EQ(mail.find("EHLO", 4), std::string::npos) << "more than one mail";

  const auto at = mail.find("Message-ID: ") + 12;
  const auto id = mail.substr(at, mail.find("\r\n", at) - at);
  ASSERT_EQ(
      hand_over("From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report; boundary=b\r\n"
                "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                "Final-Recipient: rfc822; li@example.org\r\nAction: failed\r\n"
                "Status: 5.2.2\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                "Message-ID: " +
                id + "\r\n--b--\r\n")
          .status,
      200);
  EXPECT_TRUE(comes_to(R"("error_code":"5.2.2")", 1));
}

TEST_F(Mailbox, AFileIsKeptOnceHoweverOftenItsMailComes) {
  // Larger than a webhook without files may be.
  const std::string bytes = "%PDF-1.4\n" + std::string(1'500'000, 'x');
  const std::string mail =
      "From: li@example.org\r\nTo: care@example.com\r\nMessage-ID: <f1@example.org>\r\n"
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee\r\n--b\r\n"
      "Content-Type: application/pdf; name=bill.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      to_base64(bytes) + "\r\n--b--\r\n";
  ASSERT_EQ(hand_over(mail).status, 200);
  ASSERT_EQ(hand_over(mail).status, 200);
  ASSERT_EQ(count_containing(events(), "bill.pdf"), 1u);
  std::string event;
  for (const auto& one : events()) {
    if (one.find("bill.pdf") != std::string::npos) event = one;
  }
  const auto id = json_at(event, "/message/content/1/media_id");
  ASSERT_NE(id, "") << event;
  const auto shown = world_.api("shop-admin", "GET", "/v1/media/" + id);
  EXPECT_EQ(shown.status, 200) << shown.body;
  const auto url = json_at(shown.body, "/url");
  const auto file = ask(world_.port(), "GET", url, {}, "");
  EXPECT_EQ(file.status, 200);
  EXPECT_TRUE(file.body == bytes);
}

}  // namespace
}  // namespace parley::test
