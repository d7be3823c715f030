#include "tests/connectors/instagram_support.hpp"

namespace parley::connectors::testing_support {
namespace {

const FixtureRegistrar kInstagram([] {
  namespace support = instagram_support;
  using support::entry_with;
  using support::event;
  Fixture fixture;
  fixture.name = "Instagram";
  fixture.platform = "instagram";
  fixture.channel = support::channel();
  fixture.good_bodies = {
      support::account(entry_with(event(R"("message":{"mid":"m_1","text":"hi"})"))),
      support::account(entry_with(event(
          R"("message":{"mid":"m_2","attachments":[{"type":"story_mention","payload":{
             "url":"https://x.example/a"}}]})"))),
      support::account(entry_with(event(R"("message":{"mid":"m_1","is_deleted":true})"))),
      support::account(entry_with(event(R"("read":{"mid":"m_8"})"))),
  };
  fixture.sign = [](const std::string& body) { return graph_support::sign(body); };
  fixture.forgeries = [](const std::string& body) { return graph_support::forgeries(body); };
  fixture.body_signed = true;
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
