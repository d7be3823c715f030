// routing/rounded.hpp
// Scores as they are decided on, stored and shown: four digits behind the point. The other twelve
// of a double say nothing about a text and were a tenth of what a turn writes to the log.
#pragma once

#include <cmath>

namespace parley::routing {

inline double rounded(double number) noexcept { return std::round(number * 1e4) / 1e4; }

}  // namespace parley::routing
