#include "connectors/wechat_oa/trust.hpp"

#include "connectors/tencent_plan.hpp"

namespace parley::connectors::wechat_oa {

tencent::Callback callback_of(const Channel& channel) {
  return {.mode = tencent::mode_of(channel),
          .receivers = {std::string(channel.setting("app_id"))},
          .names_addressee = true};
}

std::string check_settings(const Channel& channel) {
  if (auto wrong = tencent::check_mode(channel); !wrong.empty()) return wrong;
  if (!channel.setting("text_bytes_max").empty() && !tencent::text_bytes_setting(channel)) {
    return "text_bytes_max must be a whole number from 64 to 2048";
  }
  return {};
}

}  // namespace parley::connectors::wechat_oa
