#include "connectors/whatsapp/whatsapp_template.hpp"

#include <algorithm>
#include <map>

namespace parley::connectors::whatsapp {
namespace {

constexpr std::string_view kStoredPrefix = "med_";

struct Parameter {
  std::string_view name;
  const std::string* value = nullptr;
};

struct Button {
  std::string_view sub_type;
  const std::string* value = nullptr;
};

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 4 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int number_of(std::string_view text) {
  int number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}

// "1", "2", ..., "10" in this order, then names.
bool comes_before(const Parameter& a, const Parameter& b) {
  if (is_number(a.name) != is_number(b.name)) return is_number(a.name);
  if (is_number(a.name)) return number_of(a.name) < number_of(b.name);
  return a.name < b.name;
}

struct Components {
  std::vector<Parameter> header, body;
  std::map<int, Button> buttons;
  std::vector<std::string_view> strange;
};

Components sorted_out(const Template& approved) {
  Components out;
  for (const auto& [key, value] : approved.parameters) {
    const std::string_view name = key;
    const auto dot = name.find('.');
    const auto of = name.substr(0, dot);
    const auto rest = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    if (dot == std::string_view::npos) {
      out.body.push_back({name, &value});
    } else if (of == "body") {
      out.body.push_back({rest, &value});
    } else if (of == "header") {
      out.header.push_back({rest, &value});
    } else if (const auto next = rest.find('.'); of == "button" && next != std::string_view::npos &&
                                                 is_number(rest.substr(0, next))) {
      out.buttons[number_of(rest.substr(0, next))] = {rest.substr(next + 1), &value};
    } else {
      out.strange.push_back(name);
    }
  }
  std::ranges::sort(out.header, comes_before);
  std::ranges::sort(out.body, comes_before);
  return out;
}

void write_text(const Parameter& parameter, JsonWriter& json) {
  json.begin_object().member("type", "text");
  if (!is_number(parameter.name)) json.member("parameter_name", parameter.name);
  json.member("text", *parameter.value).end_object();
}

void write_header_parameter(const Parameter& parameter, Body& body) {
  static constexpr std::string_view kFiles[] = {"image", "video", "document"};
  JsonWriter& json = body.json();
  if (std::ranges::find(kFiles, parameter.name) == std::end(kFiles)) {
    return write_text(parameter, json);
  }
  File file;
  if (parameter.value->starts_with(kStoredPrefix)) {
    file.media_id = *parameter.value;
  } else {
    file.url = *parameter.value;
  }
  json.begin_object().member("type", parameter.name).key(parameter.name);
  const bool named = parameter.name == "document";
  body.write_file(file, "", named ? base_name(file.url) : std::string());
  json.end_object();
}

void write_button(int index, const Button& button, JsonWriter& json) {
  json.begin_object().member("type", "button").member("sub_type", button.sub_type);
  json.member("index", std::to_string(index)).key("parameters").begin_array().begin_object();
  if (button.sub_type == "url") {
    json.member("type", "text").member("text", *button.value);
  } else if (button.sub_type == "copy_code") {
    json.member("type", "coupon_code").member("coupon_code", *button.value);
  } else if (button.sub_type == "flow") {
    json.member("type", "action").key("action").begin_object();
    json.member("flow_token", *button.value).end_object();
  } else {
    json.member("type", "payload").member("payload", *button.value);
  }
  json.end_object().end_array().end_object();
}

}  // namespace

void write_template(const Template& approved, Body& body, std::vector<std::string>& degraded) {
  const Components components = sorted_out(approved);
  for (const auto name : components.strange) {
    degraded.push_back("template: no place for parameter " + std::string(name));
  }
  JsonWriter& json = body.json();
  json.begin_object().member("name", approved.name).key("language").begin_object();
  json.member("policy", "deterministic").member("code", approved.language).end_object();
  const bool any =
      !components.header.empty() || !components.body.empty() || !components.buttons.empty();
  if (any) {
    json.key("components").begin_array();
    if (!components.header.empty()) {
      json.begin_object().member("type", "header").key("parameters").begin_array();
      for (const auto& parameter : components.header) write_header_parameter(parameter, body);
      json.end_array().end_object();
    }
    if (!components.body.empty()) {
      json.begin_object().member("type", "body").key("parameters").begin_array();
      for (const auto& parameter : components.body) write_text(parameter, json);
      json.end_array().end_object();
    }
    for (const auto& [index, button] : components.buttons) write_button(index, button, json);
    json.end_array();
  }
  json.end_object();
}

}  // namespace parley::connectors::whatsapp
