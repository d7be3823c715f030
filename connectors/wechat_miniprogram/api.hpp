// connectors/wechat_miniprogram/api.hpp
// The mini-program's HTTP API: where it is and what its errcodes mean.
#pragma once

#include "connectors/tencent_api.hpp"

namespace parley::connectors::wechat_miniprogram {

extern const tencent::Api kApi;

}  // namespace parley::connectors::wechat_miniprogram
