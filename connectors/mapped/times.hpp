// connectors/mapped/times.hpp
// Times as vendors write them.
//
// A format is "unix", "unix_ms", "rfc3339", or a pattern of %Y %m %d %H %M %S, %f (fraction of a
// second), %z (Z, +02, +0200, +02:00) and the characters between. Without %z the time is UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace parley::connectors::mapped {

bool is_time_format(std::string_view format) noexcept;
// nullopt: the text is not such a time.
std::optional<TimePoint> read_time(std::string_view text, std::string_view format);

std::string write_time(TimePoint time, std::string_view format);

}  // namespace parley::connectors::mapped
