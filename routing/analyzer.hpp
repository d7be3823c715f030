// routing/analyzer.hpp
// What a turn's text says beyond its words: sentiment, anger, language, a wish for a human.
//
// Threads  const, any thread, concurrently. No I/O.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/decision.hpp"
#include "conversation/event.hpp"

namespace parley::routing {

struct TextAnalysis {
  Analysis analysis;              // trend is filled by decide(), from the episode's scores
  std::vector<ScoredTerm> terms;  // what weighed most, at most 8
  bool asks_human = false;
};

class Analyzer {
 public:
  virtual ~Analyzer() = default;
  virtual TextAnalysis analyze(std::string_view text, std::string_view kind) const = 0;
  virtual std::string_view version() const noexcept = 0;
  // The labels it may give as an intent; none where it knows no intents.
  virtual std::vector<std::string> intents() const { return {}; }
};

// Calls every text neutral: for tests and for a gateway without a model file.
std::unique_ptr<Analyzer> make_plain_analyzer();

}  // namespace parley::routing
