// connectors/wechat_oa/trust.hpp
// Who may speak for an official account. In safe and compat mode the envelope is for its AppID.
#pragma once

#include "connectors/tencent_callback.hpp"

namespace parley::connectors::wechat_oa {

tencent::Callback callback_of(const Channel& channel);

std::string check_settings(const Channel& channel);

}  // namespace parley::connectors::wechat_oa
