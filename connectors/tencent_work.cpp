#include "connectors/tencent_work.hpp"

#include <chrono>

#include "connectors/url.hpp"

namespace parley::connectors::tencent {
namespace {

using namespace std::chrono_literals;

constexpr ApiCode kCodes[] = {
    {-1, Errc::unavailable, "the platform is busy"},
    {40001, Errc::misconfigured, "the secret is not valid"},
    {40013, Errc::misconfigured, "the corp_id is not valid"},
    {40056, Errc::misconfigured, "the agent_id is not valid"},
    {40093, Errc::misconfigured, "the secret is not one for this API"},
    {41001, Errc::misconfigured, "no access token reached the platform"},
    {41002, Errc::misconfigured, "the corp_id is missing"},
    {41004, Errc::misconfigured, "the secret is missing"},
    {48002, Errc::misconfigured, "the application may not use this API"},
    {50001, Errc::misconfigured, "the address is not one the application trusts"},
    {50003, Errc::misconfigured, "the application is switched off"},
    {60011, Errc::misconfigured, "the application has no right to do this"},
    {60020, Errc::misconfigured, "our address is not on the list of trusted ones"},
    {301002, Errc::misconfigured, "the application has no right to this agent_id"},
    {45009, Errc::throttled, "too many calls", 60s},
    {45033, Errc::throttled, "too many calls at once", 5s},
    {40003, Errc::rejected, "the recipient is no member"},
    {40007, Errc::rejected, "the media id is not valid or has expired"},
    {40096, Errc::rejected, "the recipient is no customer of this company"},
    {45002, Errc::rejected, "the text is too long"},
    {60111, Errc::rejected, "the recipient is no member"},
    {81013, Errc::rejected, "no recipient may see the application"},
    {95000, Errc::misconfigured, "the open_kfid is not valid"},
    {95001, Errc::window_closed, "the reply window's quota is used up"},
    {95002, Errc::window_closed, "the reply window is closed"},
    {95004, Errc::misconfigured, "there is no such open_kfid"},
    {95007, Errc::unauthenticated, "the bell's token is not valid or has expired"},
    {95011, Errc::misconfigured, "customer service is bound to the company's own client"},
    {95012, Errc::misconfigured, "customer service is not bound to the company's own client"},
    {95013, Errc::window_closed, "the session has ended"},
    {95016, Errc::rejected, "the session cannot change to that state"},
    {95017, Errc::misconfigured, "the API is switched off for this account"},
    {95018, Errc::window_closed, "the session is with the company's own people, or ended"},
};

constexpr std::int64_t kTokenCodes[] = {40014, 42001};

class WorkToken final : public TokenSource {
 public:
  explicit WorkToken(const Api& api) : api_(api) {}

  HttpCall request(const Channel& channel, bool /*force*/) const override {
    const auto query = form_encode({{"corpid", std::string(channel.setting("corp_id"))},
                                    {"corpsecret", channel.secret("secret").reveal()}});
    return {.method = "GET",
            .url = api_url(api_, channel, "/cgi-bin/gettoken", {}, query),
            .content_type = ""};
  }
  Result<Token> read(const HttpAnswer& answer) const override { return read_token(api_, answer); }

 private:
  const Api& api_;
};

}  // namespace

std::span<const ApiCode> work_codes() noexcept { return kCodes; }
std::span<const std::int64_t> work_token_codes() noexcept { return kTokenCodes; }

std::unique_ptr<TokenSource> make_work_token(const Api& api) {
  return std::make_unique<WorkToken>(api);
}

}  // namespace parley::connectors::tencent
