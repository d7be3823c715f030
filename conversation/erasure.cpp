#include "conversation/erasure.hpp"

#include <algorithm>
#include <charconv>

namespace parley {
namespace {

constexpr std::string_view kThrough = "erased_through";

std::uint64_t number_in(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size() ? out : 0;
}

Message erased(const Message& message) {
  Message out;
  out.id = message.id;
  out.direction = message.direction;
  out.author.type = message.author.type;
  if (message.author.type != AuthorType::customer) out.author.id = message.author.id;
  if (message.delivery) out.delivery = DeliveryStatus{.state = message.delivery->state};
  return out;
}

void add(std::set<std::string, std::less<>>& names, const std::string& name) {
  if (!name.empty()) names.insert(name);
}

}  // namespace

Event erased_event(const TenantId& tenant, const PersonId& person, std::uint64_t seq) {
  Event out;
  out.seq = seq;
  out.type = EventType::platform_event;
  out.id = {place_id("evt", person, seq)};
  out.tenant = tenant;
  out.person = person;
  out.unknown.emplace_back(kErasedMember, "true");
  return out;
}

Event erased(const Event& event) {
  Event out = erased_event(event.tenant, event.person, event.seq);
  out.type = event.type;
  out.id = event.id;
  out.occurred_at = event.occurred_at;
  out.received_at = event.received_at;
  out.episode = event.episode;
  out.channel = event.channel;
  out.actor = event.actor;
  if (event.message) out.message = erased(*event.message);
  if (event.delivery) {
    out.delivery = DeliveryUpdate{.message = event.delivery->message,
                                  .send = event.delivery->send,
                                  .status = {.state = event.delivery->status.state}};
  }
  if (event.control) {
    out.control = ControlChange{.from = event.control->from,
                                .to = event.control->to,
                                .epoch = event.control->epoch,
                                .priority = event.control->priority};
  }
  if (event.link) {
    out.link = PersonLink{.person = event.link->person, .other = event.link->other};
  }
  return out;
}

void collect_names(const Event& event, PersonalNames& names) {
  if (event.identity) {
    add(names.ids, event.identity->key.value);
    add(names.ids, event.identity->union_id);
  }
  if (event.delivery) add(names.ids, event.delivery->external_id);
  if (!event.message) return;
  add(names.ids, event.message->external_id);
  const bool theirs = event.message->direction == Direction::inbound;
  for (const auto& part : event.message->content) {
    if (const auto* media = std::get_if<Media>(&part)) {
      add(theirs ? names.media : names.media_said, media->media_id);
    }
  }
}

std::uint64_t erased_through(const State& state) {
  const auto at = std::ranges::find(state.unknown, kThrough, &Unknown::value_type::first);
  return at == state.unknown.end() ? 0 : number_in(at->second);
}

void set_erased_through(State& state, std::uint64_t seq) {
  std::erase_if(state.unknown, [](const auto& each) { return each.first == kThrough; });
  state.unknown.emplace_back(kThrough, std::to_string(seq));
}

bool is_erased_place(const State& state, std::string_view id) {
  const auto dash = id.rfind('-');
  if (dash == id.npos) return false;
  const auto seq = number_in(id.substr(dash + 1));
  return seq > 0 && seq <= erased_through(state);
}

}  // namespace parley
