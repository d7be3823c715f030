#include "connectors/wecom_kf/profile.hpp"

#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_tree.hpp"
#include "connectors/tencent_api.hpp"
#include "connectors/wecom_kf/api.hpp"

namespace parley::connectors::wecom_kf {
namespace {

class Customers final : public ProfileSource {
 public:
  HttpCall ask(const Channel& channel, const IdentityKey& who,
               std::string_view access_token) const override {
    JsonWriter json;
    json.begin_object().key("external_userid_list").begin_array().value(who.value).end_array();
    json.member("need_enter_session_context", 0).end_object();
    return {.url = tencent::api_url(api(), channel, "/cgi-bin/kf/customer/batchget", access_token),
            .body = json.take()};
  }

  Read read(const IdentityKey& who, const HttpAnswer& answer) const override {
    auto said = tencent::read_document(api(), answer);
    if (auto* error = std::get_if<Error>(&said)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&said)) return std::move(*refresh);
    for (const auto& entry : std::get<XmlElement>(said).children) {
      if (entry.name != "customer_list" || entry.child_text("external_userid") != who.value) {
        continue;
      }
      return Profile{.display_name = std::string(entry.child_text("nickname")),
                     .language = {},
                     .avatar_url = std::string(entry.child_text("avatar")),
                     .union_id = std::string(entry.child_text("unionid"))};
    }
    return Error{.code = Errc::not_found, .detail = "the platform tells nothing of this customer"};
  }
};

}  // namespace

std::unique_ptr<ProfileSource> make_profile_source() { return std::make_unique<Customers>(); }

}  // namespace parley::connectors::wecom_kf
