// gateway/runtime/log.hpp
// JSON lines to stderr or a file. Fields are typed: a Secret cannot be logged (it does not compile)
// and a customer's text has no business here.
//
// Limits   queue_max lines wait; past it the oldest is dropped and counted. A field is cut at 2
// KiB. Errors   start_logging() throws when the file cannot be opened (startup only). Threads  any;
// never blocks. Before start_logging() lines go nowhere.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/id.hpp"
#include "base/secret.hpp"

namespace parley::gateway {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct LogField {
  std::string_view name;
  std::variant<std::string, std::int64_t, double, bool> value;

  LogField(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(v) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
  LogField(std::string_view n, std::integral auto v)
      : name(n), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  template <class Tag>
  LogField(std::string_view n, const Id<Tag>& id) : name(n), value(id.value) {}
  LogField(std::string_view, const Secret&) = delete;
};

struct LogOptions {
  LogLevel level = LogLevel::info;
  std::string file;  // "" is stderr
  std::size_t queue_max = 8192;
};

void start_logging(const LogOptions& options);
void stop_logging();  // writes what is queued, for 2 s at the most
std::uint64_t dropped_log_lines() noexcept;

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace parley::gateway
