#include "connectors/wechat_oa/send.hpp"

#include "connectors/tencent_send.hpp"
#include "connectors/wechat_oa/api.hpp"
#include "connectors/wechat_oa/outgoing.hpp"

namespace parley::connectors::wechat_oa {
namespace {

using tencent::Item;

std::string_view path_of(const Item& item) {
  if (item.kind == Item::Kind::template_) return "/cgi-bin/message/template/send";
  if (item.kind == Item::Kind::subscription) return "/cgi-bin/message/subscribe/bizsend";
  return "/cgi-bin/message/custom/send";
}

class Sending final : public tencent::SendApi {
 public:
  tencent::Plan plan(const SendContext& context) const override {
    return plan_message(context.send.message, context.channel);
  }
  const tencent::Api& api() const override { return kApi; }
  std::variant<HttpCall, Error> call(const Item& item, std::size_t, std::string_view media_id,
                                     const SendContext& context) const override {
    if (item.kind == Item::Kind::transfer) {
      return Error{.code = Errc::rejected,
                   .detail = "a transfer to WeChat's agents goes with the webhook's answer only"};
    }
    return HttpCall{
        .url = tencent::api_url(kApi, context.channel, path_of(item), context.access_token),
        .headers = {{"Accept", "application/json"}},
        .body = active_body(item, media_id, context)};
  }
};

const Sending kSending;

}  // namespace

SendStep start_send(const SendContext& context) { return tencent::start_send(kSending, context); }

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return tencent::resume_send(kSending, context, step, answer);
}

}  // namespace parley::connectors::wechat_oa
