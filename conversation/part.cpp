#include "conversation/part.hpp"

#include "conversation/detail/enum_names.hpp"

namespace parley {
namespace {

struct TypeOf {
  std::string_view operator()(const Text&) const { return "text"; }
  std::string_view operator()(const Media& media) const { return detail::enum_name(media.kind); }
  std::string_view operator()(const Location&) const { return "location"; }
  std::string_view operator()(const Contact&) const { return "contact"; }
  std::string_view operator()(const Link&) const { return "link"; }
  std::string_view operator()(const Card&) const { return "card"; }
  std::string_view operator()(const Cards& cards) const { return detail::enum_name(cards.layout); }
  std::string_view operator()(const Form&) const { return "form"; }
  std::string_view operator()(const FormResponse&) const { return "form_response"; }
  std::string_view operator()(const Template&) const { return "template"; }
  std::string_view operator()(const Goods& goods) const { return detail::enum_name(goods.kind); }
  std::string_view operator()(const Reaction&) const { return "reaction"; }
  std::string_view operator()(const Edit&) const { return "edit"; }
  std::string_view operator()(const Deletion&) const { return "delete"; }
  std::string_view operator()(const ActionResponse&) const { return "action_response"; }
  std::string_view operator()(const Unsupported&) const { return "unsupported"; }
};

}  // namespace

std::string_view part_type(const Part& part) noexcept { return std::visit(TypeOf{}, part); }

std::optional<Part> part_of_type(std::string_view type) {
  if (const auto media = detail::enum_from<MediaKind>(type)) {
    Media part;
    part.kind = *media;
    return part;
  }
  if (const auto layout = detail::enum_from<CardsLayout>(type)) {
    Cards part;
    part.layout = *layout;
    return part;
  }
  if (const auto goods = detail::enum_from<GoodsKind>(type)) {
    Goods part;
    part.kind = *goods;
    return part;
  }
  static const Part kOthers[] = {Text{},     Location{},       Contact{},    Link{},     Card{},
                                 Form{},     FormResponse{},   Template{},   Reaction{}, Edit{},
                                 Deletion{}, ActionResponse{}, Unsupported{}};
  for (const Part& part : kOthers) {
    if (part_type(part) == type) return part;
  }
  return {};
}

const std::vector<std::string_view>& part_types() {
  static const std::vector<std::string_view> kTypes = {
      "text",     "image",           "file",       "audio",    "voice",
      "video",    "sticker",         "location",   "contact",  "link",
      "card",     "carousel",        "list",       "form",     "form_response",
      "template", "product",         "order",      "reaction", "edit",
      "delete",   "action_response", "unsupported"};
  return kTypes;
}

}  // namespace parley
