#include "gateway/api/body.hpp"

#include <simdjson.h>

#include <algorithm>

namespace parley::gateway {
namespace {

namespace dom = simdjson::dom;

struct Shared {
  dom::parser parser;
  std::string wrong;  // the first mistake

  void mistake(const std::string& what) {
    if (wrong.empty()) wrong = what;
  }
};

std::string_view kind_of(dom::element element) {
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::STRING:
      return "a text";
    case dom::element_type::BOOL:
      return "true or false";
    case dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

}  // namespace

struct Body::Impl {
  std::shared_ptr<Shared> shared;
  std::optional<dom::object> object;  // nothing: an empty body, or one that is wrong
  std::string path = {};              // "to." inside "to"; "" for the body itself
  std::vector<std::string> asked;

  const std::string& ask(std::string_view name) {
    const auto at = std::ranges::find(asked, name);
    return at != asked.end() ? *at : asked.emplace_back(name);
  }

  std::optional<dom::element> find(std::string_view name) {
    ask(name);
    dom::element out;
    if (!object || object->at_key(name).get(out)) return std::nullopt;
    return out;
  }

  void expected(std::string_view name, dom::element got, std::string_view what) {
    shared->mistake(path + std::string(name) + " is " + std::string(kind_of(got)) + "; expected " +
                    std::string(what));
  }

  void check_members() {
    if (!object) return;
    std::vector<std::string_view> names;
    for (const auto field : *object) names.push_back(field.key);
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end()) {
      shared->mistake(path + std::string(twice->substr(0, 64)) + " stands twice; expected it once");
    }
  }

  void parse(std::string_view bytes) {
    auto& parser = shared->parser;
    dom::element root;
    if (parser.allocate(bytes.size(), kJsonDepthMax)) {
      return shared->mistake("the body is too large");
    }
    if (const auto error = parser.parse(bytes.data(), bytes.size()).get(root)) {
      return shared->mistake(std::string("the body is not valid JSON: ") +
                             simdjson::error_message(error));
    }
    dom::object top;
    if (root.get(top)) return shared->mistake("the body is not a JSON object");
    object = top;
    check_members();
  }

  void report_unknown() {
    if (!object || !shared->wrong.empty()) return;
    for (const auto field : *object) {
      if (std::ranges::find(asked, field.key) != asked.end()) continue;
      std::string known;
      for (const auto& name : asked) known += (known.empty() ? "" : ", ") + path + name;
      shared->mistake(path + std::string(field.key.substr(0, 64)) +
                      " is no member of this request; expected " +
                      (known.empty() ? "an empty object" : "one of " + known));
      return;
    }
  }
};

Body::Body(std::string_view bytes) : impl_(std::make_unique<Impl>()) {
  impl_->shared = std::make_shared<Shared>();
  if (!bytes.empty()) impl_->parse(bytes);
}

Body::Body(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
// An inner object has been read when it goes; the body itself says so in wrong().
Body::~Body() {
  if (impl_ && !impl_->path.empty()) impl_->report_unknown();
}
Body::Body(Body&&) noexcept = default;

bool Body::has(std::string_view name) const { return impl_->find(name).has_value(); }

std::optional<std::string> Body::text(std::string_view name, std::size_t bytes_max) {
  const auto element = impl_->find(name);
  if (!element) return std::nullopt;
  std::string_view text;
  if (element->get(text)) {
    impl_->expected(name, *element, "a text");
    return std::nullopt;
  }
  if (text.size() > bytes_max) {
    mistake(name, "is longer than " + std::to_string(bytes_max) + " bytes");
    return std::nullopt;
  }
  return std::string(text);
}

std::string Body::required_text(std::string_view name, std::size_t bytes_max) {
  auto out = text(name, bytes_max);
  if (!out || out->empty()) mistake(name, "is missing; expected a text");
  return out.value_or("");
}

std::optional<bool> Body::flag(std::string_view name) {
  const auto element = impl_->find(name);
  if (!element) return std::nullopt;
  bool on = false;
  if (element->get(on)) {
    impl_->expected(name, *element, "true or false");
    return std::nullopt;
  }
  return on;
}

std::optional<std::int64_t> Body::whole(std::string_view name, std::int64_t min, std::int64_t max) {
  const auto element = impl_->find(name);
  if (!element) return std::nullopt;
  std::int64_t number = 0;
  if (element->get(number) || number < min || number > max) {
    mistake(name,
            "expected a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> Body::texts(std::string_view name, std::size_t count_max) {
  std::vector<std::string> out;
  const auto element = impl_->find(name);
  if (!element) return out;
  dom::array items;
  if (element->get(items)) {
    impl_->expected(name, *element, "an array of texts");
    return out;
  }
  for (const auto item : items) {
    std::string_view text;
    if (item.get(text) || out.size() == count_max) {
      mistake(name, "expected at most " + std::to_string(count_max) + " texts");
      return {};
    }
    out.emplace_back(text);
  }
  return out;
}

std::string Body::raw_array(std::string_view name) {
  const auto element = impl_->find(name);
  if (!element) return {};
  if (!element->is_array()) {
    impl_->expected(name, *element, "an array");
    return {};
  }
  return simdjson::minify(*element);
}

std::vector<std::string> Body::raw_elements(std::string_view name, std::size_t count_max) {
  std::vector<std::string> out;
  const auto element = impl_->find(name);
  if (!element) return out;
  dom::array array;
  if (element->get(array)) {
    impl_->expected(name, *element, "an array");
    return out;
  }
  for (const auto each : array) {
    if (out.size() >= count_max) {
      mistake(name, "has too many entries; expected at most " + std::to_string(count_max));
      return {};
    }
    out.push_back(simdjson::minify(each));
  }
  return out;
}

std::optional<Body> Body::object(std::string_view name) {
  const auto element = impl_->find(name);
  if (!element) return std::nullopt;
  dom::object inner;
  if (element->get(inner)) {
    impl_->expected(name, *element, "an object");
    return std::nullopt;
  }
  auto child = std::make_unique<Impl>();
  child->shared = impl_->shared;
  child->object = inner;
  child->path = impl_->path + std::string(name) + ".";
  child->check_members();
  return Body(std::move(child));
}

Attributes Body::attributes(std::string_view name, std::vector<std::string>& erased) {
  Attributes out;
  auto inner = object(name);
  if (!inner) return out;
  for (const auto field : *inner->impl_->object) {
    std::string key = inner->impl_->ask(field.key);
    std::string_view text;
    bool on = false;
    double number = 0;
    if (field.value.is_null()) {
      erased.push_back(std::move(key));
    } else if (!field.value.get(text)) {
      out.emplace(std::move(key), std::string(text));
    } else if (!field.value.get(on)) {
      out.emplace(std::move(key), on);
    } else if (!field.value.get(number)) {
      out.emplace(std::move(key), number);
    } else {
      mistake(name, "holds " + std::string(kind_of(field.value)) +
                        "; expected texts, numbers, true, false or null");
    }
  }
  return out;
}

void Body::mistake(std::string_view name, std::string_view what) {
  impl_->shared->mistake(impl_->path + std::string(name) + ": " + std::string(what));
}

std::string Body::wrong() {
  impl_->report_unknown();
  return impl_->shared->wrong;
}

}  // namespace parley::gateway
