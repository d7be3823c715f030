// connectors/mapped/presets.hpp
// The mappings that are shipped: presets/*.toml, put into presets.cpp by the build.
#pragma once

#include <span>
#include <string_view>

namespace parley::connectors::mapped {

struct Preset {
  std::string_view platform, toml;
};
std::span<const Preset> presets();

}  // namespace parley::connectors::mapped
