#include "conversation/message.hpp"

#include <array>
#include <utility>

namespace parley {
namespace {

void append_line(std::string& out, std::string_view line) {
  if (line.empty()) return;
  if (!out.empty()) out += '\n';
  out += line;
}

// What the customer said in this part, in words.
struct PlainText {
  std::string& out;
  void operator()(const Text& part) const { append_line(out, part.text); }
  void operator()(const Media& part) const { append_line(out, part.transcript); }
  void operator()(const Edit& part) const { append_line(out, part.text); }
  void operator()(const ActionResponse& part) const { append_line(out, part.title); }
  void operator()(const Card& part) const {
    append_line(out, part.title);
    append_line(out, part.text);
    for (const Action& action : part.actions) append_line(out, action.title);
  }
  void operator()(const Cards& part) const {
    for (const Card& card : part.items) (*this)(card);
  }
  template <class Other>
  void operator()(const Other&) const {}
};

std::string bracket(std::string_view kind, std::string_view about) {
  std::string out = "[";
  out += kind;
  if (!about.empty()) (out += ": ") += about;
  return out += ']';
}

std::string_view first_of(std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

// One part for a reader of text only; "" when there is nothing to say.
struct Fallback {
  const Part& part;

  std::string operator()(const Text& p) const { return p.text; }
  std::string operator()(const Media& p) const {
    if (p.kind == MediaKind::sticker && !p.emoji.empty()) return p.emoji;
    return bracket(part_type(part), first_of({p.transcript, p.alt, p.name}));
  }
  std::string operator()(const Location& p) const {
    return bracket("location", first_of({p.name, p.address}));
  }
  std::string operator()(const Contact& p) const { return bracket("contact", p.name); }
  std::string operator()(const Link& p) const {
    return p.title.empty() || p.url.empty() ? p.title + p.url : p.title + " " + p.url;
  }
  std::string operator()(const Card& p) const {
    std::string out;
    append_line(out, p.title);
    append_line(out, p.text);
    return out.empty() ? bracket("card", {}) : out;
  }
  std::string operator()(const Cards& p) const {
    std::string out;
    for (const Card& card : p.items) append_line(out, first_of({card.title, card.text}));
    return out.empty() ? bracket(part_type(part), {}) : out;
  }
  std::string operator()(const Template& p) const { return bracket("template", p.name); }
  std::string operator()(const Goods& p) const {
    return bracket(part_type(part), first_of({p.title, p.id}));
  }
  std::string operator()(const Reaction& p) const { return p.emoji; }
  std::string operator()(const Edit& p) const { return p.text; }
  std::string operator()(const ActionResponse& p) const {
    return std::string(first_of({p.title, p.payload, p.action_id}));
  }
  std::string operator()(const Unsupported& p) const {
    return bracket("unsupported", p.provider_type);
  }
  template <class Other>
  std::string operator()(const Other&) const {  // form, form_response, delete
    return bracket(part_type(part), {});
  }
};

// The order in which a send comes to be known, and so the order in which its state may change: a
// later fact may replace an earlier one, never the other way round.
constexpr std::array<int, 11> kKnowledge = [] {
  std::array<int, 11> order{};
  const auto set = [&order](DeliveryState state, int rank) {
    order[static_cast<std::size_t>(std::to_underlying(state))] = rank;
  };
  set(DeliveryState::accepted, 0);
  set(DeliveryState::queued, 1);
  set(DeliveryState::submitting, 2);
  set(DeliveryState::throttled, 3);  // surely not gone yet
  set(DeliveryState::uncertain, 4);  // perhaps gone
  set(DeliveryState::sent, 5);
  set(DeliveryState::failed, 6);  // the platform may still report a late success
  set(DeliveryState::delivered, 7);
  set(DeliveryState::read, 8);
  set(DeliveryState::expired, 9);
  set(DeliveryState::suppressed, 9);
  return order;
}();
constexpr int kSurelyNotGone = 3;

int knowledge(DeliveryState state) noexcept {
  return kKnowledge[static_cast<std::size_t>(std::to_underlying(state))];
}

bool gives_up(DeliveryState state) noexcept {
  return state == DeliveryState::expired || state == DeliveryState::suppressed;
}

}  // namespace

DeliveryState advance(DeliveryState current, DeliveryState news) noexcept {
  if (gives_up(current)) return current;
  if (gives_up(news)) return knowledge(current) <= kSurelyNotGone ? news : current;
  return knowledge(news) > knowledge(current) ? news : current;
}

bool is_final(DeliveryState state) noexcept {
  return state == DeliveryState::read || state == DeliveryState::failed || gives_up(state);
}

std::string plain_text(const Message& message) {
  std::string out;
  for (const Part& part : message.content) std::visit(PlainText{out}, part);
  return out;
}

std::string fallback_text(const std::vector<Part>& content) {
  std::string out;
  for (const Part& part : content) append_line(out, std::visit(Fallback{part}, part));
  return out;
}

}  // namespace parley
