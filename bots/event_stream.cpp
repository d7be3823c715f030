#include "bots/event_stream.hpp"

namespace parley::bots {
namespace {

Error past(const char* what, std::size_t limit) {
  return {
      .code = Errc::malformed,
      .detail = std::string("event stream: ") + what + " of more than " + std::to_string(limit)};
}

}  // namespace

Result<void> EventStream::feed(std::string_view bytes, const OnEvent& on_event) {
  if (failed_) return Error{.code = Errc::malformed, .detail = "event stream: already refused"};
  failed_ = true;  // unless all of it goes well
  bytes_ += bytes.size();
  if (bytes_ > kStreamBytesMax) return past("bytes", kStreamBytesMax);
  for (const char c : bytes) {
    const bool second_half = c == '\n' && after_cr_;
    after_cr_ = c == '\r';
    if (second_half) continue;
    if (c == '\r' || c == '\n') {
      if (auto done = line(on_event); !done) return done;
      continue;
    }
    if (line_.size() >= kLineBytesMax) return past("a line", kLineBytesMax);
    line_ += c;
  }
  failed_ = false;
  return {};
}

Result<void> EventStream::finish(const OnEvent& on_event) {
  if (failed_) return Error{.code = Errc::malformed, .detail = "event stream: already refused"};
  if (!line_.empty()) {
    if (auto done = line(on_event); !done) return done;
  }
  return dispatch(on_event);
}

Result<void> EventStream::line(const OnEvent& on_event) {
  std::string text = std::move(line_);
  line_.clear();
  if (first_line_ && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  first_line_ = false;
  if (text.empty()) return dispatch(on_event);
  const auto colon = text.find(':');
  const std::string_view field = std::string_view(text).substr(0, colon);
  std::string_view value;
  if (colon != std::string::npos) value = std::string_view(text).substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") {
    name_ = value;
  } else if (field == "data") {
    if (data_.size() + value.size() + 1 > kEventBytesMax) return past("an event", kEventBytesMax);
    if (has_data_) data_ += '\n';
    has_data_ = true;
    data_ += value;
  }
  return {};  // comments (field ""), id, retry and unknown fields mean nothing here
}

Result<void> EventStream::dispatch(const OnEvent& on_event) {
  const std::string name = std::move(name_), data = std::move(data_);
  name_.clear();
  data_.clear();
  if (!std::exchange(has_data_, false)) return {};
  if (++events_ > kEventsMax) return past("events", kEventsMax);
  return on_event(name, data);
}

}  // namespace parley::bots
