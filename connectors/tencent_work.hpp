// connectors/tencent_work.hpp
// What the platforms of one company account have in common: its errcodes and its access tokens.
//
// Source   developer.work.weixin.qq.com: global errcodes (path 90313), gettoken (path 91039)
// Threads  pure functions.
#pragma once

#include <span>

#include "connectors/tencent_api.hpp"

namespace parley::connectors::tencent {

std::span<const ApiCode> work_codes() noexcept;
std::span<const std::int64_t> work_token_codes() noexcept;

// The same token while it is valid, whoever asks; settings corp_id and (secret) secret.
HttpCall ask_work_token(const Api& api, const Channel& channel);

}  // namespace parley::connectors::tencent
