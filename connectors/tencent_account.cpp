#include "connectors/tencent_account.hpp"

#include "base/json_writer.hpp"

namespace parley::connectors::tencent {
namespace {

class AccountToken final : public TokenSource {
 public:
  explicit AccountToken(const Api& api) : api_(api) {}

  HttpCall request(const Channel& channel, bool /*force*/) const override {
    return channel.setting("token_api") == "token" ? ask_token(api_, channel)
                                                   : ask_stable_token(api_, channel);
  }
  Result<Token> read(const HttpAnswer& answer) const override { return read_token(api_, answer); }

 private:
  const Api& api_;
};

class AccountTyping final : public Typing {
 public:
  explicit AccountTyping(const Api& api) : api_(api) {}

  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view access_token) const override {
    JsonWriter json;
    json.begin_object().member("touser", recipient);
    json.member("command", on ? "Typing" : "CancelTyping").end_object();
    return HttpCall{.url = api_url(api_, channel, "/cgi-bin/message/custom/typing", access_token),
                    .body = json.take()};
  }

 private:
  const Api& api_;
};

}  // namespace

std::unique_ptr<TokenSource> make_account_token(const Api& api) {
  return std::make_unique<AccountToken>(api);
}

std::unique_ptr<Typing> make_account_typing(const Api& api) {
  return std::make_unique<AccountTyping>(api);
}

}  // namespace parley::connectors::tencent
