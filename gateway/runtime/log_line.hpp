// gateway/runtime/log_line.hpp
// One log line as JSON: whatever is in a field, it is one line, it parses, and a terminal that
// shows it runs no escape sequence.
//
// Limits   a field's text is cut after kLogFieldBytesMax bytes and marked "...".
// Threads  any; pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {

inline constexpr std::size_t kLogFieldBytesMax = 2'048;

std::string_view to_string(LogLevel level) noexcept;

// {"time":"...","level":"info","event":"...", fields in order}; no newline at the end.
std::string log_line(TimePoint time, LogLevel level, std::string_view event,
                     std::span<const LogField> fields);

// Quoted JSON text. Beyond JSON's own escapes: DEL, C1 controls, line and paragraph separators and
// the bidi controls that reorder a terminal's line; invalid UTF-8 becomes U+FFFD.
std::string quote_for_log(std::string_view text);

}  // namespace parley::gateway
