#include "connectors/graph_dialogue.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/send_dialogue.hpp"

namespace parley::connectors::graph {
namespace {

constexpr std::size_t kStepDataBytesMax = 4096;
constexpr std::size_t kTextMaxMin = 20;

// What rides from step to step, a line each: "=" and the id of a message that is out, "+" and the
// id of the file taken for the next one.
struct Memory {
  std::vector<std::string> sent;
  std::string upload_id;

  static Memory read(std::string_view data) {
    Memory memory;
    while (!data.empty()) {
      const auto end = data.find('\n');
      const auto line = data.substr(0, end);
      if (line.starts_with('=')) memory.sent.emplace_back(line.substr(1));
      if (line.starts_with('+')) memory.upload_id = line.substr(1);
      data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
    }
    return memory;
  }
  std::string write() const {
    std::string data;
    for (const auto& id : sent) {
      if (data.size() + upload_id.size() + id.size() + 4 > kStepDataBytesMax) break;
      data += '=' + id + '\n';
    }
    if (!upload_id.empty()) data += '+' + upload_id + '\n';
    return data;
  }
};

// A step's number: which item, and whether its file is up.
struct Place {
  std::size_t item = 0;
  bool sends = false;

  static Place read(int step) {
    const auto number = static_cast<std::size_t>(std::max(step, 0));
    return {number / 2, number % 2 == 1};
  }
  int write() const { return static_cast<int>(item * 2 + (sends ? 1 : 0)); }
};

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= 256 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.' || c == ':' || c == '=';
  });
}

std::size_t calls_of(const Plan& plan) {
  std::size_t calls = plan.items.size();
  for (const auto& item : plan.items) calls += item.upload ? 1 : 0;
  return calls;
}

SendStep call_at(const Plan& plan, const Wire& wire, Place place, const Memory& memory) {
  const Item& item = plan.items[place.item];
  if (!item.upload) place.sends = true;
  HttpCall call = place.sends ? wire.send : wire.upload;
  if (!place.sends) {
    call.upload = item.upload;
    call.body = item.upload_form;
  } else {
    call.body = item.body;
    if (item.upload && item.id_at) call.body.insert(*item.id_at, memory.upload_id);
  }
  call.step = place.write();
  call.step_data = memory.write();
  return call;
}

}  // namespace

SendStep start_plan(const SendContext& context, Plan plan, const Wire& wire) {
  if (plan.items.empty()) {
    return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
  }
  if (calls_of(plan) > static_cast<std::size_t>(kDialogueStepsMax)) {
    return Error{.code = Errc::rejected, .detail = "the message takes too many calls"};
  }
  const Place place = Place::read(context.send.step);
  Memory memory = Memory::read(context.send.step_data);
  if (place.item >= plan.items.size()) {
    return Sent{.external_ids = std::move(memory.sent), .degraded = std::move(plan.degraded)};
  }
  return call_at(plan, wire, place, memory);
}

SendStep resume_plan(const SendContext& context, Plan plan, const Wire& wire, int step,
                     const HttpAnswer& answer) {
  Place place = Place::read(step);
  if (step < 0 || place.item >= plan.items.size()) {
    return Error{.code = Errc::rejected, .detail = "no such step in this send"};
  }
  Memory memory = Memory::read(context.send.step_data);
  auto said = read_answer(answer, context.channel, wire.codes);
  if (!said) {
    if (!place.sends) said.error().delivery = Delivery::not_sent;
    return std::move(said.error());
  }
  if (!place.sends) {
    if (!is_plain_id(said->upload_id)) {
      return Error{.code = Errc::rejected, .detail = "the upload's answer holds no id"};
    }
    memory.upload_id = std::move(said->upload_id);
    place.sends = true;
    return call_at(plan, wire, place, memory);
  }
  if (said->message_id.empty()) {
    return Error{.code = Errc::rejected,
                 .delivery = Delivery::unknown,
                 .detail = "the answer holds no message id"};
  }
  memory.sent.push_back(std::move(said->message_id));
  memory.upload_id.clear();
  place = {place.item + 1, false};
  if (place.item < plan.items.size()) return call_at(plan, wire, place, memory);
  return Sent{.external_ids = std::move(memory.sent), .degraded = std::move(plan.degraded)};
}

Setting mark_setting() {
  return {.name = "mark_sends",
          .kind = SettingKind::flag,
          .default_value = "true",
          .what = "tell the platform our id of each message, which comes back with its receipts"};
}

bool marks_sends(const Channel& channel) { return channel.setting("mark_sends") == "true"; }

std::size_t text_max_of(const Channel& channel, std::size_t platform_max) {
  const auto text = channel.setting("text_max");
  std::size_t max = platform_max;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), max);
  if (error != std::errc() || end != text.data() + text.size()) return platform_max;
  return std::clamp(max, kTextMaxMin, platform_max);
}

std::vector<const Part*> reading_order(const std::vector<Part>& content) {
  std::vector<const Part*> order;
  for (const auto& part : content) order.push_back(&part);
  const bool caption = order.size() > 1 && std::holds_alternative<Text>(*order.front()) &&
                       std::all_of(order.begin() + 1, order.end(), [](const Part* part) {
                         return std::holds_alternative<Media>(*part);
                       });
  if (caption) std::rotate(order.begin(), order.begin() + 1, order.end());
  return order;
}

}  // namespace parley::connectors::graph
