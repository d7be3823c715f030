#include "connectors/registry.hpp"

#include "connectors/alipay/alipay.hpp"
#include "connectors/custom/custom.hpp"
#include "connectors/dingtalk/dingtalk.hpp"
#include "connectors/discord/discord.hpp"
#include "connectors/douyin/douyin.hpp"
#include "connectors/email/email.hpp"
#include "connectors/feishu/feishu.hpp"
#include "connectors/freshchat/freshchat.hpp"
#include "connectors/instagram/instagram.hpp"
#include "connectors/line/line.hpp"
#include "connectors/mapped/mapped.hpp"
#include "connectors/messenger/messenger.hpp"
#include "connectors/qq/qq.hpp"
#include "connectors/rocketchat/rocketchat.hpp"
#include "connectors/slack/slack.hpp"
#include "connectors/telegram/telegram.hpp"
#include "connectors/twilio/twilio.hpp"
#include "connectors/viber/viber.hpp"
#include "connectors/vk/vk.hpp"
#include "connectors/webchat/webchat.hpp"
#include "connectors/wechat_miniprogram/wechat_miniprogram.hpp"
#include "connectors/wechat_oa/wechat_oa.hpp"
#include "connectors/wecom/wecom.hpp"
#include "connectors/wecom_kf/wecom_kf.hpp"
#include "connectors/weibo/weibo.hpp"
#include "connectors/whatsapp/whatsapp.hpp"

namespace parley::connectors {

const Entry* Registry::find(std::string_view platform) const noexcept {
  for (const auto& entry : entries_) {
    if (entry.connector->platform() == platform) return &entry;
  }
  return nullptr;
}

const Registry& builtin_registry() {
  static const Registry kRegistry = [] {
    std::vector<Entry> entries;
    entries.push_back(make_wechat_oa());
    entries.push_back(make_wechat_miniprogram());
    entries.push_back(make_wecom());
    entries.push_back(make_wecom_kf());
    entries.push_back(make_telegram());
    entries.push_back(make_webchat());
    entries.push_back(make_custom());
    entries.push_back(make_twilio_sms());
    entries.push_back(make_twilio_messaging_service());
    entries.push_back(make_twilio_whatsapp());
    entries.push_back(make_twilio_voice());
    entries.push_back(make_mapped());
    for (auto& preset : make_mapped_presets()) entries.push_back(std::move(preset));
    entries.push_back(make_rocketchat());
    entries.push_back(make_freshchat());
    entries.push_back(make_email());
    entries.push_back(make_feishu());
    entries.push_back(make_dingtalk());
    entries.push_back(make_qq());
    entries.push_back(make_douyin());
    entries.push_back(make_weibo());
    entries.push_back(make_whatsapp());
    entries.push_back(make_messenger());
    entries.push_back(make_instagram());
    entries.push_back(make_line());
    entries.push_back(make_slack());
    entries.push_back(make_viber());
    entries.push_back(make_discord());
    entries.push_back(make_vk());
    entries.push_back(make_alipay());
    return Registry(std::move(entries));
  }();
  return kRegistry;
}

}  // namespace parley::connectors
