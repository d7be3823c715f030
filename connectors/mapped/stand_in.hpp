// connectors/mapped/stand_in.hpp
// A platform as its mapping describes it: what the mapping reads, this writes, and the other way
// round. It shows that a mapping is in itself consistent, not that the vendor keeps to it.
#pragma once

#include <memory>
#include <string_view>

#include "connectors/mapped/mapping.hpp"
#include "connectors/stand_in.hpp"

namespace parley::connectors::mapped {

// `file`: the mapping's text where the tenant brings it, else "".
std::unique_ptr<StandIn> make_stand_in(std::string_view platform,
                                       std::shared_ptr<const Mapping> mapping,
                                       std::string_view file);

// A mapping file for a vendor that does not exist, for samples and documentation.
std::string_view sample_mapping();

}  // namespace parley::connectors::mapped
