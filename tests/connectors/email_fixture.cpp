#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {
namespace {

// In a form, as mail providers send it, so that a mail that was cut can be told from a whole one.
std::string in_a_form(const std::string& mail) {
  return "--form\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n" + mail + "\r\n--form--";
}

OwnedRequest with_key(const std::string& body, const std::string& query) {
  OwnedRequest request;
  request.query = query;
  request.headers = {{"content-type", "multipart/form-data; boundary=form"}};
  request.body = body;
  return request;
}

const FixtureRegistrar kEmail([] {
  Fixture fixture;
  fixture.name = "Email";
  fixture.platform = "email";
  fixture.channel.tenant = TenantId{"demo"};
  fixture.channel.id = ChannelId{"mail"};
  fixture.channel.platform = "email";
  fixture.channel.settings = {{"inbox", "care@example.com"}, {"webhook_auth", "key"}};
  fixture.channel.secrets.emplace("webhook_secret", Secret("secret-of-the-pipe"));
  fixture.good_bodies = {
      in_a_form(
          "From: Li <li@example.org>\r\nTo: care@example.com\r\nMessage-ID: <m1@example.org>\r\n"
          "Content-Type: multipart/alternative; boundary=b1\r\n\r\n--b1\r\n\r\nhi\r\n--b1\r\n"
          "Content-Type: text/html\r\n\r\n<p>hi</p>\r\n--b1--"),
      in_a_form(
          "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=b2\n\n--b2\n"
          "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; li@example.org\n"
          "Action: failed\nStatus: 5.1.1\n--b2\nContent-Type: text/rfc822-headers\n\n"
          "Message-ID: <snd_1.e717e65af581271d@example.com>\n\n--b2--")};
  fixture.sign = [](const std::string& body) { return with_key(body, "key=secret-of-the-pipe"); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    for (const char* query : {"", "key=", "key=secret-of-the-pip", "key=Secret-of-the-pipe",
                              "kee=secret-of-the-pipe"}) {
      out.push_back(with_key(body, query));
    }
    return out;
  };
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
