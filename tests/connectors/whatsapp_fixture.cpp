#include "tests/connectors/whatsapp_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kWhatsApp([] {
  namespace support = whatsapp_support;
  Fixture fixture;
  fixture.name = "WhatsApp";
  fixture.platform = "whatsapp";
  fixture.channel = support::channel();
  fixture.good_bodies = {
      support::message_with(R"("type":"text","text":{"body":"hi"},"context":{"id":"wamid.Z"})"),
      support::message_with(
          R"("type":"image","image":{"id":"5","mime_type":"image/jpeg","caption":"see"})"),
      support::webhook(support::change(
          R"("messages":[{"from_user_id":"GB.1a2B","id":"wamid.B","timestamp":"1700000000",
              "type":"interactive","interactive":{"type":"button_reply",
              "button_reply":{"id":"yes","title":"Yes"}}},{"from":"4479","id":"wamid.C",
              "timestamp":"1700000001","type":"reaction",
              "reaction":{"message_id":"wamid.A","emoji":"x"}}])")),
      support::webhook(support::change(
          R"("statuses":[{"id":"wamid.9","recipient_id":"4479","status":"failed",
              "timestamp":"1700000000","errors":[{"code":131026,"title":"no"}]}])")),
  };
  fixture.sign = [](const std::string& body) { return graph_support::sign(body); };
  fixture.forgeries = [](const std::string& body) { return graph_support::forgeries(body); };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
