// connectors/vk/stand_in.hpp
#pragma once

#include <memory>

#include "connectors/stand_in.hpp"

namespace parley::connectors::vk {

std::unique_ptr<StandIn> make_stand_in();

}  // namespace parley::connectors::vk
