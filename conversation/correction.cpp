#include "conversation/correction.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/json_writer.hpp"
#include "conversation/codec.hpp"

namespace parley {
namespace {

constexpr std::size_t kTextBytesMax = 512;  // of an actor or a version
constexpr std::size_t kRowBytesMax = 16 * 1024;

Error unreadable() { return {.code = Errc::malformed, .detail = "a correction cannot be read"}; }

// Each may be absent; a wrong type or an overlong text is damage.
bool read_text(simdjson::dom::object object, const char* name, std::string& to) {
  simdjson::dom::element element;
  if (object[name].get(element) || element.is_null()) return true;
  std::string_view text;
  if (element.get(text) || text.size() > kTextBytesMax) return false;
  to = text;
  return true;
}

void write_if(JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.member(name, text);
}

}  // namespace

bool is_sentiment_label(std::string_view label) noexcept {
  constexpr std::array<std::string_view, 3> kLabels = {"negative", "neutral", "positive"};
  return std::ranges::find(kLabels, label) != kLabels.end();
}

bool is_intent_label(std::string_view label) noexcept {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (label.empty() || label.size() > kLabelBytesMax || !letter(label.front())) return false;
  return std::ranges::all_of(label, [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

std::string correction_json(const Correction& correction) {
  JsonWriter out;
  out.begin_object()
      .member("decision_id", correction.decision.value)
      .member("at", format_time(correction.at))
      .member("actor", correction.actor);
  write_if(out, "sentiment", correction.sentiment);
  write_if(out, "intent", correction.intent);
  write_if(out, "was_sentiment", correction.was_sentiment);
  write_if(out, "was_intent", correction.was_intent);
  write_if(out, "text_kind", correction.text_kind);
  write_if(out, "model_version", correction.model_version);
  out.end_object();
  return out.take();
}

std::string stored_correction(const Correction& correction) {
  return std::string(1, kStoredVersion) + correction_json(correction);
}

Result<Correction> parse_stored_correction(std::string_view row) {
  const auto json = stored_json(row);
  if (json.empty() || json.size() > kRowBytesMax) return unreadable();
  simdjson::dom::parser parser(kRowBytesMax);
  simdjson::dom::object root;
  if (parser.parse(json.data(), json.size()).get(root)) return unreadable();
  Correction out;
  std::string at;
  const bool fine = read_text(root, "decision_id", out.decision.value) &&
                    read_text(root, "at", at) && read_text(root, "actor", out.actor) &&
                    read_text(root, "sentiment", out.sentiment) &&
                    read_text(root, "intent", out.intent) &&
                    read_text(root, "was_sentiment", out.was_sentiment) &&
                    read_text(root, "was_intent", out.was_intent) &&
                    read_text(root, "text_kind", out.text_kind) &&
                    read_text(root, "model_version", out.model_version);
  if (!fine || !parse_place("dec", out.decision.value) || !parse_time(at, out.at)) {
    return unreadable();
  }
  return out;
}

}  // namespace parley
