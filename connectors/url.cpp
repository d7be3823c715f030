#include "connectors/url.hpp"

#include "base/crypto.hpp"
#include "connectors/charset.hpp"

namespace parley::connectors {

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size()) {
      const auto byte = from_hex(text.substr(i + 1, 2));
      if (byte) {
        out += *byte;
        i += 2;
      } else {
        out += '%';
      }
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    const bool plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
                       b == '-' || b == '_' || b == '.' || b == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[b >> 4];
      out += kHex[b & 15];
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> form_decode(std::string_view form,
                                                             std::size_t fields_max) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!form.empty() && out.size() < fields_max) {
    const auto end = form.find('&');
    const auto field = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    const auto equals = field.find('=');
    std::string name = clean_utf8(percent_decode(field.substr(0, equals)));
    if (name.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    std::string value;
    if (equals != std::string_view::npos) {
      value = clean_utf8(percent_decode(field.substr(equals + 1)));
    }
    out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::string form_value(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const auto end = form.find('&');
    const auto field = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    const auto equals = field.find('=');
    if (percent_decode(field.substr(0, equals)) != name) continue;
    if (equals == std::string_view::npos) return {};
    return percent_decode(field.substr(equals + 1));
  }
  return {};
}

std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encode(name);
    out += '=';
    out += percent_encode(value);
  }
  return out;
}

}  // namespace parley::connectors
