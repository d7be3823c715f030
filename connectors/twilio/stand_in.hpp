// connectors/twilio/stand_in.hpp
#pragma once

#include <memory>
#include <string_view>

#include "connectors/stand_in.hpp"

namespace parley::connectors::twilio {

// `platform`: one of the four.
std::unique_ptr<StandIn> make_stand_in(std::string_view platform);

}  // namespace parley::connectors::twilio
