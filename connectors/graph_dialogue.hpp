// connectors/graph_dialogue.hpp
// One of our messages as a row of Graph calls: uploads where bytes are ours, then a send each.
//
// Promise  the plan is a pure function of the Send, so the number of a step is all that must be
//          remembered; ids of what went out ride in step_data. A file is taken once before its
//          message, and a restart between the two does not take it again.
// Errors   an upload that fails leaves nothing sent, whatever HTTP says of it.
// Limits   kDialogueStepsMax calls; a plan of more is refused before the first.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/graph_api.hpp"

namespace parley::connectors::graph {

// One call that sends. With an upload, the id it gives goes into the body at `id_at`.
struct Item {
  std::string body;
  std::optional<std::size_t> id_at = {};
  std::optional<Upload> upload = {};
  std::string upload_form = {};  // the form's other fields
};

struct Plan {
  std::vector<Item> items;
  std::vector<std::string> degraded;
};

// Where the two kinds of calls go, and what this platform's error codes mean.
struct Wire {
  HttpCall send, upload;
  std::span<const CodeRow> codes;
};

SendStep start_plan(const SendContext& context, Plan plan, const Wire& wire);
SendStep resume_plan(const SendContext& context, Plan plan, const Wire& wire, int step,
                     const HttpAnswer& answer);

// A setting of platforms that tell a message's mark with its receipts: our id of the send goes with
// its last message, and settles it if the answer to the call was lost.
Setting mark_setting();
bool marks_sends(const Channel& channel);

// The setting `text_max` where it is smaller than what the platform takes.
std::size_t text_max_of(const Channel& channel, std::size_t platform_max);

// What was said first goes below what is shown, where one text stands before media: as a caption
// does, and so that what may be tapped stays with the text.
std::vector<const Part*> reading_order(const std::vector<Part>& content);

}  // namespace parley::connectors::graph
