// A classifier's answer -> readings. Everything in it is a stranger's: a wrong type or a number out
// of its range spoils the answer, for a half-believed one could not be explained.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gateway/pipeline/classifier.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::array<std::string_view, 3> kSentiments = {"negative", "neutral", "positive"};

Error malformed(std::string why) {
  return Error{.code = Errc::malformed, .detail = std::move(why)};
}

// A model's or an intent's name: it is shown to people and stands in rules.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/' || c == ':';
  });
}

// Absent: `out` as it is, and true. Present: a number between low and high, else false.
bool read_number(simdjson::dom::object from, const char* name, double low, double high,
                 double& out) {
  simdjson::dom::element element;
  if (from[name].get(element)) return true;
  double value = 0;
  if (element.get(value) || !std::isfinite(value) || value < low || value > high) return false;
  out = value;
  return true;
}

Result<routing::Reading> reading_of(simdjson::dom::element element, std::string_view model) {
  simdjson::dom::object object;
  if (element.get(object)) return malformed("results: need objects");
  routing::Reading reading;
  reading.model = model;
  simdjson::dom::element member;
  std::string_view text;
  if (!object["sentiment"].get(member)) {
    if (member.get(text) || std::ranges::find(kSentiments, text) == kSentiments.end()) {
      return malformed("sentiment: need negative, neutral or positive");
    }
    reading.sentiment = text;
    reading.score = text == "negative" ? -1 : text == "positive" ? 1 : 0;
    reading.confidence = 1;
  }
  if (!object["intent"].get(member)) {
    if (member.get(text) || !is_name(text)) return malformed("intent: need a short name");
    reading.intent = text;
    reading.intent_confidence = 1;
  }
  if (!object["angry"].get(member) && member.get(reading.angry)) {
    return malformed("angry: need true or false");
  }
  if (!read_number(object, "score", -1, 1, reading.score)) {
    return malformed("score: need a number from -1 to 1");
  }
  if (!read_number(object, "confidence", 0, 1, reading.confidence) ||
      !read_number(object, "intent_confidence", 0, 1, reading.intent_confidence)) {
    return malformed("confidence: need a number from 0 to 1");
  }
  if (reading.sentiment.empty() && reading.intent.empty()) {
    return malformed("results: need a sentiment or an intent");
  }
  return reading;
}

}  // namespace

Result<std::vector<routing::Reading>> parse_readings(std::string_view json, std::size_t count) {
  simdjson::dom::parser parser(Classifier::kAnswerBytesMax);
  simdjson::dom::object root;
  if (parser.parse(json.data(), json.size()).get(root)) return malformed("no JSON object");
  std::string_view model = "unnamed";
  simdjson::dom::element named;
  if (!root["model"].get(named) && (named.get(model) || !is_name(model))) {
    return malformed("model: need a short name");
  }
  simdjson::dom::array results;
  if (root["results"].get(results)) return malformed("results: need an array");
  if (results.size() != count) return malformed("results: need one a text");
  std::vector<routing::Reading> out;
  for (const auto element : results) {
    auto reading = reading_of(element, model);
    if (!reading) return std::move(reading.error());
    out.push_back(std::move(*reading));
  }
  return out;
}

}  // namespace parley::gateway
