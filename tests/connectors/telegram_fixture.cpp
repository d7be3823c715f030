#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {
namespace {

constexpr const char* kSecretHeader = "x-telegram-bot-api-secret-token";

OwnedRequest with_secret(const std::string& body, const std::string& secret) {
  OwnedRequest request;
  request.headers = {{"content-type", "application/json"}, {kSecretHeader, secret}};
  request.body = body;
  return request;
}

const FixtureRegistrar kTelegram([] {
  Fixture fixture;
  fixture.name = "Telegram";
  fixture.platform = "telegram";
  fixture.channel.tenant = TenantId{"demo"};
  fixture.channel.id = ChannelId{"ch1"};
  fixture.channel.platform = "telegram";
  fixture.channel.secrets.emplace("bot_token", Secret("7001:bot-token-of-the-fixture"));
  fixture.channel.secrets.emplace("secret_token", Secret("hook_secret-1"));
  fixture.good_bodies = {
      R"({"update_id":1,"message":{"message_id":5,"from":{"id":42,"first_name":"Li","last_name":"Na",
          "username":"lina","language_code":"zh"},"chat":{"id":42,"type":"private"},
          "date":1700000000,"text":"hi","entities":[{"type":"bold","offset":0,"length":2}]}})",
      R"({"update_id":2,"message":{"message_id":6,"from":{"id":42},"chat":{"id":-100123,
          "type":"supergroup"},"date":1700000001,"caption":"see","photo":[{"file_id":"s","width":9,
          "height":9,"file_size":1},{"file_id":"L","width":90,"height":90}],
          "reply_to_message":{"message_id":5}}})",
      R"({"update_id":3,"callback_query":{"id":"77","from":{"id":42},"data":"yes","message":{
          "message_id":6,"chat":{"id":42,"type":"private"}}}})",
      R"({"update_id":4,"edited_message":{"message_id":5,"from":{"id":42},"chat":{"id":42},
          "date":1700000000,"edit_date":1700000009,"text":"hello"}})",
      R"({"update_id":5,"my_chat_member":{"chat":{"id":42,"type":"private"},"from":{"id":42},
          "date":1700000000,"old_chat_member":{"status":"member"},
          "new_chat_member":{"status":"kicked"}}})",
      R"({"update_id":6,"message_reaction":{"chat":{"id":42,"type":"private"},"message_id":5,
          "user":{"id":42},"date":1700000000,"old_reaction":[],
          "new_reaction":[{"type":"emoji","emoji":"x"}]}})",
  };
  fixture.sign = [](const std::string& body) { return with_secret(body, "hook_secret-1"); };
  fixture.forgeries = [](const std::string& body) {
    OwnedRequest bare = with_secret(body, "");
    bare.headers.pop_back();
    return std::vector<OwnedRequest>{bare,
                                     with_secret(body, ""),
                                     with_secret(body, "hook_secret-2"),
                                     with_secret(body, "hook_secret-"),
                                     with_secret(body, "HOOK_SECRET-1"),
                                     with_secret(body, "hook_secret-1 ")};
  };
  fixture.body_signed = false;
  fixture.good_pages = {
      R"({"ok":true,"result":[{"update_id":7,"message":{"message_id":5,"from":{"id":42},"chat":{
          "id":42,"type":"private"},"date":1700000000,"text":"hi"}},{"update_id":8,
          "edited_message":{"message_id":5,"from":{"id":42},"chat":{"id":42},"date":1700000000,
          "edit_date":1700000009,"text":"hello"}}]})",
  };
  return fixture;
});

}  // namespace
}  // namespace parley::connectors::testing_support
