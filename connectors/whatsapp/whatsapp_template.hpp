// connectors/whatsapp/whatsapp_template.hpp
// Template messages. Parameters by name:
//   "1", "first_name"            body, by place or by name
//   "body.1", "header.1"         the same, said in full
//   "header.image" .video .document   a URL, or the id of a file in our store
//   "button.0.quick_reply" .url .copy_code .flow   by the button's place
#pragma once

#include <string>
#include <vector>

#include "connectors/whatsapp/whatsapp_body.hpp"

namespace parley::connectors::whatsapp {

// Writes the template object. Parameters whose name says nothing here are reported.
void write_template(const Template& approved, Body& body, std::vector<std::string>& degraded);

}  // namespace parley::connectors::whatsapp
