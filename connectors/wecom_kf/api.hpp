// connectors/wecom_kf/api.hpp
// Where the API is, and how customers are named there: one id in all accounts of a company.
#pragma once

#include <string>

#include "connectors/tencent_api.hpp"

namespace parley::connectors::wecom_kf {

const tencent::Api& api() noexcept;

IdentityKey identity_of(const Channel& channel, std::string_view external_userid);

}  // namespace parley::connectors::wecom_kf
