#include "tests/connectors/feishu_support.hpp"

namespace parley::connectors::testing_support {
namespace {

std::vector<std::string> good_bodies() {
  return {feishu_message("text", R"({"text":"你好"})"),
          feishu_message("image", R"({"image_key":"img_1"})", R"(,"parent_id":"om_0")", "group"),
          feishu_json("im.message.message_read_v1",
                      R"({"reader":{"reader_id":{"open_id":"ou_1"},"read_time":"1600000000789"},)"
                      R"("message_id_list":["om_2","om_3"]})")};
}

std::vector<OwnedRequest> without_and_with_others(const OwnedRequest& good) {
  std::vector<OwnedRequest> out;
  for (std::size_t i = 1; i < good.headers.size(); ++i) {
    out.push_back(good);
    out.back().headers.erase(out.back().headers.begin() + static_cast<std::ptrdiff_t>(i));
    out.push_back(good);
    out.back().headers[i].second += "0";
    out.push_back(good);
    out.back().headers[i].second.pop_back();
  }
  return out;
}

Fixture encrypted() {
  Fixture fixture;
  fixture.name = "FeishuEncrypted";
  fixture.platform = "feishu";
  fixture.channel = feishu_channel();
  fixture.good_bodies = good_bodies();
  fixture.sign = [](const std::string& body) { return feishu_event(body); };
  fixture.forgeries = [](const std::string& body) {
    auto out = without_and_with_others(feishu_event(body));
    out.push_back(feishu_plain(body));  // downgrade: the right token, but in the clear
    out.push_back(feishu_event(body, "AnotherKey"));
    return out;
  };
  fixture.body_signed = true;
  return fixture;
}

Fixture plain() {
  Fixture fixture;
  fixture.name = "FeishuPlain";
  fixture.platform = "feishu";
  fixture.channel = feishu_channel(false);
  fixture.good_bodies = good_bodies();
  fixture.sign = [](const std::string& body) { return feishu_plain(body); };
  fixture.forgeries = [](const std::string& body) {
    std::vector<OwnedRequest> out;
    for (const char* token : {"", "TokenOfTest", "TokenOfTests ", "tokenoftests"}) {
      auto forged = body;
      const auto at = forged.find(kFeishuToken);
      forged.replace(at, kFeishuToken.size(), token);
      out.push_back(feishu_plain(forged));
    }
    return out;
  };
  return fixture;
}

Fixture old_card() {
  Fixture fixture;
  fixture.name = "FeishuOldCard";
  fixture.platform = "feishu";
  fixture.channel = feishu_channel();
  fixture.good_bodies = {
      R"({"open_id":"ou_1","open_message_id":"om_1","open_chat_id":"oc_1","token":"c-1",)"
      R"("action":{"tag":"button","value":{"payload":"yes","title":"是"}}})"};
  fixture.sign = [](const std::string& body) { return feishu_old_card(body); };
  fixture.forgeries = [](const std::string& body) {
    return without_and_with_others(feishu_old_card(body));
  };
  fixture.body_signed = true;
  return fixture;
}

const FixtureRegistrar kEncrypted(encrypted), kPlain(plain), kOldCard(old_card);

}  // namespace
}  // namespace parley::connectors::testing_support
