// tests/connectors/body_values.hpp
// Where the values of a body stand, be it JSON, XML or a form, and what may be put in their place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::connectors::testing_support {

using Span = std::pair<std::size_t, std::size_t>;  // start, size

// Of well-formed JSON: each value, containers before what they hold.
class JsonValues {
 public:
  explicit JsonValues(std::string_view text) : text_(text) { value(); }
  const std::vector<Span>& spans() const { return spans_; }

 private:
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
  }
  void string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\' ? 1 : 0;
    ++at_;
  }
  void value() {
    space();
    const auto start = at_;
    const auto index = spans_.size();
    spans_.emplace_back(start, 0);
    if (next() == '{' || next() == '[') {
      members(next() == '{');
    } else if (next() == '"') {
      string();
    } else {
      while (at_ < text_.size() && !std::string_view(",]} \t\r\n").contains(text_[at_])) ++at_;
    }
    spans_[index].second = at_ - start;
  }
  void members(bool named) {
    ++at_;
    for (space(); at_ < text_.size() && next() != '}' && next() != ']'; space()) {
      if (next() == ',') ++at_;
      space();
      if (named) {
        string();
        space();
        ++at_;
      }
      value();
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Span> spans_;
};

inline bool is_json(std::string_view body) {
  return body.starts_with('{') || body.starts_with('[');
}
inline bool is_xml(std::string_view body) { return body.starts_with('<'); }

inline std::vector<Span> xml_texts(std::string_view body) {
  constexpr std::string_view kOpen = "<![CDATA[", kClose = "]]>";
  std::vector<Span> spans;
  for (std::size_t at = 0; at < body.size();) {
    if (body.substr(at).starts_with(kOpen)) {
      const auto end = std::min(body.find(kClose, at), body.size());
      spans.emplace_back(at, std::min(end + kClose.size(), body.size()) - at);
      at = spans.back().first + spans.back().second;
    } else if (body[at] == '<') {
      at = std::min(body.find('>', at), body.size() - 1) + 1;
    } else {
      const auto end = std::min(body.find('<', at), body.size());
      spans.emplace_back(at, end - at);
      at = end;
    }
  }
  return spans;
}

inline std::vector<Span> form_values(std::string_view body) {
  std::vector<Span> spans;
  for (auto at = body.find('='); at != std::string_view::npos; at = body.find('=', at + 1)) {
    spans.emplace_back(at + 1, std::min(body.find('&', at), body.size()) - at - 1);
  }
  return spans;
}

inline std::vector<Span> values_of(std::string_view body) {
  if (is_json(body)) return JsonValues(body).spans();
  return is_xml(body) ? xml_texts(body) : form_values(body);
}

inline std::vector<std::string> other_values(std::string_view body) {
  if (is_json(body)) {
    return {"null",        "true",
            "0",           "-1",
            "1e308",       "18446744073709551616",
            "\"\"",        "\"x\"",
            "\"\\u0000\"", "\"a\\nb\"",
            "[]",          "{}",
            "[[]]",        "[null]",
            "{\"a\":{}}",  '"' + std::string(70'000, 'x') + '"'};
  }
  if (is_xml(body)) {
    return {"",
            "x",
            "0",
            "-1",
            "99999999999999999999",
            "<a/>",
            "<a><b>c</b></a>",
            "&#10;",
            std::string(70'000, 'x')};
  }
  return {"",    "x",   "0", "-1",  "99999999999999999999",
          "%00", "%0A", "%", "%FF", std::string(70'000, 'x')};
}

}  // namespace parley::connectors::testing_support
