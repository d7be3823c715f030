#include "connectors/wechat_oa/api.hpp"

#include <chrono>

namespace parley::connectors::wechat_oa {
namespace {

using namespace std::chrono_literals;

constexpr tencent::ApiCode kCodes[] = {
    {-1, Errc::unavailable, "the platform is busy"},
    {40013, Errc::misconfigured, "the app_id is not valid"},
    {40125, Errc::misconfigured, "the app_secret is not valid"},
    {40164, Errc::misconfigured, "our address is not on the account's list of allowed ones"},
    {40243, Errc::misconfigured, "the app_secret is frozen"},
    {41001, Errc::misconfigured, "no access token reached the platform"},
    {41002, Errc::misconfigured, "the app_id is missing"},
    {41004, Errc::misconfigured, "the app_secret is missing"},
    {50002, Errc::misconfigured, "the account is restricted"},
    {50007, Errc::misconfigured, "the account is frozen"},
    {61452, Errc::misconfigured, "kf_account is not valid"},
    {65400, Errc::misconfigured, "the customer-service feature is not switched on"},
    {65401, Errc::misconfigured, "kf_account is not valid"},
    {89501, Errc::misconfigured, "our address awaits the administrator's confirmation"},
    {89503, Errc::misconfigured, "our address awaits the administrator's confirmation"},
    {89506, Errc::misconfigured, "the administrator refused our address for a day"},
    {89507, Errc::misconfigured, "the administrator refused our address for an hour"},
    {45009, Errc::throttled, "the day's quota of calls is used up", 1h},
    {45011, Errc::throttled, "too many calls this minute", 60s},
    {45015, Errc::window_closed, "the reply window is closed"},
    {45047, Errc::window_closed, "the reply window's quota is used up"},
    {43004, Errc::recipient_gone, "the recipient does not follow the account"},
    {43019, Errc::recipient_gone, "the recipient is on the block list"},
    {43101, Errc::recipient_gone, "the recipient refused such messages"},
    {40003, Errc::rejected, "the recipient is not known to this account"},
    {40007, Errc::rejected, "the media id is not valid or has expired"},
    {45002, Errc::rejected, "the text is too long"},
    {47003, Errc::rejected, "a template argument is not valid"},
    {48001, Errc::rejected, "the account may not use this API"},
};

constexpr std::int64_t kTokenCodes[] = {40001, 40014, 42001};

}  // namespace

const tencent::Api kApi{
    .base = "https://api.weixin.qq.com", .codes = kCodes, .token_codes = kTokenCodes};

}  // namespace parley::connectors::wechat_oa
