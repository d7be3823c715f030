// bots/event_stream.hpp
// Server-sent events, read as their bytes come: any cut between two bytes gives the same events.
//
// Source   html.spec.whatwg.org, "Server-sent events", interpretation of an event stream
// Limits   kLineBytesMax a line, kEventBytesMax an event, kEventsMax events, kStreamBytesMax in
//          all; past one of them feed() fails and goes on failing.
// Errors   malformed with the limit that was passed; whatever on_event returned.
// Threads  a plain value.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::bots {

class EventStream {
 public:
  static constexpr std::size_t kLineBytesMax = 64 * 1024;
  static constexpr std::size_t kEventBytesMax = 128 * 1024;
  static constexpr std::size_t kEventsMax = 20'000;
  static constexpr std::size_t kStreamBytesMax = 4 << 20;

  // `name` is the event's type, "" when the stream names none.
  using OnEvent = std::function<Result<void>(std::string_view name, std::string_view data)>;

  Result<void> feed(std::string_view bytes, const OnEvent& on_event);
  // The stream has ended: a last event without its empty line is given too, as servers write it.
  Result<void> finish(const OnEvent& on_event);

 private:
  Result<void> line(const OnEvent& on_event);
  Result<void> dispatch(const OnEvent& on_event);

  std::string line_, name_, data_;
  bool has_data_ = false, after_cr_ = false, first_line_ = true, failed_ = false;
  std::size_t events_ = 0, bytes_ = 0;
};

}  // namespace parley::bots
