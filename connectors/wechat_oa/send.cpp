#include "connectors/wechat_oa/send.hpp"

#include <algorithm>

#include "connectors/wechat_oa/api.hpp"
#include "connectors/wechat_oa/outgoing.hpp"

namespace parley::connectors::wechat_oa {
namespace {

constexpr std::size_t kIdBytesMax = 256;  // of a media or message id we keep

// What later steps need: the media id just uploaded, the ids of what was sent. One a line.
struct Memory {
  std::string media_id;
  std::vector<std::string> external_ids;

  static Memory read(std::string_view text) {
    Memory memory;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const auto line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.starts_with("media ")) memory.media_id = line.substr(6);
      if (line.starts_with("sent ")) memory.external_ids.emplace_back(line.substr(5));
    }
    return memory;
  }

  std::string text() const {
    std::string out;
    if (!media_id.empty()) out += "media " + media_id + "\n";
    for (const auto& id : external_ids) out += "sent " + id + "\n";
    return out;
  }
};

bool fits_memory(std::string_view id) {
  return id.size() <= kIdBytesMax && id.find('\n') == std::string_view::npos;
}

std::string_view path_of(const Item& item) {
  if (item.kind == Item::Kind::template_) return "/cgi-bin/message/template/send";
  if (item.kind == Item::Kind::subscription) return "/cgi-bin/message/subscribe/bizsend";
  return "/cgi-bin/message/custom/send";
}

class Dialogue {
 public:
  explicit Dialogue(const SendContext& context)
      : context_(context),
        plan_(plan_message(context.send.message, context.channel)),
        memory_(Memory::read(context.send.step_data)) {}

  // The call of `step`, or the end when there is none.
  SendStep at(int step) {
    if (plan_.items.empty()) {
      return Error{.code = Errc::rejected, .detail = "nothing in it can be sent to WeChat"};
    }
    const auto index = static_cast<std::size_t>(std::max(step - 1, 0)) / 2;
    if (index >= plan_.items.size()) {
      return Sent{.external_ids = std::move(memory_.external_ids),
                  .degraded = std::move(plan_.degraded)};
    }
    const Item& item = plan_.items[index];
    if (item.kind == Item::Kind::transfer) {
      return Error{.code = Errc::rejected,
                   .detail = "a transfer to WeChat's agents goes with the webhook's answer only"};
    }
    const bool send = step > 0 && step % 2 == 0;
    if (item.upload && (!send || memory_.media_id.empty())) return upload(item, index);
    return call(item, index);
  }

  SendStep after(int step, const HttpAnswer& answer) {
    auto read = read_answer(answer);
    if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&read)) return std::move(*refresh);
    const auto& said = std::get<ApiAnswer>(read);
    if (step % 2 == 1) {
      if (said.media_id.empty() || !fits_memory(said.media_id)) {
        return Error{.code = Errc::unavailable, .detail = "the upload's answer has no media_id"};
      }
      memory_.media_id = said.media_id;
      return at(step + 1);
    }
    memory_.media_id.clear();
    if (!said.message_id.empty() && fits_memory(said.message_id)) {
      memory_.external_ids.push_back(said.message_id);
    }
    return at(step + 1);
  }

 private:
  SendStep upload(const Item& item, std::size_t index) {
    // A mini-program card's cover goes up as an image.
    const auto type = item.kind == Item::Kind::page ? "image" : type_name(item.kind);
    return HttpCall{.url = api_url(context_.channel, "/cgi-bin/media/upload", context_.access_token,
                                   "type=" + std::string(type)),
                    .content_type = "multipart/form-data",
                    .upload = item.upload,
                    .step = static_cast<int>(2 * index + 1),
                    .step_data = memory_.text()};
  }

  SendStep call(const Item& item, std::size_t index) {
    const auto& media_id = item.upload ? memory_.media_id : item.media_id;
    return HttpCall{.url = api_url(context_.channel, path_of(item), context_.access_token),
                    .headers = {{"Accept", "application/json"}},
                    .body = active_body(item, media_id, context_),
                    .step = static_cast<int>(2 * index + 2),
                    .step_data = memory_.text()};
  }

  const SendContext& context_;
  Plan plan_;
  Memory memory_;
};

}  // namespace

SendStep start_send(const SendContext& context) { return Dialogue(context).at(context.send.step); }

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return Dialogue(context).after(step, answer);
}

}  // namespace parley::connectors::wechat_oa
