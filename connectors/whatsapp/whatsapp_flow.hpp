// connectors/whatsapp/whatsapp_flow.hpp
// Which flow a form action opens, and how. In the action's url:
//   [dx:]<flow id>[/<screen>][?<name>=<value>&...]
// "dx:" asks the flow's own server what to show first. `token` among the values is the flow's
// token and comes back with the answers; the others are the screen's first data.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace parley::connectors::whatsapp {

struct Flow {
  std::string id, action, screen, token;
  std::map<std::string, std::string> data;
  std::string wrong;  // what is; then only the id holds
};

Flow read_flow(std::string_view url);

}  // namespace parley::connectors::whatsapp
