// connectors/graph_message_plan.hpp
// Which calls of /me/messages say what one of our messages says.
//
// Limits   quick replies 13, their titles 20 characters; buttons 3, titles 20, below a text of 640;
//          cards 10 in a row, title and text 80 each
#pragma once

#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/graph_dialogue.hpp"

namespace parley::connectors::graph {

// How one platform differs from another here.
struct SendDialect {
  std::string_view base;  // where its API is
  std::size_t text_max = 0;
  TextUnit text_unit = TextUnit::code_points;
  std::string_view upload_platform = {};  // said with an upload that is not for the page itself
  bool calls = true;                      // has buttons that call a number
  bool marks = false;                     // echoes tell the mark of a message
  bool taps_when_late = true;             // an answer after the window may have what can be tapped
};

Plan plan_messages(const SendContext& context, const SendDialect& dialect);

}  // namespace parley::connectors::graph
