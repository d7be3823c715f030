#include "routing/text/train.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace parley::routing {
namespace {
constexpr unsigned kCounterLog2 = 26;  // 64 MiB of byte counters
constexpr double kWeightMax = 32'767;
constexpr double kTiny = 1e-6;
constexpr double kCountPower = 0.25;  // chosen on development rows: the rare ones matter too
}  // namespace

void SampleSet::add(std::string_view label, std::string_view kind, std::string_view text,
                    std::span<const double> known) {
  const auto found = std::find(labels_.begin(), labels_.end(), label);
  label_.push_back(static_cast<std::uint32_t>(found - labels_.begin()));
  if (found == labels_.end()) labels_.emplace_back(label);
  tokenize(text, tokens_);
  extract_features(tokens_, kind, scratch_);
  features_.insert(features_.end(), scratch_.begin(), scratch_.end());
  end_.push_back(features_.size());
  for (const double p : known) known_.push_back(static_cast<float>(std::log(std::max(p, kTiny))));
}

class Trainer {
 public:
  Trainer(const SampleSet& samples, const TrainOptions& options)
      : samples_(samples), options_(options), columns_(samples.labels_.size()) {
    order_labels();
    find_columns();
  }
  // With labels that no sample may have.
  Trainer(const SampleSet& samples, const TrainOptions& options, std::vector<std::string> labels)
      : samples_(samples), options_(options), columns_(labels.size()), labels_(std::move(labels)) {
    find_columns();
  }

  ModelParts run() {
    learn_all();
    return store();
  }

  // With every label's own column, for there is no reference beside what is known.
  WeightTable run_delta() {
    learn_all();
    return store_table(columns_, false);
  }

 private:
  void learn_all() {
    count_features();
    mask_ = (std::uint64_t{1} << options_.bins_log2) - 1;
    weights_.assign((mask_ + 1) * columns_, 0);
    squares_.assign(weights_.size(), options_.first_square);
    std::vector<std::uint32_t> rows(samples_.size());
    std::iota(rows.begin(), rows.end(), 0U);
    std::mt19937_64 random(options_.seed);
    for (unsigned epoch = 0; epoch < options_.epochs; ++epoch) {
      for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random() % i]);
      for (const std::uint32_t row : rows) learn(row);
    }
  }

  struct Kept {
    double importance;
    std::uint64_t feature;
  };

  // Labels in a stated order, whatever the order of the files.
  void order_labels() {
    labels_ = options_.label_order;
    std::erase_if(labels_, [&](const std::string& label) {
      return std::find(samples_.labels_.begin(), samples_.labels_.end(), label) ==
             samples_.labels_.end();
    });
    std::vector<std::string> others;
    for (const auto& label : samples_.labels_) {
      if (std::find(labels_.begin(), labels_.end(), label) == labels_.end()) {
        others.push_back(label);
      }
    }
    std::sort(others.begin(), others.end());
    labels_.insert(labels_.end(), others.begin(), others.end());
  }

  void find_columns() {
    for (const auto& label : samples_.labels_) {
      column_of_.push_back(static_cast<std::size_t>(
          std::find(labels_.begin(), labels_.end(), label) - labels_.begin()));
    }
  }

  void count_features() {
    counts_.assign(std::size_t{1} << kCounterLog2, 0);
    for (const std::uint64_t feature : samples_.features_) {
      auto& count = counts_[feature & (counts_.size() - 1)];
      if (count < std::numeric_limits<std::uint8_t>::max()) ++count;
    }
  }
  unsigned count_of(std::uint64_t feature) const { return counts_[feature & (counts_.size() - 1)]; }
  std::size_t bin(std::uint64_t feature) const {
    return static_cast<std::size_t>((feature >> 20) & mask_) * columns_;
  }

  void learn(std::uint32_t row) {
    const std::size_t begin = row == 0 ? 0 : samples_.end_[row - 1], end = samples_.end_[row];
    const float norm = 1 / std::sqrt(static_cast<float>(std::max<std::size_t>(1, end - begin)));
    bins_.clear();
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint64_t feature = samples_.features_[i];
      if (count_of(feature) >= options_.count_min) bins_.push_back(bin(feature));
    }
    gradient_.assign(columns_, 0);
    for (const std::size_t at : bins_) {
      for (std::size_t c = 0; c < columns_; ++c) gradient_[c] += weights_[at + c];
    }
    for (auto& g : gradient_) g *= norm;
    if (!samples_.known_.empty()) {
      const float* known = &samples_.known_[row * columns_];
      for (std::size_t c = 0; c < columns_; ++c) gradient_[c] += known[c];
    }
    float total = 0;
    const float largest = *std::max_element(gradient_.begin(), gradient_.end());
    for (auto& g : gradient_) total += g = std::exp(g - largest);
    for (auto& g : gradient_) g *= norm / total;
    gradient_[column_of_[samples_.label_[row]]] -= norm;
    for (const std::size_t at : bins_) {
      for (std::size_t c = 0; c < columns_; ++c) {
        const float g = gradient_[c] + options_.l2 * weights_[at + c];
        squares_[at + c] += g * g;
        weights_[at + c] -= options_.rate * g / std::sqrt(squares_[at + c]);
      }
    }
  }

  // What a feature can do: the spread of its weights, damped for the rare ones.
  std::vector<Kept> choose() const {
    std::vector<std::uint64_t> features;
    for (const std::uint64_t feature : samples_.features_) {
      if (count_of(feature) >= options_.count_min) features.push_back(feature);
    }
    std::sort(features.begin(), features.end());
    features.erase(std::unique(features.begin(), features.end()), features.end());
    std::vector<Kept> kept;
    kept.reserve(features.size());
    for (const std::uint64_t feature : features) {
      const float* w = &weights_[bin(feature)];
      const auto [low, high] = std::minmax_element(w, w + columns_);
      kept.push_back({.importance = static_cast<double>(*high - *low) *
                                    std::pow(static_cast<double>(count_of(feature)), kCountPower),
                      .feature = feature});
    }
    std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) {
      return a.importance != b.importance ? a.importance > b.importance : a.feature < b.feature;
    });
    if (kept.size() > options_.features_max) kept.resize(options_.features_max);
    return kept;
  }

  // `stored` columns, less those of the last label when that is the reference.
  WeightTable store_table(std::size_t stored, bool against_last) const {
    const std::vector<Kept> kept = choose();
    const auto weight = [&](const Kept& one, std::size_t c) {
      const float* w = &weights_[bin(one.feature)];
      return against_last ? w[c] - w[stored] : w[c];
    };
    std::vector<float> largest(stored, 0);
    for (const auto& one : kept) {
      for (std::size_t c = 0; c < stored; ++c) {
        largest[c] = std::max(largest[c], std::abs(weight(one, c)));
      }
    }
    WeightTable result;
    for (const float value : largest) {
      result.scales.push_back(static_cast<float>(std::max(1e-9, value / kWeightMax)));
    }
    FeatureTableBuilder table(kept.size(), stored);
    std::vector<std::int16_t> row(stored);
    for (const auto& one : kept) {
      for (std::size_t c = 0; c < stored; ++c) {
        const double scaled =
            static_cast<double>(weight(one, c)) / static_cast<double>(result.scales[c]);
        row[c] =
            static_cast<std::int16_t>(std::lround(std::clamp(scaled, -kWeightMax, kWeightMax)));
      }
      table.add(one.feature, row.data());  // a few of the least weighty find no place
    }
    result.buckets = table.buckets();
    result.table = table.take();
    return result;
  }

  ModelParts store() const {
    WeightTable table = store_table(columns_ - 1, true);  // the last label is the reference
    ModelParts parts;
    parts.task = options_.task;
    parts.labels = labels_;
    parts.calibrations.push_back({});
    parts.scales = std::move(table.scales);
    parts.buckets = table.buckets;
    parts.table = std::move(table.table);
    return parts;
  }

  const SampleSet& samples_;
  const TrainOptions& options_;
  std::size_t columns_;
  std::vector<std::string> labels_;
  std::vector<std::size_t> column_of_;
  std::vector<std::uint8_t> counts_;
  std::uint64_t mask_ = 0;
  std::vector<float> weights_, squares_;
  std::vector<std::size_t> bins_;
  std::vector<float> gradient_;
};

Result<ModelParts> train_model(const SampleSet& samples, const TrainOptions& options) {
  const auto rejected = [](std::string why) {
    return Error{.code = Errc::rejected, .detail = "training: " + std::move(why)};
  };
  if (samples.size() == 0) return rejected("there are no rows");
  if (samples.labels().size() < 2) {
    return rejected("all rows have the label \"" + samples.labels().front() + "\"; need two");
  }
  if (samples.labels().size() > kLabelsMax) {
    return rejected(std::to_string(samples.labels().size()) + " labels; at most " +
                    std::to_string(kLabelsMax));
  }
  ModelParts parts = Trainer(samples, options).run();
  if (options.bag_width > 0) parts.bag = train_bag(samples, parts.labels, options);
  return parts;
}

Result<WeightTable> train_delta(const SampleSet& samples, const std::vector<std::string>& labels,
                                const TrainOptions& options) {
  const auto rejected = [](std::string why) {
    return Error{.code = Errc::rejected, .detail = "training: " + std::move(why)};
  };
  if (samples.size() == 0) return rejected("there are no rows");
  for (const auto& label : samples.labels()) {
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) {
      return rejected("the label \"" + label + "\" is not one of the model's; leave --base out");
    }
  }
  TrainOptions ordered = options;
  ordered.label_order = labels;
  return Trainer(samples, ordered, labels).run_delta();
}

double best_temperature(const std::vector<LabelledProbabilities>& rows) {
  const auto loss = [&](double temperature) {
    double sum = 0;
    for (const auto& row : rows) {
      double total = 0;
      for (const double p : row.probabilities)
        total += std::pow(std::max(p, 1e-12), 1 / temperature);
      sum -=
          std::log(std::max(row.probabilities[row.label], 1e-12)) / temperature - std::log(total);
    }
    return sum;
  };
  if (rows.empty()) return 1;
  double low = 0.3, high = 5;  // the loss is convex in 1/temperature: golden section
  constexpr double kGolden = 0.6180339887498949;
  for (int step = 0; step < 40; ++step) {
    const double left = high - kGolden * (high - low), right = low + kGolden * (high - low);
    (loss(left) <= loss(right) ? high : low) = loss(left) <= loss(right) ? right : left;
  }
  return (low + high) / 2;
}

double threshold_at_rate(std::vector<double> scores, double rate) {
  if (scores.empty()) return 0;
  std::sort(scores.begin(), scores.end(), std::greater<>());
  const auto allowed = static_cast<std::size_t>(rate * static_cast<double>(scores.size()));
  if (allowed >= scores.size()) return scores.back();
  return std::nextafter(scores[allowed], std::numeric_limits<double>::infinity());
}

}  // namespace parley::routing
