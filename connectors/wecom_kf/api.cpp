#include "connectors/wecom_kf/api.hpp"

#include "connectors/tencent_work.hpp"

namespace parley::connectors::wecom_kf {

const tencent::Api& api() noexcept {
  static const tencent::Api kApi{.base = "https://qyapi.weixin.qq.com",
                                 .codes = tencent::work_codes(),
                                 .token_codes = tencent::work_token_codes()};
  return kApi;
}

IdentityKey identity_of(const Channel& channel, std::string_view external_userid) {
  return {.scope = "wecom:" + std::string(channel.setting("corp_id")),
          .scheme = "wecom_external_userid",
          .value = std::string(external_userid)};
}

}  // namespace parley::connectors::wecom_kf
