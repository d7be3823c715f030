// connectors/tencent_work.hpp
// What the platforms of one company account have in common: its errcodes and its access tokens.
//
// Source   developer.work.weixin.qq.com: global errcodes (path 90313), gettoken (path 91039)
// Threads  pure functions.
#pragma once

#include <memory>
#include <span>

#include "connectors/tencent_api.hpp"

namespace parley::connectors::tencent {

std::span<const ApiCode> work_codes() noexcept;
std::span<const std::int64_t> work_token_codes() noexcept;

// The same token while it is valid, whoever asks; settings corp_id and (secret) secret.
// A token that was refused is not given again: the platform makes a new one. `api` must outlive it.
std::unique_ptr<TokenSource> make_work_token(const Api& api);

}  // namespace parley::connectors::tencent
