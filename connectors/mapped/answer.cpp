#include "connectors/mapped/answer.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/http_status.hpp"

namespace parley::connectors::mapped {
namespace {

constexpr std::size_t kWordsBytesMax = 200;
constexpr double kRetryMsMax = 24.0 * 3600 * 1000;

// The platform's words for the operator: one short line of printable text.
std::string short_line(std::string words) {
  words.resize(std::min(words.size(), kWordsBytesMax));
  std::ranges::replace_if(
      words, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  while (!words.empty() && (static_cast<unsigned char>(words.back()) & 0xc0) == 0x80) {
    words.pop_back();
  }
  if (!words.empty() && static_cast<unsigned char>(words.back()) >= 0xc0) words.pop_back();
  return words;
}

Result<Value> body_of(BodyKind kind, std::string_view body) {
  switch (kind) {
    case BodyKind::json:
      return read_json(body, true);
    case BodyKind::xml:
      return read_xml(body);
    case BodyKind::form:
      return read_form(body, "utf-8");
    case BodyKind::query:
    case BodyKind::automatic:
      break;
  }
  return Value::of(body);
}

Errc code_of(Means means) {
  switch (means) {
    case Means::throttled:
      return Errc::throttled;
    case Means::recipient_gone:
      return Errc::recipient_gone;
    case Means::window_closed:
      return Errc::window_closed;
    case Means::misconfigured:
      return Errc::misconfigured;
    case Means::retry:
    case Means::uncertain:
      return Errc::unavailable;
    case Means::sent:
    case Means::rejected:
      break;
  }
  return Errc::rejected;
}

std::optional<Milliseconds> wait_of(const AnswerRule& rule, const Scope& scope,
                                    const HttpAnswer& answer) {
  const std::string text = rule.retry_after.text(scope);
  double wait = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wait);
  if (error != std::errc() || end == text.data() || !(wait >= 0)) {
    HttpAnswer throttled = answer;
    throttled.status = 429;  // Retry-After counts whatever the status
    return error_from_status(throttled)->retry_after;
  }
  wait = std::min(wait * static_cast<double>(rule.retry_unit.count()), kRetryMsMax);
  return Milliseconds(static_cast<std::int64_t>(wait));
}

Error error_of(const AnswerRule& rule, const Scope& scope, const HttpAnswer& answer) {
  Error error{.code = code_of(rule.means)};
  if (rule.means == Means::uncertain) error.delivery = Delivery::unknown;
  error.code_text = short_line(rule.code.text(scope));
  error.detail = short_line(rule.error.text(scope));
  if (error.detail.empty()) error.detail = "HTTP " + std::to_string(answer.status);
  if (rule.means == Means::throttled || rule.means == Means::retry) {
    error.retry_after = wait_of(rule, scope, answer);
  }
  return error;
}

Error by_status(const HttpAnswer& answer, bool readable) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  const std::string status = std::to_string(answer.status);
  if (answer.status / 100 == 2 && !readable) {
    return Error{.code = Errc::unavailable,
                 .delivery = Delivery::unknown,
                 .detail = "the answer is not what the mapping says it is"};
  }
  const bool denied = answer.status == 401 || answer.status == 403 || answer.status / 100 == 3;
  return Error{.code = denied ? Errc::misconfigured : Errc::rejected,
               .detail = "HTTP " + status,
               .code_text = status};
}

}  // namespace

Result<std::vector<std::string>> read_answer(const Answer& rules, const HttpAnswer& answer) {
  const auto read = body_of(rules.body, answer.body);
  const Value body = read ? *read : Value();
  Value header = Value::object();
  for (const auto& [name, value] : answer.headers) header.set(name, Value::of(value));
  const Value status = Value::of(std::to_string(answer.status));
  Scope scope;
  scope.set("body", &body);
  scope.set("header", &header);
  scope.set("status", &status);
  if (answer.status / 100 == 2 && !read) return by_status(answer, false);
  for (const auto& rule : rules.rules) {
    if (!all_hold(rule.when, scope)) continue;
    if (rule.means != Means::sent) return error_of(rule, scope, answer);
    std::vector<std::string> ids;
    if (rules.id) {
      for (const Value* id : rules.id->select(scope)) {
        if (!id->text.empty()) ids.push_back(id->text);
      }
    }
    return ids;
  }
  return by_status(answer, read.has_value());
}

}  // namespace parley::connectors::mapped
