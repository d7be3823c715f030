#include "connectors/tencent_send.hpp"

#include <algorithm>

namespace parley::connectors::tencent {
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

class Dialogue {
 public:
  Dialogue(const SendApi& api, const SendContext& context)
      : api_(api),
        context_(context),
        plan_(api.plan(context)),
        memory_(Memory::read(context.send.step_data)) {}

  // The call of `step`, or the end when there is none.
  SendStep at(int step) {
    if (plan_.items.empty()) {
      return Error{.code = Errc::rejected, .detail = "nothing in it can be sent to this platform"};
    }
    const auto index = static_cast<std::size_t>(std::max(step - 1, 0)) / 2;
    if (index >= plan_.items.size()) {
      return Sent{.external_ids = std::move(memory_.external_ids),
                  .degraded = std::move(plan_.degraded)};
    }
    const Item& item = plan_.items[index];
    const bool send = step > 0 && step % 2 == 0;
    if (item.upload && (!send || memory_.media_id.empty())) return upload(item, index);
    return call(item, index);
  }

  SendStep after(int step, const HttpAnswer& answer) {
    auto read = read_answer(api_.api(), answer);
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
    if (auto objection = api_.objection(said, context_)) return *std::move(objection);
    memory_.media_id.clear();
    if (!said.message_id.empty() && fits_memory(said.message_id)) {
      memory_.external_ids.push_back(said.message_id);
    }
    return at(step + 1);
  }

 private:
  SendStep upload(const Item& item, std::size_t index) {
    const auto type = "type=" + std::string(upload_type(item.kind));
    return HttpCall{.url = api_url(api_.api(), context_.channel, "/cgi-bin/media/upload",
                                   context_.access_token, type),
                    .content_type = "multipart/form-data",
                    .upload = item.upload,
                    .step = static_cast<int>(2 * index + 1),
                    .step_data = memory_.text()};
  }

  SendStep call(const Item& item, std::size_t index) {
    const auto& media_id = item.upload ? memory_.media_id : item.media_id;
    auto made = api_.call(item, index, media_id, context_);
    if (auto* error = std::get_if<Error>(&made)) return std::move(*error);
    auto& call = std::get<HttpCall>(made);
    call.step = static_cast<int>(2 * index + 2);
    call.step_data = memory_.text();
    return std::move(call);
  }

  const SendApi& api_;
  const SendContext& context_;
  Plan plan_;
  Memory memory_;
};

}  // namespace

SendStep start_send(const SendApi& api, const SendContext& context) {
  return Dialogue(api, context).at(context.send.step);
}

SendStep resume_send(const SendApi& api, const SendContext& context, int step,
                     const HttpAnswer& answer) {
  return Dialogue(api, context).after(step, answer);
}

}  // namespace parley::connectors::tencent
