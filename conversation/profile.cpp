#include "conversation/profile.hpp"

#include <simdjson.h>

#include <optional>
#include <variant>

#include "base/json_writer.hpp"

namespace parley {
namespace {

Error wrong(std::string what) {
  return {.code = Errc::malformed, .detail = "the profile " + std::move(what)};
}

std::optional<AttributeValue> value_of(simdjson::dom::element element) {
  std::string_view text;
  if (!element.get(text)) return AttributeValue(std::string(text));
  bool on = false;
  if (!element.get(on)) return AttributeValue(on);
  double number = 0;
  if (!element.get(number)) return AttributeValue(number);
  return std::nullopt;
}

Result<void> read_text(simdjson::dom::object object, const char* name, std::string& to) {
  simdjson::dom::element element;
  if (object[name].get(element) || element.is_null()) return {};
  std::string_view text;
  if (element.get(text) || text.size() > kProfileTextBytesMax) {
    return wrong(std::string("needs a short text as ") + name);
  }
  to = text;
  return {};
}

}  // namespace

Result<Profile> parse_profile(std::string_view json) {
  simdjson::dom::parser parser(256 * 1024);
  simdjson::dom::object root;
  if (parser.parse(json.data(), json.size()).get(root)) return wrong("is no JSON object");
  Profile profile;
  if (auto fine = read_text(root, "display_name", profile.display_name); !fine) return fine.error();
  if (auto fine = read_text(root, "language", profile.language); !fine) return fine.error();
  simdjson::dom::element given;
  if (root["attributes"].get(given) || given.is_null()) return profile;
  simdjson::dom::object attributes;
  if (given.get(attributes)) return wrong("needs an object as attributes");
  for (const auto member : attributes) {
    auto value = value_of(member.value);
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    const bool long_one = member.key.empty() || member.key.size() > kProfileTextBytesMax ||
                          (text && text->size() > kProfileTextBytesMax);
    if (!value || long_one || profile.attributes.size() >= kProfileAttributesMax) {
      return wrong("needs at most " + std::to_string(kProfileAttributesMax) +
                   " attributes that are short texts, numbers, true or false");
    }
    profile.attributes[std::string(member.key)] = std::move(*value);
  }
  return profile;
}

std::string profile_json(const Profile& profile) {
  JsonWriter out;
  out.begin_object().key("attributes").begin_object();
  for (const auto& [name, value] : profile.attributes) {
    out.key(name);
    std::visit([&out](const auto& held) { out.value(held); }, value);
  }
  out.end_object();
  if (!profile.display_name.empty()) out.member("display_name", profile.display_name);
  if (!profile.language.empty()) out.member("language", profile.language);
  out.end_object();
  return out.take();
}

}  // namespace parley
