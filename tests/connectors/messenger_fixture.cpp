#include "tests/connectors/messenger_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kMessenger([] {
  namespace support = messenger_support;
  using support::entry_with;
  using support::event;
  Fixture fixture;
  fixture.name = "Messenger";
  fixture.platform = "messenger";
  fixture.channel = support::channel();
  fixture.good_bodies = {
      support::page(entry_with(event(R"("message":{"mid":"m_1","text":"hi"})"))),
      support::page(entry_with(event(
          R"("message":{"mid":"m_2","attachments":[{"type":"image","payload":{
             "url":"https://x.example/a"}}],"reply_to":{"mid":"m_1"}})"))),
      support::page(entry_with(event(R"("postback":{"title":"Go","payload":"go"})") + "," +
                               event(R"("reaction":{"mid":"m_1","action":"react","emoji":"x"})"))),
      support::page(entry_with(event(R"("delivery":{"mids":["m_8","m_9"],"watermark":1})"))),
      support::page(entry_with(event(R"("message":{"mid":"m_3","text":"hi"})"), "standby")),
  };
  fixture.sign = [](const std::string& body) { return graph_support::sign(body); };
  fixture.forgeries = [](const std::string& body) { return graph_support::forgeries(body); };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
