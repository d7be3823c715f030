#include "connectors/whatsapp/whatsapp_template.hpp"

#include <algorithm>

#include "connectors/template_parameters.hpp"

namespace parley::connectors::whatsapp {
namespace {

constexpr std::string_view kStoredPrefix = "med_";

void write_text(const TemplateParameter& parameter, JsonWriter& json) {
  json.begin_object().member("type", "text");
  if (!is_template_place(parameter.name)) json.member("parameter_name", parameter.name);
  json.member("text", *parameter.value).end_object();
}

void write_header_parameter(const TemplateParameter& parameter, Body& body) {
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

void write_button(int index, const TemplateButton& button, JsonWriter& json) {
  const auto type = button.kind == "payload" ? std::string_view("quick_reply") : button.kind;
  json.begin_object().member("type", "button").member("sub_type", type);
  json.member("index", std::to_string(index)).key("parameters").begin_array().begin_object();
  if (button.kind == "url") {
    json.member("type", "text").member("text", *button.value);
  } else if (button.kind == "copy_code") {
    json.member("type", "coupon_code").member("coupon_code", *button.value);
  } else if (button.kind == "flow") {
    json.member("type", "action").key("action").begin_object();
    json.member("flow_token", *button.value).end_object();
  } else {
    json.member("type", "payload").member("payload", *button.value);
  }
  json.end_object().end_array().end_object();
}

}  // namespace

void write_template(const Template& approved, Body& body, std::vector<std::string>& degraded) {
  const auto components = template_parameters(approved);
  for (const auto name : components.strange) {
    degraded.push_back(no_place_for(name));
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
