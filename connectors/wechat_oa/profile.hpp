// connectors/wechat_oa/profile.hpp
// cgi-bin/user/info: the language and, if the account is bound to an Open Platform account, the
// unionid of one who follows. Names and pictures are no longer told.
#pragma once

#include <memory>

#include "connectors/connector.hpp"

namespace parley::connectors::wechat_oa {

std::unique_ptr<ProfileSource> make_profile_source();

}  // namespace parley::connectors::wechat_oa
