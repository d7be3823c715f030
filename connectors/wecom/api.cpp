#include "connectors/wecom/api.hpp"

#include "connectors/tencent_work.hpp"

namespace parley::connectors::wecom {

const tencent::Api& api() noexcept {
  static const tencent::Api kApi{.base = "https://qyapi.weixin.qq.com",
                                 .codes = tencent::work_codes(),
                                 .token_codes = tencent::work_token_codes()};
  return kApi;
}

}  // namespace parley::connectors::wecom
