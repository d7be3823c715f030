// connectors/wecom_kf/profile.hpp
// kf/customer/batchget: a customer's name, and the unionid if the company's account is bound to the
// Open Platform account of its other accounts.
#pragma once

#include <memory>

#include "connectors/connector.hpp"

namespace parley::connectors::wecom_kf {

std::unique_ptr<ProfileSource> make_profile_source();

}  // namespace parley::connectors::wecom_kf
