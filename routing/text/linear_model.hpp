// routing/text/linear_model.hpp
// Multinomial logistic regression over hashed n-grams, as trained by train.hpp and stored in one
// file: labels, a calibration for each text kind, and a table of int16 weights. Two things may
// stand beside it:
//   bag    a second learner: the mean of a short vector per n-gram, times a vector per label. It
//          errs elsewhere, so the mean of both log-probabilities is better than either.
//   delta  what was learnt later from a tenant's corrected turns: logits added to what the rest
//          says, so that what ships and what a tenant taught stay apart.
//
// Promise  a file that is cut, changed in any bit, of another format or feature version is refused
//          with the reason; nothing else of it is looked at before its checksum fits.
// Errors   malformed (not such a file, damaged), misconfigured (a newer format), not_found and
//          unavailable (the file cannot be read), overloaded (larger than kModelBytesMax).
// Threads  immutable; any thread. A warm thread allocates nothing in probabilities().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "conversation/decision.hpp"
#include "routing/text/feature_table.hpp"
#include "routing/text/features.hpp"

namespace parley::routing {

inline constexpr std::uint32_t kModelFormat = 2;  // 1: neither bag nor delta; still read
inline constexpr std::size_t kModelBytesMax = 256U << 20;
inline constexpr std::size_t kLabelsMax = 1'000;
inline constexpr std::size_t kKindsMax = 16;
inline constexpr std::size_t kBagWidthMax = 256;

// How the scores of one text kind become probabilities and a label.
struct Calibration {
  std::string kind;       // "" is every kind without a row of its own
  float temperature = 1;  // logits are divided by it
  // Sentiment: of the score of "negative", logit(p) plus its cues. Intents: of the best
  // probability; below it nothing is said.
  float threshold = 0;
  bool thresholded = false;  // false: the most probable label is the label
};

struct WeightTable {
  std::vector<float> scales;  // of each column: weight = int16 * scale
  std::size_t buckets = 0;
  std::string table;
};

struct Bag {
  WeightTable vectors;        // a column for each of the vector's numbers; no columns: no bag
  std::vector<float> labels;  // labels.size() vectors, one after the other
  float share = 0.5F;         // of the bag in the mean of the log-probabilities
  bool present() const noexcept { return !vectors.scales.empty(); }
};

// Everything a file holds.
struct ModelParts {
  std::string task;                 // "sentiment", "intent"
  std::vector<std::string> labels;  // the last one is the reference: its weights are all zero
  std::vector<Calibration> calibrations;
  std::vector<float> scales;  // of each column: weight = int16 * scale
  std::size_t buckets = 0;
  std::string table;
  Bag bag = {};
  WeightTable delta = {};  // labels.size() columns, or none
};

class LinearModel {
 public:
  static Result<std::shared_ptr<const LinearModel>> from_bytes(std::string_view bytes);
  static Result<std::shared_ptr<const LinearModel>> from_file(const std::string& path);
  static std::string to_bytes(const ModelParts& parts);

  explicit LinearModel(ModelParts parts, std::string version);

  const ModelParts& parts() const noexcept { return parts_; }
  std::span<const std::string> labels() const noexcept { return parts_.labels; }
  // Index of `label`, or labels().size().
  std::size_t index_of(std::string_view label) const noexcept;
  const Calibration& calibration(std::string_view kind) const noexcept;
  bool has_calibration(std::string_view kind) const noexcept;
  std::string_view version() const noexcept { return version_; }  // format and hash of the file

  // `out` has labels().size() places. A text without tokens gets the model's prior.
  void probabilities(const Tokens& tokens, std::string_view kind, std::span<double> out) const;

  // The n-grams that moved `label` most, against the mean of the labels; at most `count_max`.
  std::vector<ScoredTerm> terms(const Tokens& tokens, std::string_view kind, std::size_t label,
                                std::size_t count_max) const;

 private:
  void add_logits(const FeatureTable& table, std::span<const float> scales,
                  std::span<const std::uint64_t> features, std::span<double> out) const;
  void mix_bag(std::span<const std::uint64_t> features, std::span<double> out) const;

  ModelParts parts_;
  std::string version_;
  FeatureTable table_, bag_, delta_;
};

}  // namespace parley::routing
