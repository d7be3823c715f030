// check_limits(): what must hold before a message may be stored. The texts are found by walking
// the field lists of the codec, so a new member is checked without being named here.
#include <simdjson.h>

#include <map>
#include <optional>
#include <variant>

#include "conversation/codec.hpp"
#include "conversation/detail/part_fields.hpp"
#include "conversation/message.hpp"

namespace parley {
namespace {

// An archive that looks for a text that is not UTF-8.
class Utf8Check {
 public:
  bool fine() const noexcept { return fine_; }
  void check(std::string_view text) {
    fine_ = fine_ && simdjson::validate_utf8(text.data(), text.size());
  }
  template <class T>
  void check(const Id<T>& id) {
    check(std::string_view(id.value));
  }
  void check(const AttributeValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) check(std::string_view(*text));
  }
  void check(const Part& part) {
    std::visit([this](const auto& held) { check(held); }, part);
  }
  template <class T>
  void check(const std::vector<T>& values) {
    for (const auto& value : values) check(value);
  }
  template <class T>
  void check(const std::map<std::string, T>& values) {
    for (const auto& [name, value] : values) {
      check(std::string_view(name));
      check(value);
    }
  }
  template <class T>
  void check(const std::optional<T>& value) {
    if (value) check(*value);
  }
  template <class T>
  void check(const T& value);

 private:
  bool fine_ = true;
};

template <class T>
class Walk {
 public:
  Walk(Utf8Check& check, const T& value) : check_(check), value_(value) {}
  template <class M>
  void field(std::string_view, M T::* member) {
    check_.check(value_.*member);
  }
  template <class M>
  void shown(std::string_view name, M T::* member) {
    field(name, member);
  }
  template <class M>
  void required(std::string_view name, M T::* member) {
    field(name, member);
  }
  void raw(std::string_view, std::string T::*) {}  // parsed as JSON instead

 private:
  Utf8Check& check_;
  const T& value_;
};

template <class T>
void Utf8Check::check(const T& value) {
  if constexpr (requires(int& any) { detail::list_fields(any, &value); }) {
    Walk<T> walk(*this, value);
    detail::list_fields(walk, static_cast<const T*>(nullptr));
    if constexpr (requires { value.unknown; }) {
      for (const auto& [name, json] : value.unknown) check(std::string_view(name));
    }
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    check(std::string_view(value));
  }
}

std::string more_than(std::string_view what, std::size_t most, std::size_t found) {
  return std::string(what) + ": at most " + std::to_string(most) + ", found " +
         std::to_string(found);
}

// Wrapped this often, the least deep of it must still be within the depth of a stored document.
bool is_json(std::string_view json, bool object_only) {
  constexpr std::size_t kDepthMax = 16;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.allocate(json.size() + 1, kDepthMax) || json.empty()) return false;
  if (parser.parse(json.data(), json.size()).get(root)) return false;
  return !object_only || root.is_object();
}

// Raw JSON inside parts would break the document it is written into if it were not JSON.
struct RawCheck {
  bool operator()(const Unknown& unknown) const {
    for (const auto& [name, json] : unknown) {
      if (!is_json(json, false)) return false;
    }
    return true;
  }
  bool operator()(const std::vector<Action>& actions) const {
    for (const Action& action : actions) {
      if (!(*this)(action.unknown)) return false;
    }
    return true;
  }
  bool operator()(const Card& card) const { return (*this)(card.unknown) && (*this)(card.actions); }
  bool operator()(const Cards& cards) const {
    for (const Card& card : cards.items) {
      if (!(*this)(card)) return false;
    }
    return (*this)(cards.unknown);
  }
  bool operator()(const Form& form) const {
    for (const FormField& field : form.fields) {
      if (!(*this)(field.unknown)) return false;
    }
    return (*this)(form.unknown);
  }
  template <class P>
  bool operator()(const P& part) const {
    return (*this)(part.unknown);
  }
};

bool raw_is_json(const Message& message) {
  const RawCheck check;
  for (const Part& part : message.content) {
    if (!std::visit(check, part)) return false;
  }
  return check(message.suggested_actions) && check(message.unknown);
}

}  // namespace

std::string check_limits(const Message& message) {
  if (message.content.size() > kPartsMax) {
    return more_than("content: parts", kPartsMax, message.content.size());
  }
  if (message.suggested_actions.size() > kPartsMax) {
    return more_than("suggested_actions", kPartsMax, message.suggested_actions.size());
  }
  for (const Part& part : message.content) {
    const auto* text = std::get_if<Text>(&part);
    if (text != nullptr && text->text.size() > kTextBytesMax) {
      return more_than("text: bytes", kTextBytesMax, text->text.size());
    }
  }
  Utf8Check utf8;
  utf8.check(message);
  if (!utf8.fine()) return "a text is not UTF-8; send every text in UTF-8";
  if (!message.channel_data.empty() && !is_json(message.channel_data, true)) {
    return "channel_data is not a JSON object of at most 16 levels";
  }
  if (!raw_is_json(message)) return "an unknown member is not JSON of at most 16 levels";
  const std::size_t size = to_json(message).size();
  if (size > kMessageBytesMax) return more_than("message: bytes", kMessageBytesMax, size);
  return {};
}

}  // namespace parley
