// connectors/wechat_oa/api.hpp
// The platform's HTTP API: addresses, and what an answer means.
//
// Errors   decided by `errcode`; its text carries request ids and changes, so it is neither
//          matched nor repeated. 40001, 40014, 42001 ask for a new token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "connectors/connector.hpp"

namespace parley::connectors::wechat_oa {

// "https://api.weixin.qq.com" + "/cgi-bin/..." + query; the token is part of every address.
std::string api_url(const Channel& channel, std::string_view path,
                    std::string_view access_token = {}, std::string_view more = {});

// The members of any answer that we ever read; "" where absent.
struct ApiAnswer {
  std::int64_t errcode = 0;
  std::string media_id = {}, message_id = {}, video_url = {}, access_token = {};
  std::int64_t expires_in_s = 0;
};

std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer);

// What an errcode other than 0 obliges us to do; nullopt for those cured by a new token.
std::optional<Error> error_from_code(std::int64_t errcode);

}  // namespace parley::connectors::wechat_oa
