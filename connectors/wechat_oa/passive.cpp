#include "connectors/wechat_oa/passive.hpp"

#include "connectors/tencent_passive.hpp"
#include "connectors/wechat_oa/outgoing.hpp"
#include "connectors/wechat_oa/trust.hpp"

namespace parley::connectors::wechat_oa {

std::optional<Reply> render_passive(const SendContext& context, std::string_view account,
                                    std::string_view nonce) {
  const auto plan = plan_message(context.send.message, context.channel);
  if (plan.items.size() != 1 || !plan.degraded.empty()) return std::nullopt;
  const tencent::Item& item = plan.items.front();
  // A passive reply cannot go out in the name of one customer-service account.
  if (!context.channel.setting("kf_account").empty() &&
      item.kind != tencent::Item::Kind::transfer) {
    return std::nullopt;
  }
  auto document = tencent::passive_document(item, context, account);
  if (!document) return std::nullopt;
  if (tencent::mode_of(context.channel) == tencent::Mode::plaintext) {
    return tencent::xml_reply(*std::move(document));
  }
  const auto sealed =
      tencent::seal_reply(context, *document, context.channel.setting("app_id"), nonce);
  if (!sealed) return std::nullopt;
  return tencent::xml_reply(*sealed);
}

}  // namespace parley::connectors::wechat_oa
