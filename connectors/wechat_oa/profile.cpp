#include "connectors/wechat_oa/profile.hpp"

#include "connectors/url.hpp"
#include "connectors/wechat_oa/api.hpp"

namespace parley::connectors::wechat_oa {
namespace {

class Followers final : public ProfileSource {
 public:
  HttpCall ask(const Channel& channel, const IdentityKey& who,
               std::string_view access_token) const override {
    return {.method = "GET",
            .url = tencent::api_url(kApi, channel, "/cgi-bin/user/info", access_token,
                                    form_encode({{"openid", who.value}, {"lang", "zh_CN"}})),
            .content_type = ""};
  }

  Read read(const IdentityKey& who, const HttpAnswer& answer) const override {
    auto said = tencent::read_document(kApi, answer);
    if (auto* error = std::get_if<Error>(&said)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&said)) return std::move(*refresh);
    const auto& user = std::get<XmlElement>(said);
    if (user.child_text("openid") != who.value) {
      return Error{.code = Errc::not_found, .detail = "the answer is about somebody else"};
    }
    const auto language = user.child_text("language");  // "zh_CN"
    return Profile{.display_name = std::string(user.child_text("nickname")),
                   .language = std::string(language.substr(0, language.find('_'))),
                   .avatar_url = std::string(user.child_text("headimgurl")),
                   .union_id = std::string(user.child_text("unionid"))};
  }
};

}  // namespace

std::unique_ptr<ProfileSource> make_profile_source() { return std::make_unique<Followers>(); }

}  // namespace parley::connectors::wechat_oa
