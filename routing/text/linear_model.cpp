#include "routing/text/linear_model.hpp"

#include <algorithm>
#include <cmath>

namespace parley::routing {
namespace {
constexpr std::size_t kFetchedAhead = 8;  // as many loads as a core keeps under way

void to_log_probabilities(std::span<double> logits) {
  const double largest = *std::ranges::max_element(logits);
  double total = 0;
  for (const double each : logits) total += std::exp(each - largest);
  const double all = largest + std::log(total);
  for (double& each : logits) each -= all;
}
}  // namespace

LinearModel::LinearModel(ModelParts parts, std::string version)
    : parts_(std::move(parts)),
      version_(std::move(version)),
      table_(parts_.table, parts_.buckets, parts_.scales.size()),
      bag_(parts_.bag.vectors.table, parts_.bag.vectors.buckets, parts_.bag.vectors.scales.size()),
      delta_(parts_.delta.table, parts_.delta.buckets, parts_.delta.scales.size()) {}

std::size_t LinearModel::index_of(std::string_view label) const noexcept {
  const auto found = std::find(parts_.labels.begin(), parts_.labels.end(), label);
  return static_cast<std::size_t>(found - parts_.labels.begin());
}

const Calibration& LinearModel::calibration(std::string_view kind) const noexcept {
  const Calibration* fallback = &parts_.calibrations.front();
  for (const auto& one : parts_.calibrations) {
    if (one.kind == kind) return one;
    if (one.kind.empty()) fallback = &one;
  }
  return *fallback;
}

bool LinearModel::has_calibration(std::string_view kind) const noexcept {
  return std::ranges::find(parts_.calibrations, kind, &Calibration::kind) !=
         parts_.calibrations.end();
}

// Adds what the table says of these features to `out`, its columns first; by the root of their
// number, so that long texts are not surer than short ones.
void LinearModel::add_logits(const FeatureTable& table, std::span<const float> scales,
                             std::span<const std::uint64_t> features, std::span<double> out) const {
  thread_local std::vector<std::int64_t> sums;
  const std::size_t columns = scales.size();
  if (columns == 0) return;
  sums.assign(columns, 0);
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (i + kFetchedAhead < features.size()) table.prefetch(features[i + kFetchedAhead]);
    const char* row = table.find(features[i]);
    if (row == nullptr) continue;
    for (std::size_t c = 0; c < columns; ++c) {
      std::int16_t weight = 0;
      std::memcpy(&weight, row + c * sizeof weight, sizeof weight);
      sums[c] += weight;
    }
  }
  const double norm =
      1.0 / std::sqrt(static_cast<double>(std::max<std::size_t>(1, features.size())));
  for (std::size_t c = 0; c < columns; ++c) {
    out[c] += static_cast<double>(sums[c]) * static_cast<double>(scales[c]) * norm;
  }
}

// Logits of the table become the weighted mean of both learners' log-probabilities.
void LinearModel::mix_bag(std::span<const std::uint64_t> features, std::span<double> out) const {
  thread_local std::vector<double> mean, second;
  const Bag& bag = parts_.bag;
  const std::size_t width = bag.vectors.scales.size();
  mean.assign(width, 0);
  std::size_t known = 0;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (i + kFetchedAhead < features.size()) bag_.prefetch(features[i + kFetchedAhead]);
    const char* row = bag_.find(features[i]);
    if (row == nullptr) continue;
    ++known;
    for (std::size_t d = 0; d < width; ++d) {
      std::int16_t weight = 0;
      std::memcpy(&weight, row + d * sizeof weight, sizeof weight);
      mean[d] += weight;
    }
  }
  if (known == 0) return;
  for (std::size_t d = 0; d < width; ++d) {
    mean[d] *= static_cast<double>(bag.vectors.scales[d]) / static_cast<double>(known);
  }
  second.assign(out.size(), 0);
  for (std::size_t c = 0; c < out.size(); ++c) {
    const float* label = &bag.labels[c * width];
    for (std::size_t d = 0; d < width; ++d) second[c] += static_cast<double>(label[d]) * mean[d];
  }
  to_log_probabilities(out);
  to_log_probabilities(second);
  const double share = bag.share;
  for (std::size_t c = 0; c < out.size(); ++c) out[c] = (1 - share) * out[c] + share * second[c];
}

void LinearModel::probabilities(const Tokens& tokens, std::string_view kind,
                                std::span<double> out) const {
  thread_local std::vector<std::uint64_t> features;
  extract_features(tokens, kind, features);
  std::ranges::fill(out, 0);
  add_logits(table_, parts_.scales, features, out);
  if (parts_.bag.present()) mix_bag(features, out);
  const double temperature = calibration(kind).temperature;
  for (double& each : out) each /= temperature;
  add_logits(delta_, parts_.delta.scales, features, out);
  to_log_probabilities(out);
  for (double& each : out) each = std::exp(each);
}

std::vector<ScoredTerm> LinearModel::terms(const Tokens& tokens, std::string_view kind,
                                           std::size_t label, std::size_t count_max) const {
  thread_local std::vector<Gram> grams;
  thread_local std::vector<std::pair<double, std::size_t>> weighed;
  extract_grams(tokens, kind, grams);
  weighed.clear();
  const std::size_t columns = parts_.scales.size();
  const auto weight_of = [&](std::uint64_t feature) {
    const char* row = feature == 0 ? nullptr : table_.find(feature);
    if (row == nullptr) return 0.0;
    double own = 0, all = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      std::int16_t raw = 0;
      std::memcpy(&raw, row + c * sizeof raw, sizeof raw);
      const double weight = raw * static_cast<double>(parts_.scales[c]);
      all += weight;
      if (c == label) own = weight;
    }
    return own - all / static_cast<double>(columns + 1);
  };
  for (std::size_t i = 0; i < grams.size(); ++i) {
    const double weight = weight_of(grams[i].general) + weight_of(grams[i].of_kind);
    if (weight != 0) weighed.emplace_back(weight, i);
  }
  const std::size_t count = std::min(count_max, weighed.size());
  std::partial_sort(weighed.begin(), weighed.begin() + static_cast<std::ptrdiff_t>(count),
                    weighed.end(), [](const auto& a, const auto& b) {
                      const double x = std::abs(a.first), y = std::abs(b.first);
                      return x != y ? x > y : a.second < b.second;
                    });
  std::vector<ScoredTerm> result;
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Gram& gram = grams[weighed[i].second];
    std::string text;
    for (std::uint32_t t = gram.first; t < gram.first + gram.count; ++t) {
      const Token& token = tokens.tokens[t];
      if (!text.empty() && token.kind == TokenKind::word) text += ' ';
      text += tokens.view(token);
    }
    result.push_back({.term = std::move(text), .weight = weighed[i].first});
  }
  return result;
}

}  // namespace parley::routing
