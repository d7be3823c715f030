// connectors/wecom/api.hpp
#pragma once

#include "connectors/tencent_api.hpp"

namespace parley::connectors::wecom {

const tencent::Api& api() noexcept;

}  // namespace parley::connectors::wecom
