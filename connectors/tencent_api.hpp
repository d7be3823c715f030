// connectors/tencent_api.hpp
// The HTTP APIs of Tencent's messaging platforms: addresses with the token in the query, answers
// with an errcode.
//
// Errors   decided by `errcode`; its text carries request ids and changes, so it is neither
//          matched nor repeated. An answer that cannot be read leaves delivery unknown.
// Threads  pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "connectors/connector.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::tencent {

// What an errcode obliges us to do. One that is not listed is a refusal: repeating does not help.
struct ApiCode {
  std::int64_t code = 0;
  Errc errc = Errc::rejected;
  std::string_view what;
  Milliseconds retry_after{};
};

struct Api {
  std::string_view base;  // "https://..."
  std::span<const ApiCode> codes;
  std::span<const std::int64_t> token_codes;  // cured by a new access token
};

// base + "/cgi-bin/..." + query; the token is part of every address.
std::string api_url(const Api& api, const Channel& channel, std::string_view path,
                    std::string_view access_token = {}, std::string_view more = {});

// The members of any answer that we ever read; "" where absent.
struct ApiAnswer {
  std::int64_t errcode = 0;
  std::string media_id = {}, message_id = {}, video_url = {}, access_token = {};
  std::string invalid_user = {};  // the recipients that were left out
  std::int64_t expires_in_s = 0;
};

using ApiSaid = std::variant<ApiAnswer, Error, RefreshToken>;
ApiSaid read_answer(const Api& api, const HttpAnswer& answer);
// For answers whose other members the caller reads itself: a small document whose errcode is 0.
std::variant<XmlElement, Error, RefreshToken> read_document(const Api& api,
                                                            const HttpAnswer& answer);
// For those the caller parses itself. monostate: it is 0.
std::variant<std::monostate, Error, RefreshToken> check_errcode(const Api& api,
                                                                std::int64_t errcode);

// An access token out of the answer to the call that asks for one.
Result<TokenSource::Token> read_token(const Api& api, const HttpAnswer& answer);
// A token that other programs of the account do not lose by our asking.
HttpCall ask_stable_token(const Api& api, const Channel& channel);
// The older way: each call takes the token from everybody else.
HttpCall ask_token(const Api& api, const Channel& channel);

}  // namespace parley::connectors::tencent
