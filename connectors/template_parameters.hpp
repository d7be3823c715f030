// connectors/template_parameters.hpp
// The parameters of an approved message (Template), named the same on every platform:
//
//   "1", "2", ..., or the name the approved text gives the place: a value of the body;
//       "body.1", "body.name" are the same in full
//   "header.1", "header.name": a value of the header's text; "header.image", "header.video",
//       "header.document": the header's file, by URL or by the id it has in our store
//   "button.0.url", "button.0.payload", ...: a value of a button, counted from 0, and what it is
//
// A connector puts them where its platform wants them and reports those it has no place for.
//
// Limits   a number has at most three digits; a longer one is a name.
// Threads  any. The results point into the Template.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/part.hpp"

namespace parley::connectors {

struct TemplateParameter {
  std::string_view name;  // without "body." or "header."
  const std::string* value = nullptr;
};

struct TemplateButton {
  std::string_view kind;  // "url", "payload"
  const std::string* value = nullptr;
};

struct TemplateParameters {
  // "1", "2", ..., "10" in this order, then names.
  std::vector<TemplateParameter> header, body;
  std::map<int, TemplateButton> buttons;
  std::vector<std::string_view> strange;  // of no such name, or given twice
};

TemplateParameters template_parameters(const Template& approved);

// For platforms whose templates have one flat set of values: the body's. What is meant for a header
// or a button is reported.
std::vector<TemplateParameter> body_parameters(const Template& approved,
                                               std::vector<std::string>& degraded);

// "1", "2": a place, not a name.
bool is_template_place(std::string_view name) noexcept;

// The report on a parameter that goes nowhere.
std::string no_place_for(std::string_view parameter);

}  // namespace parley::connectors
