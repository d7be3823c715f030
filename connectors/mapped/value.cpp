#include "connectors/mapped/value.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/charset.hpp"
#include "connectors/url.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::mapped {
namespace {

using simdjson::dom::element;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

class JsonCopy {
 public:
  bool copy(const element& from, Value& to) {
    if (++count_ > kValuesMax) return false;
    if (simdjson::dom::object object; from.get(object) == simdjson::SUCCESS) {
      to.kind = Value::Kind::object;
      for (const auto& [key, value] : object) {
        to.members.emplace_back(key, Value{});
        if (!copy(value, to.members.back().second)) return false;
      }
      return true;
    }
    if (simdjson::dom::array array; from.get(array) == simdjson::SUCCESS) {
      to.kind = Value::Kind::list;
      for (const element item : array) {
        to.items.emplace_back();
        if (!copy(item, to.items.back())) return false;
      }
      return true;
    }
    if (from.is_null()) return true;
    std::string_view text;
    to = from.get(text) == simdjson::SUCCESS ? Value::of(text) : Value::of(simdjson::minify(from));
    return true;
  }

 private:
  std::size_t count_ = 0;
};

Result<Value> strict_json(std::string_view text) {
  // A view of nothing may point nowhere, and the parser copies from there.
  if (text.empty()) return malformed("the body is not JSON");
  simdjson::dom::parser parser;
  element root;
  if (parser.allocate(std::max<std::size_t>(text.size(), 64), kValueDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    return malformed("the body is not JSON");
  }
  Value out;
  if (!JsonCopy().copy(root, out)) return malformed("the body has too many values");
  return out;
}

// The text up to where its brackets stop matching, with what is open closed.
std::string mended(std::string_view text) {
  std::string closing;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && closing.size() <= kValueDepthMax; ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      closing += c == '{' ? '}' : ']';
    } else if (c == '}' || c == ']') {
      if (closing.empty() || closing.back() != c) break;
      closing.pop_back();
    }
  }
  std::string out(text.substr(0, std::min(at, text.size())));
  if (quoted) return out;  // cut inside a text: what it would have said is unknown
  while (!out.empty() && (out.back() == ',' || out.back() == ' ' || out.back() == '\n')) {
    out.pop_back();
  }
  out.append(closing.rbegin(), closing.rend());
  return out;
}

void copy_xml(const XmlElement& from, Value& to) {
  if (from.children.empty()) {
    to = Value::of(from.text);
    return;
  }
  to.kind = Value::Kind::object;
  for (const auto& child : from.children) {
    Value value;
    copy_xml(child, value);
    to.set(child.name, std::move(value));
  }
}

}  // namespace

Value Value::of(std::string_view words) { return {.kind = Kind::text, .text = std::string(words)}; }

void Value::set(std::string_view name, Value value) {
  for (auto& [key, have] : members) {
    if (key != name) continue;
    if (have.kind != Kind::list || value.kind == Kind::list) {
      Value several = list();
      several.items.push_back(std::move(have));
      have = std::move(several);
    }
    have.items.push_back(std::move(value));
    return;
  }
  members.emplace_back(name, std::move(value));
}

const Value* Value::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool Value::empty() const noexcept {
  switch (kind) {
    case Kind::none:
      return true;
    case Kind::text:
      return text.empty();
    case Kind::list:
      return items.empty();
    case Kind::object:
      return members.empty();
  }
  return true;
}

Result<Value> read_json(std::string_view text, bool mend) {
  auto read = strict_json(text);
  if (read || !mend) return read;
  return strict_json(mended(text));
}

Result<Value> read_xml(std::string_view text) {
  constexpr XmlLimits kLimits{.bytes = 256 * 1024, .depth = 16, .elements = 5000};
  const auto root = parse_xml(text, kLimits);
  if (!root) return root.error();
  Value out;
  copy_xml(*root, out);
  return out;
}

Result<Value> read_form(std::string_view form, std::string_view charset) {
  Value out = Value::object();
  const bool utf8 = charset.empty() || charset == "utf-8";
  for (std::size_t count = 0; !form.empty() && count < 1000; ++count) {
    const auto end = form.find('&');
    const auto field = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    const auto equals = field.find('=');
    const std::string name = clean_utf8(percent_decode(field.substr(0, equals)));
    if (name.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    std::string value =
        equals == std::string_view::npos ? "" : percent_decode(field.substr(equals + 1));
    if (utf8) {
      value = clean_utf8(value);
    } else if (auto read = to_utf8(value, charset)) {
      value = *std::move(read);
    } else {
      return malformed("a field is not in the charset of the mapping");
    }
    out.set(name, Value::of(value));
  }
  return out;
}

}  // namespace parley::connectors::mapped
