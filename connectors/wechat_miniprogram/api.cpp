#include "connectors/wechat_miniprogram/api.hpp"

#include <chrono>

namespace parley::connectors::wechat_miniprogram {
namespace {

using namespace std::chrono_literals;

constexpr tencent::ApiCode kCodes[] = {
    {-1, Errc::unavailable, "the platform is busy"},
    {40013, Errc::misconfigured, "the app_id is not valid"},
    {40037, Errc::misconfigured, "the template id is not one of this mini program"},
    {40125, Errc::misconfigured, "the app_secret is not valid"},
    {40164, Errc::misconfigured, "our address is not on the list of allowed ones"},
    {40243, Errc::misconfigured, "the app_secret is frozen"},
    {41001, Errc::misconfigured, "no access token reached the platform"},
    {41002, Errc::misconfigured, "the app_id is missing"},
    {41004, Errc::misconfigured, "the app_secret is missing"},
    {48001, Errc::misconfigured, "the mini program may not use this API"},
    {50002, Errc::misconfigured, "the account is restricted"},
    {50007, Errc::misconfigured, "the account is frozen"},
    {45009, Errc::throttled, "the day's quota of calls is used up", 1h},
    {45011, Errc::throttled, "too many calls this minute", 60s},
    {45015, Errc::window_closed, "the reply window is closed"},
    {45047, Errc::window_closed, "the reply window's quota is used up"},
    {43101, Errc::recipient_gone, "the recipient did not agree to such messages"},
    {40003, Errc::rejected, "the recipient is not known to this mini program"},
    {40007, Errc::rejected, "the media id is not valid or has expired"},
    {41030, Errc::rejected, "the page is none of this mini program"},
    {45002, Errc::rejected, "the text is too long"},
    {47003, Errc::rejected, "a template argument is not valid"},
};

constexpr std::int64_t kTokenCodes[] = {40001, 40014, 42001};

}  // namespace

constinit const tencent::Api kApi{
    .base = "https://api.weixin.qq.com", .codes = kCodes, .token_codes = kTokenCodes};

}  // namespace parley::connectors::wechat_miniprogram
