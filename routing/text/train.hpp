// routing/text/train.hpp
// Trains a LinearModel: AdaGrad on the log-loss, features kept by how often they occur and how much
// they weigh.
//
// Promise  the same samples in the same order with the same options give the same bytes (on one
//          kind of machine: the C library's expf may differ in its last bit between processors).
// Errors   rejected, with what is missing: fewer than two labels, an empty set.
// Threads  one call uses one core and about 8 bytes a feature occurrence; calls do not share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "routing/text/linear_model.hpp"

namespace parley::routing {

// Training rows, kept as features only.
class SampleSet {
 public:
  // `known`: for train_delta(), what the model to be corrected says of this row.
  void add(std::string_view label, std::string_view kind, std::string_view text,
           std::span<const double> known = {});
  std::size_t size() const noexcept { return label_.size(); }
  const std::vector<std::string>& labels() const noexcept { return labels_; }

 private:
  friend class Trainer;
  friend class BagTrainer;
  std::vector<std::string> labels_;
  std::vector<std::uint32_t> label_;
  std::vector<std::uint64_t> features_;
  std::vector<std::size_t> end_;  // of row i in features_
  std::vector<float> known_;      // log-probabilities, row by row
  Tokens tokens_;
  std::vector<std::uint64_t> scratch_;
};

struct TrainOptions {
  std::string task = "sentiment";
  unsigned bins_log2 = 22;  // while training; the file keeps features, not bins
  unsigned epochs = 3;
  float rate = 0.1F;
  float first_square = 1e-4F;  // AdaGrad's start; the larger, the shorter the first steps
  float l2 = 0;
  unsigned count_min = 2;  // rarer features are never looked at
  std::size_t features_max = 1'000'000;
  std::uint64_t seed = 20;
  std::vector<std::string> label_order;  // labels named here come first, in this order
  std::size_t bag_width = 0;             // of the second learner's vectors; 0: without it
  unsigned bag_epochs = 25;
  float bag_rate = 0.5F;
  float bag_dropout = 0;  // share of a row's n-grams that is not looked at each time, at random
  std::size_t bag_features_max = 100'000;
};

// Calibrations are left as one neutral row; see calibrate().
Result<ModelParts> train_model(const SampleSet& samples, const TrainOptions& options);

// What has to be added to what a model with these labels says so that it is right about the
// samples, each added with what that model knows. rejected: a sample's label is not among them.
Result<WeightTable> train_delta(const SampleSet& samples, const std::vector<std::string>& labels,
                                const TrainOptions& options);

// train_bag.cpp; `labels` as train_model() ordered them.
Bag train_bag(const SampleSet& samples, const std::vector<std::string>& labels,
              const TrainOptions& options);

// The temperature, by log-loss, at which the probabilities of these rows say what they mean.
struct LabelledProbabilities {
  std::size_t label = 0;
  std::vector<double> probabilities;
};
double best_temperature(const std::vector<LabelledProbabilities>& rows);

// The lowest threshold at which at most `rate` of these scores (of rows that are not negative) lie
// at or above it.
double threshold_at_rate(std::vector<double> scores, double rate);

}  // namespace parley::routing
