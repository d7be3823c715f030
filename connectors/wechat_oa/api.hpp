// connectors/wechat_oa/api.hpp
// The official account's HTTP API: where it is and what its errcodes mean.
#pragma once

#include "connectors/tencent_api.hpp"

namespace parley::connectors::wechat_oa {

extern const tencent::Api kApi;

}  // namespace parley::connectors::wechat_oa
