// routing/text/train_bag.cpp
// The second learner: every n-gram a short vector, a text their mean, and a softmax over what that
// mean says of each label. Stochastic gradient descent with a rate that falls to nothing, the way
// fastText does it. It sees likeness between words, where the linear table sees each for itself.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "routing/text/train.hpp"

namespace parley::routing {
namespace {
constexpr std::uint32_t kUnknown = std::numeric_limits<std::uint32_t>::max();
constexpr double kWeightMax = 32'767;
constexpr float kNegligible = 1e-6F;
}  // namespace

class BagTrainer {
 public:
  BagTrainer(const SampleSet& samples, const std::vector<std::string>& labels,
             const TrainOptions& options)
      : samples_(samples), options_(options), width_(options.bag_width), labels_(labels.size()) {
    for (const auto& label : samples.labels_) {
      column_of_.push_back(static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) -
                                                    labels.begin()));
    }
  }

  Bag run() {
    choose_features();
    std::mt19937_64 random(options_.seed);
    dropped_.seed(options_.seed + 1);
    dropped_below_ = static_cast<std::uint32_t>(options_.bag_dropout * 4'294'967'040.0F);
    const float spread = 1 / static_cast<float>(width_);
    vectors_.resize(features_.size() * width_);
    for (auto& weight : vectors_) {
      weight = (static_cast<float>(random() >> 40) / static_cast<float>(1 << 23) - 1) * spread;
    }
    outputs_.assign(labels_ * width_, 0);
    std::vector<std::uint32_t> rows(samples_.size());
    std::iota(rows.begin(), rows.end(), 0U);
    const auto steps = static_cast<float>(rows.size()) * static_cast<float>(options_.bag_epochs);
    float done = 0;
    for (unsigned epoch = 0; epoch < options_.bag_epochs; ++epoch) {
      for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random() % i]);
      for (const std::uint32_t row : rows) learn(row, options_.bag_rate * (1 - done++ / steps));
    }
    return store();
  }

 private:
  // The commonest; every occurrence becomes its place, so that learning looks nothing up.
  void choose_features() {
    std::vector<std::uint64_t> all = samples_.features_;
    std::sort(all.begin(), all.end());
    std::vector<std::pair<std::uint32_t, std::uint64_t>> counted;
    for (std::size_t i = 0; i < all.size();) {
      std::size_t next = i;
      while (next < all.size() && all[next] == all[i]) ++next;
      if (next - i >= options_.count_min) {
        counted.emplace_back(static_cast<std::uint32_t>(next - i), all[i]);
      }
      i = next;
    }
    std::sort(counted.begin(), counted.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    if (counted.size() > options_.bag_features_max) counted.resize(options_.bag_features_max);
    for (const auto& each : counted) features_.push_back(each.second);
    std::sort(features_.begin(), features_.end());
    places_.reserve(samples_.features_.size());
    for (const std::uint64_t feature : samples_.features_) {
      const auto at = std::lower_bound(features_.begin(), features_.end(), feature);
      const bool known = at != features_.end() && *at == feature;
      places_.push_back(known ? static_cast<std::uint32_t>(at - features_.begin()) : kUnknown);
    }
  }

  // Another part of the row each time: no n-gram can rely on its neighbours, and what is learnt
  // holds for texts that share only some of them.
  void choose_seen(std::size_t begin, std::size_t end) {
    seen_.clear();
    for (std::size_t i = begin; i < end; ++i) {
      if (places_[i] == kUnknown) continue;
      if (dropped_below_ > 0 && static_cast<std::uint32_t>(dropped_()) < dropped_below_) continue;
      seen_.push_back(places_[i]);
    }
  }

  void learn(std::uint32_t row, float rate) {
    const std::size_t begin = row == 0 ? 0 : samples_.end_[row - 1], end = samples_.end_[row];
    choose_seen(begin, end);
    if (seen_.empty()) return;
    mean_.assign(width_, 0);
    for (const std::uint32_t place : seen_) {
      const float* vector = &vectors_[place * width_];
      for (std::size_t d = 0; d < width_; ++d) mean_[d] += vector[d];
    }
    const float part = 1 / static_cast<float>(seen_.size());
    for (auto& each : mean_) each *= part;

    odds_.assign(labels_, 0);
    for (std::size_t c = 0; c < labels_; ++c) {
      const float* output = &outputs_[c * width_];
      for (std::size_t d = 0; d < width_; ++d) odds_[c] += output[d] * mean_[d];
    }
    const float largest = *std::max_element(odds_.begin(), odds_.end());
    float total = 0;
    for (auto& each : odds_) total += each = std::exp(each - largest);
    for (auto& each : odds_) each /= total;
    odds_[column_of_[samples_.label_[row]]] -= 1;

    back_.assign(width_, 0);
    for (std::size_t c = 0; c < labels_; ++c) {
      const float step = rate * odds_[c];
      if (std::abs(step) < kNegligible) continue;
      float* output = &outputs_[c * width_];
      for (std::size_t d = 0; d < width_; ++d) {
        back_[d] += step * output[d];
        output[d] -= step * mean_[d];
      }
    }
    for (auto& each : back_) each *= part;
    for (const std::uint32_t place : seen_) {
      float* vector = &vectors_[place * width_];
      for (std::size_t d = 0; d < width_; ++d) vector[d] -= back_[d];
    }
  }

  Bag store() const {
    Bag bag;
    bag.labels = outputs_;
    std::vector<float> largest(width_, 0);
    for (std::size_t i = 0; i < vectors_.size(); ++i) {
      largest[i % width_] = std::max(largest[i % width_], std::abs(vectors_[i]));
    }
    for (const float value : largest) {
      bag.vectors.scales.push_back(static_cast<float>(std::max(1e-9, value / kWeightMax)));
    }
    FeatureTableBuilder table(features_.size(), width_);
    std::vector<std::int16_t> row(width_);
    for (std::size_t i = 0; i < features_.size(); ++i) {
      for (std::size_t d = 0; d < width_; ++d) {
        const double scaled = static_cast<double>(vectors_[i * width_ + d]) /
                              static_cast<double>(bag.vectors.scales[d]);
        row[d] =
            static_cast<std::int16_t>(std::lround(std::clamp(scaled, -kWeightMax, kWeightMax)));
      }
      table.add(features_[i], row.data());
    }
    bag.vectors.buckets = table.buckets();
    bag.vectors.table = table.take();
    return bag;
  }

  const SampleSet& samples_;
  const TrainOptions& options_;
  std::size_t width_, labels_;
  std::vector<std::size_t> column_of_;
  std::vector<std::uint64_t> features_;
  std::vector<std::uint32_t> places_, seen_;
  std::mt19937_64 dropped_;
  std::uint32_t dropped_below_ = 0;
  std::vector<float> vectors_, outputs_, mean_, odds_, back_;
};

Bag train_bag(const SampleSet& samples, const std::vector<std::string>& labels,
              const TrainOptions& options) {
  return BagTrainer(samples, labels, options).run();
}

}  // namespace parley::routing
