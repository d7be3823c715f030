#include "config/problems.hpp"

#include "config/config.hpp"

namespace parley::config {

std::string Problems::line(Place at, std::string_view key, std::string_view what) const {
  std::string out = file_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
  if (!key.empty()) out.append(key).append(": ");
  return out.append(what);
}

void Problems::add(Place at, std::string_view key, std::string_view what) {
  add_line(line(at, key, what));
}

void Problems::warn(Place at, std::string_view key, std::string_view what) {
  if (warnings_.size() < kProblemsMax) warnings_.push_back(line(at, key, what));
}

void Problems::add_line(std::string text) {
  ++count_;
  if (lines_.size() < kProblemsMax) lines_.push_back(std::move(text));
}

void Problems::absorb(const Problems& other) {
  for (const auto& text : other.lines_) add_line(text);
  count_ += other.count_ - other.lines_.size();
  for (const auto& text : other.warnings_) {
    if (warnings_.size() < kProblemsMax) warnings_.push_back(text);
  }
  known_.insert(other.known_.begin(), other.known_.end());
}

Error Problems::error() const {
  std::string detail;
  for (const auto& text : lines_) {
    if (!detail.empty()) detail += '\n';
    detail += text;
  }
  if (count_ > lines_.size()) {
    detail += "\n... and " + std::to_string(count_ - lines_.size()) + " more";
  }
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

}  // namespace parley::config
