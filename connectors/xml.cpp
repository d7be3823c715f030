#include "connectors/xml.hpp"

#include <simdjson.h>
#include <pugixml.hpp>

namespace parley::connectors {
namespace {

Error refused(std::string_view why) {
  return Error{.code = Errc::malformed, .detail = "XML: " + std::string(why)};
}

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

// "&#0;" in any spelling: the parser would end the text there, and what follows would be lost.
bool refers_to_zero(std::string_view text) noexcept {
  for (auto at = text.find("&#"); at != text.npos; at = text.find("&#", at + 2)) {
    const auto number = text.substr(at + 2 + (text.substr(at + 2).starts_with('x') ? 1 : 0));
    const auto end = number.find_first_not_of('0');
    if (end != 0 && end != number.npos && number[end] == ';') return true;
  }
  return false;
}

// Walks the markup without building anything, so that what the parser sees next is known to be
// small and flat. CDATA is skipped: a customer may well write "<!DOCTYPE" in a message.
class Guard {
 public:
  Guard(std::string_view document, const XmlLimits& limits) : text_(document), limits_(limits) {}

  Result<void> check() {
    while (true) {
      const auto open = text_.find('<');
      if (open == std::string_view::npos) break;
      if (refers_to_zero(text_.substr(0, open))) return refused("a reference to no character");
      const auto rest = text_.substr(open);
      const bool first = open == 0 && at_start_;
      at_start_ = false;
      Result<std::size_t> used = rest.starts_with("<![CDATA[") ? skip(rest, "]]>")
                                 : rest.starts_with("<!")      ? refused("a declaration or comment")
                                 : rest.starts_with("<?")      ? instruction(rest, first)
                                                               : tag(rest);
      if (!used) return std::move(used.error());
      text_.remove_prefix(open + *used);
    }
    if (depth_ != 0) return refused("an element is not closed");
    return {};
  }

 private:
  Result<std::size_t> skip(std::string_view rest, std::string_view end) const {
    const auto at = rest.find(end);
    if (at == std::string_view::npos) return refused("a section is not closed");
    return at + end.size();
  }

  Result<std::size_t> instruction(std::string_view rest, bool first) const {
    if (!first || !rest.starts_with("<?xml ")) return refused("a processing instruction");
    const auto declaration = rest.substr(0, rest.find("?>"));
    const auto encoding = declaration.find("encoding");
    if (encoding != std::string_view::npos) {
      auto name = declaration.substr(encoding + 8);
      const auto quote = name.find_first_of("\"'");
      name = quote == std::string_view::npos ? std::string_view() : name.substr(quote + 1);
      name = name.substr(0, name.find_first_of("\"'"));
      if (name != "UTF-8" && name != "utf-8") return refused("not declared as UTF-8");
    }
    return skip(rest, "?>");
  }

  // Sees quotes as the parser does, or the two could disagree about where a tag ends.
  std::size_t tag_end(std::string_view rest) const {
    char quote = 0;
    for (std::size_t i = 1; i < rest.size() && i < limits_.tag_bytes; ++i) {
      if (rest[i] == '<') break;
      if (quote != 0) {
        if (rest[i] == quote) quote = 0;
      } else if (rest[i] == '"' || rest[i] == '\'') {
        quote = rest[i];
      } else if (rest[i] == '>') {
        return i;
      }
    }
    return std::string_view::npos;
  }

  Result<std::size_t> tag(std::string_view rest) {
    const auto end = tag_end(rest);
    if (end == std::string_view::npos) return refused("a tag is too long or not closed");
    if (rest.starts_with("</")) {
      if (depth_ == 0) return refused("an element is closed twice");
      --depth_;
      return end + 1;
    }
    if (++elements_ > limits_.elements) return refused("too many elements");
    if (depth_ + 1 > limits_.depth) return refused("nested too deeply");
    if (rest[end - 1] != '/') ++depth_;
    return end + 1;
  }

  std::string_view text_;
  const XmlLimits& limits_;
  std::size_t depth_ = 0, elements_ = 0;
  bool at_start_ = true;
};

// The depth is bounded by the guard, so recursion is.
Result<XmlElement> copy(const pugi::xml_node& node) {
  XmlElement out;
  out.name = node.name();
  for (const auto& inner : node) {
    if (inner.type() == pugi::node_element) {
      auto child = copy(inner);
      if (!child) return std::move(child.error());
      out.children.push_back(std::move(*child));
    } else {
      out.text += inner.value();
    }
  }
  // A character reference can name what is no character, a lone surrogate say.
  if (!is_utf8(out.text)) return refused("a reference to no character");
  return out;
}

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const noexcept {
  for (const auto& element : children) {
    if (element.name == wanted) return &element;
  }
  return nullptr;
}

std::string_view XmlElement::child_text(std::string_view wanted) const noexcept {
  const auto* found = child(wanted);
  return found ? std::string_view(found->text) : std::string_view();
}

Result<XmlElement> parse_xml(std::string_view document, const XmlLimits& limits) {
  constexpr std::string_view kSpace = " \t\r\n";
  if (document.size() > limits.bytes) return refused("too large");
  if (document.starts_with("\xef\xbb\xbf")) return refused("a byte order mark");
  if (document.find('\0') != std::string_view::npos) return refused("a zero byte");
  if (!is_utf8(document)) return refused("not UTF-8");
  const auto start = document.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return refused("empty");
  document.remove_prefix(start);
  if (document.front() != '<') return refused("text before the root element");
  if (auto fine = Guard(document, limits).check(); !fine) return std::move(fine.error());

  pugi::xml_document parsed;
  constexpr unsigned kOptions =
      pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_ws_pcdata_single;
  const auto status =
      parsed.load_buffer(document.data(), document.size(), kOptions, pugi::encoding_utf8);
  if (!status) return refused("not well-formed");
  const auto root = parsed.document_element();
  if (!root || root.next_sibling()) return refused("not one root element");
  return copy(root);
}

std::string xml_cdata(std::string_view text) {
  std::string out = "<![CDATA[";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') continue;
    if (c == '>' && out.ends_with("]]")) out += "]]><![CDATA[";
    out += text[i];
  }
  out += "]]>";
  return out;
}

}  // namespace parley::connectors
