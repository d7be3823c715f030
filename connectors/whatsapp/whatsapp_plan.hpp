// connectors/whatsapp/whatsapp_plan.hpp
// Which messages of the Cloud API say what one of ours says.
//
// Limits   text 4096 characters, 1024 beside media or actions
#pragma once

#include "connectors/connector.hpp"
#include "connectors/graph_dialogue.hpp"

namespace parley::connectors::whatsapp {

graph::Plan plan_message(const SendContext& context);

}  // namespace parley::connectors::whatsapp
