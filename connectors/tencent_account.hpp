// connectors/tencent_account.hpp
// What an official account and a mini program do alike: their access token, and "is typing".
#pragma once

#include <memory>

#include "connectors/connector.hpp"
#include "connectors/tencent_api.hpp"

namespace parley::connectors::tencent {

// `api` must outlive what they return.
//
// The setting token_api chooses how to ask: "token", or the stable one. That is the same for every
// caller, so being forced to renew needs nothing of it: the newest one comes back. Its own
// force_refresh would take the token from our other nodes, and only 20 of them a day are allowed.
std::unique_ptr<TokenSource> make_account_token(const Api& api);
std::unique_ptr<Typing> make_account_typing(const Api& api);

}  // namespace parley::connectors::tencent
