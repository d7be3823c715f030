#include "connectors/template_parameters.hpp"

#include <algorithm>

namespace parley::connectors {
namespace {

constexpr std::size_t kDigitsMax = 3;

int number_of(std::string_view text) {
  int number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}

bool comes_before(const TemplateParameter& a, const TemplateParameter& b) {
  if (is_template_place(a.name) != is_template_place(b.name)) return is_template_place(a.name);
  if (is_template_place(a.name)) return number_of(a.name) < number_of(b.name);
  return a.name < b.name;
}

class Sorter {
 public:
  TemplateParameters run(const Template& approved) {
    for (const auto& [name, value] : approved.parameters) add(name, value);
    std::ranges::sort(out_.header, comes_before);
    std::ranges::sort(out_.body, comes_before);
    return std::move(out_);
  }

 private:
  void add(std::string_view name, const std::string& value) {
    const auto dot = name.find('.');
    const auto place = name.substr(0, dot);
    const auto rest = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    const auto second = rest.find('.');
    bool taken = false;
    if (dot == std::string_view::npos) {
      taken = add_to(out_.body, name, value);
    } else if (place == "body") {
      taken = add_to(out_.body, rest, value);
    } else if (place == "header") {
      taken = add_to(out_.header, rest, value);
    } else if (place == "button" && second != std::string_view::npos &&
               is_template_place(rest.substr(0, second))) {
      const TemplateButton button{.kind = rest.substr(second + 1), .value = &value};
      taken = out_.buttons.emplace(number_of(rest.substr(0, second)), button).second;
    }
    if (!taken) out_.strange.push_back(name);
  }

  static bool add_to(std::vector<TemplateParameter>& list, std::string_view name,
                     const std::string& value) {
    const bool known = std::ranges::any_of(list, [&](const auto& one) { return one.name == name; });
    if (name.empty() || known) return false;
    list.push_back({.name = name, .value = &value});
    return true;
  }

  TemplateParameters out_;
};

}  // namespace

bool is_template_place(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kDigitsMax &&
         std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

TemplateParameters template_parameters(const Template& approved) { return Sorter().run(approved); }

std::vector<TemplateParameter> body_parameters(const Template& approved,
                                               std::vector<std::string>& degraded) {
  auto sorted = template_parameters(approved);
  for (const auto name : sorted.strange) degraded.push_back(no_place_for(name));
  for (const auto& one : sorted.header) {
    degraded.push_back(no_place_for("header." + std::string(one.name)));
  }
  for (const auto& [index, one] : sorted.buttons) {
    degraded.push_back(
        no_place_for("button." + std::to_string(index) + "." + std::string(one.kind)));
  }
  return std::move(sorted.body);
}

std::string no_place_for(std::string_view parameter) {
  return "template: no place for parameter " + std::string(parameter);
}

}  // namespace parley::connectors
